// What a page weighs, compressed as hosts do it: the budgets of the theme.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { newPage, serve } from "./support/browser.js";
import { SHOWCASE_PAGES } from "./support/pages.js";

// In bytes: a page's HTML beyond its article, the style sheet, all scripts before somebody searches.
const HTML = 7 * 1024;
const CSS = 10 * 1024;
const JS = 8 * 1024;
// What only the contact page has: its style sheet, and its script before somebody writes.
const CONTACT_CSS = 3 * 1024;
const CONTACT_JS = 6 * 1024;

const server = await serve("showcase");
const weigh = (bytes) => gzipSync(bytes).length;
const onDisk = (url) => weigh(readFileSync(path.join(server.folder, new URL(url).pathname)));

// The text of an article and its parts, which is as long as it is.
function withoutArticle(html) {
  const start = html.indexOf('<div class="prose">');
  const end = html.indexOf('<footer class="article-foot"');
  return start < 0 || end < 0 ? html : html.slice(0, start) + html.slice(end);
}

test("every kind of page keeps to its budget", async (t) => {
  // With a connection that is paid by volume nothing is fetched ahead: what a page loads is there when it says so.
  const page = await newPage(t, { expect: /404/, init: 'Object.defineProperty(navigator, "connection", { value: { saveData: true } })' });
  let scripts;
  let styles;
  page.on("request", (request) => {
    if (request.resourceType() === "script") scripts.push(request.url());
    if (request.resourceType() === "stylesheet") styles.push(request.url());
  });
  const wrong = [];
  const figures = [];
  for (const [name, { path: address }] of Object.entries(SHOWCASE_PAGES)) {
    // The page of results and marked words are search in use.
    if (/search|highlight/.test(name)) continue;
    scripts = [];
    styles = [];
    const response = await page.goto(server.root + address, { waitUntil: "load" });
    const html = weigh(withoutArticle(await response.text()));
    const own = (urls) => urls.filter((url) => /\/contact\.\w+$/.test(url)).reduce((sum, url) => sum + onDisk(url), 0);
    const [ownCss, ownJs] = [own(styles), own(scripts)];
    const css = styles.reduce((sum, url) => sum + onDisk(url), 0) - ownCss;
    const js = scripts.reduce((sum, url) => sum + onDisk(url), 0) - ownJs;
    if (/contact/.test(name)) {
      assert.ok(ownCss > 1000 && ownJs > 1000, `${name}: ${ownCss}, ${ownJs}`);
      figures.push(`${name} alone: CSS ${ownCss}, JS ${ownJs}`);
      if (ownCss > CONTACT_CSS || ownJs > CONTACT_JS) wrong.push(figures.at(-1));
    }
    figures.push(`${name}: HTML ${html}, CSS ${css}, JS ${js} (${scripts.length})`);
    assert.ok(css > 1000 && js > 1000, `style sheet and scripts were seen: ${figures.at(-1)}`);
    if (html > HTML || css > CSS || js > JS) wrong.push(figures.at(-1));
  }
  t.diagnostic(figures.join("\n"));
  assert.equal(wrong.length, 0, `more than HTML ${HTML}, CSS ${CSS} or JS ${JS}:\n${wrong.join("\n")}`);
});
