// The sections of an article are the same in the browser, which reads them from the pages, as in kb's own index. What is
// marked on a page is the same text, in the same lines.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { newPage, serve } from "./support/browser.js";

// What the Rust example of this name prints of a built site: { url, sections: [[anchor, heading, text]] }, one a line.
const program = path.join(path.dirname(process.env.KB), "examples", "sections");
const indexed = (site) =>
  execFileSync(program, [site], { maxBuffer: 1 << 30 }).toString().trim().split("\n").map((line) => JSON.parse(line));

// Runs in pages: where the lines that are marked differ from those that are searched, for pages that are fetched, or for
// the page as its scripts have made it (`url` null).
async function compareLines([folder, urls]) {
  const [{ pageText }, { read }] = await Promise.all(["host", "mark"].map((name) => import(`${folder}${name}.js`)));
  // The cells of a row are marked line by line, and numbers of steps are no text of the page.
  const lines = (text) =>
    text.replace(/[\uFDD0-\uFDD9]+\uFDDB/g, "").split(/[\n\uFDDA]/).map((line) => line.replace(/\s+/g, " ").trim()).filter(Boolean).sort();
  const wrong = {};
  let compared = 0;
  for (const url of urls) {
    const page = new DOMParser().parseFromString(await (await fetch(url ?? location.href)).text(), "text/html");
    // What stands in an attribute is searched, but nothing of it can be marked.
    page.querySelectorAll("main img").forEach((image) => image.remove());
    page.querySelectorAll("main video").forEach((video) => video.removeAttribute("aria-label"));
    const sections = pageText(page.documentElement.outerHTML).split("\x1e").map((section) => section.split("\x1f"));
    const searched = lines(sections.map(([, heading, text]) => `${heading}\n${text}`).join("\n"));
    const parts = (url ? page : document).querySelectorAll("main .prose:not(.prose .prose)");
    const marked = lines([...parts].map((part) => read(part).text).join("\n"));
    compared += marked.length;
    if (marked.join("\n") === searched.join("\n")) continue;
    wrong[url ?? location.pathname] = { marked: marked.filter((line) => !searched.includes(line)), searched: searched.filter((line) => !marked.includes(line)) };
  }
  return { wrong, compared };
}

for (const name of ["showcase", "manual", "sections"]) {
  // An article of the last has a style of its own, as raw HTML may.
  const server = await serve(name, name === "sections" ? { policy: null } : {});
  test(`${name}: every page`, async (t) => {
    const page = await newPage(t);
    await page.goto(server.root);
    const articles = indexed(server.folder);
    const [assets] = readdirSync(path.join(server.folder, "assets"));
    const host = `${server.root}assets/${assets}/js/search/host.js`;
    const addresses = articles.map(({ url }) => new URL(url, server.root).pathname);
    const texts = await page.evaluate(async ([module, urls]) => {
      const { pageText } = await import(module);
      return Promise.all(urls.map(async (url) => pageText(await (await fetch(url)).text())));
    }, [host, addresses]);
    assert.ok(articles.length > 0);
    for (const [n, { url, sections }] of articles.entries()) {
      const read = texts[n] ? texts[n].split("\x1e").map((section) => section.split("\x1f")) : [];
      assert.deepEqual(read, sections, url);
    }
  });

  test(`${name}: what is marked is split as what is searched`, async (t) => {
    const page = await newPage(t);
    await page.goto(server.root);
    const [assets] = readdirSync(path.join(server.folder, "assets"));
    const folder = `${server.root}assets/${assets}/js/search/`;
    const urls = indexed(server.folder).map(({ url }) => new URL(url, server.root).pathname);
    const { wrong, compared } = await page.evaluate(compareLines, [folder, urls]);
    assert.deepEqual(wrong, {});
    assert.ok(compared > 5, `${compared} lines`);
    // What scripts add to a page is not marked: buttons, the names of tabs, what a player asks.
    for (const added of [".code-copy", ".tab-list", "button.video-open"]) {
      const html = { ".code-copy": 'class="code"', ".tab-list": 'class="tabs"', "button.video-open": "data-video=" }[added];
      const url = urls.find((each) => readFileSync(path.join(server.folder, each, "index.html"), "utf8").includes(html));
      if (!url) continue;
      await page.goto(new URL(url, server.root).href);
      assert.ok(await page.locator(added).count(), `${url} has ${added}`);
      assert.deepEqual((await page.evaluate(compareLines, [folder, [null]])).wrong, {});
    }
  });
}

test("none of it is empty", () => {
  const all = indexed(path.join(process.env.KB_BROWSER_SITES, "sections")).flatMap(({ sections }) => sections);
  for (const part of ["Film", "Mine", "alt text", "Fee", "of b", "two"]) assert.ok(all.some(([, , text]) => text.includes(part)), part);
  for (const anchor of ["may-i-pay-in-cash", "refunds", "more"]) assert.ok(all.some(([id]) => id === anchor), anchor);
});
