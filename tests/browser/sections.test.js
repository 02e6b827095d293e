// The sections of an article are the same in the browser, which reads them from the pages, as in kb's own index.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { newPage, serve } from "./support/browser.js";

// What the Rust example of this name prints of a built site: { url, sections: [[anchor, heading, text]] }, one a line.
const program = path.join(path.dirname(process.env.KB), "examples", "sections");
const indexed = (site) =>
  execFileSync(program, [site], { maxBuffer: 1 << 30 }).toString().trim().split("\n").map((line) => JSON.parse(line));

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
}

test("none of it is empty", () => {
  const all = indexed(path.join(process.env.KB_BROWSER_SITES, "sections")).flatMap(({ sections }) => sections);
  for (const part of ["Film", "Mine", "alt text", "Fee", "of b", "two"]) assert.ok(all.some(([, , text]) => text.includes(part)), part);
  for (const anchor of ["may-i-pay-in-cash", "refunds", "more"]) assert.ok(all.some(([id]) => id === anchor), anchor);
});
