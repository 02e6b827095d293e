// What stands in articles: images in a line, code that is not torn, tabs of one height, headings that are read once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, nothingFound, serve } from "./support/browser.js";
import { SHOWCASE_PAGES } from "./support/pages.js";

const showcase = await serve("showcase");

// Runs in pages: images beside text that are not in its line, and images alone that are.
function images() {
  const wrong = [];
  const box = (part) => part.getBoundingClientRect();
  for (const image of document.querySelectorAll(".prose img")) {
    const block = image.closest("p, li, figure");
    const text = [...block.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!text.length) {
      if (getComputedStyle(image).display !== "block" && !block.matches("li")) wrong.push(`is no block: ${block.outerHTML.slice(0, 100)}`);
      continue;
    }
    // The rectangles of the text beside it, of which one is in its line.
    const lines = text.flatMap((node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return [...range.getClientRects()];
    });
    const { top, bottom } = box(image);
    if (!lines.some((line) => line.top < bottom - 4 && line.bottom > top + 4)) wrong.push(`is out of the line: ${block.outerHTML.slice(0, 100)}`);
  }
  return wrong;
}

// Runs in pages: flags and names in code that are torn, code that leaves its place.
function torn() {
  const wrong = [];
  for (const code of document.querySelectorAll(".prose :not(pre) > code")) {
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { data } = walker.currentNode;
      for (const { 0: word, index } of data.matchAll(/\S*-\S+/g)) {
        if (word.length > 24) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, index);
        range.setEnd(walker.currentNode, index + word.length);
        const rows = new Set([...range.getClientRects()].map((each) => Math.round(each.top)));
        if (rows.size > 1) wrong.push(`torn: ${word}`);
      }
    }
    const place = (code.closest(".table") ?? code.closest("p, li, dd, h2, h3")).getBoundingClientRect();
    const outside = [...code.getClientRects()].some((each) => each.right > place.right + 1 || each.left < place.left - 1);
    // What is too wide for a table scrolls in it.
    if (outside && !code.closest(".table")) wrong.push(`sticks out: ${code.textContent}`);
  }
  if (document.scrollingElement.scrollWidth > innerWidth) wrong.push(`${document.scrollingElement.scrollWidth} px wide`);
  return wrong;
}

// Runs in pages: how far below its edge the content of each panel begins.
const starts = () => [...document.querySelectorAll(".tabs")].map((tabs) => [...tabs.querySelectorAll(":scope > .tab")].map((panel, n) => {
  tabs.querySelectorAll("[role=tab]")[n].click();
  const first = [...panel.children].find((part) => part.getClientRects().length);
  return Math.round(first.getBoundingClientRect().top - panel.getBoundingClientRect().top);
}));

for (const theme of ["default", "plain"]) {
  const server = await serve(`bare-${theme}`);

  test(`images in a line, and code that is not torn, from 320 to 1,600 pixels: ${theme}`, async (t) => {
    const page = await newPage(t);
    const found = {};
    await page.goto(`${server.root}orders/parts/`);
    for (const width of [320, 360, 390, 430, 520, 640, 768, 900, 1024, 1280, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      const wrong = await page.evaluate(torn);
      wrong.push(...await page.evaluate(images));
      if (wrong.length) found[width] = wrong;
    }
    nothingFound(found);
  });

  test(`the panels of tabs begin at one height: ${theme}`, async (t) => {
    const page = await newPage(t);
    for (const address of [`${server.root}orders/parts/`, ...theme === "default" ? [`${showcase.root}app/control-from-a-computer/`, `${showcase.root}ar/getting-started/pair-with-your-phone/`] : []]) {
      await page.goto(address);
      const all = await page.evaluate(starts);
      assert.ok(all.length, address);
      for (const each of all) assert.deepEqual(each.filter((top) => Math.abs(top - each[0]) > 1), [], `${address}: ${each}`);
    }
  });

  test(`a heading is its words, once, and the link to it has a name: ${theme}`, async (t) => {
    const page = await newPage(t);
    const session = await page.context().newCDPSession(page);
    const addresses = [`${server.root}orders/parts/`, `${server.root}faq/`, ...theme === "default" ? ["components", "faq", "ar-article"].map((name) => showcase.root + SHOWCASE_PAGES[name].path) : []];
    for (const address of addresses) {
      await page.goto(address);
      await page.evaluate(() => document.querySelectorAll("main details").forEach((each) => (each.open = true)));
      const { nodes } = await session.send("Accessibility.getFullAXTree");
      const byId = new Map(nodes.map((node) => [node.nodeId, node]));
      const words = (node) => node.role?.value === "StaticText" ? [node.name.value] : [...(node.role?.value === "link" && !node.childIds?.length ? [node.name?.value] : []), ...(node.childIds ?? []).flatMap((id) => byId.has(id) ? words(byId.get(id)) : [])];
      const line = (text) => text.replace(/\s+/g, " ").trim();
      const headings = nodes.filter((node) => node.role?.value === "heading" && !node.ignored);
      const texts = await page.locator("h1, h2, h3, h4, h5, h6").evaluateAll((all) => all.map((each) => each.textContent.replace(/\s+/g, " ").trim()));
      assert.ok(headings.length > 3, address);
      for (const heading of headings) {
        const name = line(heading.name.value);
        assert.ok(texts.includes(name), `${address}: "${name}" is no heading's text`);
        assert.equal(line(words(heading).join("")), name, "what is read of it is its text");
      }
      const anchors = await page.locator(".prose a.anchor").count();
      const links = nodes.filter((node) => node.role?.value === "link" && !node.ignored).map((node) => node.name.value);
      for (const label of await page.locator(".prose a.anchor").evaluateAll((all) => all.filter((each) => each.checkVisibility({ contentVisibilityAuto: true })).map((each) => each.getAttribute("aria-label")))) assert.ok(links.includes(label), label);
      assert.ok(anchors > 0, address);
      assert.equal(await page.locator(":is(h1, h2, h3, h4, h5, h6) a.anchor").count(), 0);
    }
  });
}
