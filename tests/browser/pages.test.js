// Every kind of page, in every way it is shown: nothing for axe-core to find, nothing that sticks out, nothing that moves,
// nothing from other hosts, nothing in the console.

import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS, NETWORK, axeScript, findings, newPage, nothingFound, serve } from "./support/browser.js";
import { SHOWCASE_PAGES } from "./support/pages.js";

const server = await serve("showcase");

// Runs in pages: adds up what moved, as "cumulative layout shift" does but without its windows of time.
function watchShifts() {
  self.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      // Contents that follow the reader open and close their parts: that is meant.
      if (sources.every(({ node }) => (node?.closest ? node : node?.parentElement)?.closest(".toc"))) continue;
      if (!hadRecentInput) self.shifts.push(`${value.toFixed(4)}: ${sources.map(({ node }) => node?.nodeName + (node?.className ? `.${node.className}` : "")).join(", ")}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
}

// Scrolls through the page as far as a reader may, and waits until what that loads is there.
const scrollThrough = (page) => page.evaluate(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  for (let y = 0; y < document.scrollingElement.scrollHeight; y += innerHeight) {
    scrollTo({ top: y, behavior: "instant" });
    await frame();
  }
  await Promise.all([...document.images].map((image) => image.complete || new Promise((resolve) => (image.onload = image.onerror = resolve))));
  scrollTo({ top: 0, behavior: "instant" });
  await frame();
});

// What sticks out of the page to the side, but for what scrolls by itself.
const stickingOut = (page) => page.evaluate(() => {
  const page = document.scrollingElement;
  if (page.scrollWidth <= innerWidth) return [];
  const out = (box) => box.right > innerWidth + 0.5 || box.left < -0.5;
  const wide = [...document.querySelectorAll("body *")].filter((each) => out(each.getBoundingClientRect()));
  return [`${page.scrollWidth} px`, ...wide.slice(-3).map((each) => each.outerHTML.slice(0, 120))];
});

// Opens a page and says what moved in it. What comes of itself may not move anything; what somebody asked for may.
// A busy machine paints a header of which half is parsed, and the other half moves it: that happens now and then, anything
// else each time.
async function opened(page, address, scroll) {
  let response;
  let shifts = ["not opened"];
  for (let attempt = 0; attempt < 4 && shifts.length; attempt += 1) {
    response = await page.goto(address);
    if (scroll) await scrollThrough(page);
    shifts = await page.evaluate(() => self.shifts);
  }
  return { response, shifts };
}

// Pages whose narrow layout another one has too.
const SAME_WHEN_NARROW = new Set(["collection", "subcategory", "article-plain", "article-image", "tag", "ar-category", "ar-tags", "ar-all", "ar-contact", "ar-fallback", "ja-home", "ja-article"]);

for (const [mode, options, width] of [
  ["light and dark", {}, 1280],
  ["320 px wide", { hasTouch: true, isMobile: true }, 320],
]) {
  test(`every kind of page, ${mode}`, async (t) => {
    // What the browser says of the page that is not found is its own. Colours change at once.
    const page = await newPage(t, { ...options, colorScheme: "light", reducedMotion: "reduce", viewport: { width, height: 800 }, expect: NETWORK });
    await page.addInitScript(axeScript());
    await page.addInitScript(watchShifts);
    const elsewhere = new Set();
    page.on("request", (request) => new URL(request.url()).origin === server.origin || /^(data|blob):/.test(request.url()) || elsewhere.add(request.url()));
    const found = {};
    for (const [name, { path, ready, status = 200, lang = "en" }] of Object.entries(SHOWCASE_PAGES)) {
      const wrong = [];
      const { response, shifts } = await opened(page, server.root + path, !ready);
      if (response.status() !== status) wrong.push(`status ${response.status()}`);
      const at = await page.locator("html").getAttribute("lang");
      if (at !== lang) wrong.push(`lang ${at}`);
      wrong.push(...shifts);
      await ready?.(page).catch((error) => wrong.push(error.message.split("\n")[0]));
      wrong.push(...await stickingOut(page));
      if (width > 320 || !SAME_WHEN_NARROW.has(name)) wrong.push(...await findings(page));
      if (width > 320) {
        await page.emulateMedia({ colorScheme: "dark" });
        wrong.push(...(await findings(page, undefined, COLOURS)).map((each) => `dark: ${each}`));
        await page.emulateMedia({ colorScheme: "light" });
      }
      if (wrong.length) found[name] = wrong;
    }
    nothingFound(found);
    assert.deepEqual([...elsewhere], [], "requests to other hosts");
    assert.deepEqual(server.log.filter((entry) => entry.status === 404 && !/no\/such\/page/.test(entry.path)), []);
  });
}

test("what is opened on a page has nothing for axe-core to find either", async (t) => {
  const page = await newPage(t, { init: axeScript() });
  const found = {};
  for (const [name, path] of Object.entries({ menus: "", ar: "ar/", tabs: "app/control-from-a-computer/", faq: "faq/" })) {
    for (const [window, width] of [["wide", 1280], ["narrow", 390]]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(server.root + path);
      const all = await page.locator("details").count();
      for (let n = 0; n < all; n += 1) {
        const details = page.locator("details").nth(n);
        if (!await details.locator("summary").first().isVisible()) continue;
        await details.evaluate((each) => (each.open = true));
        // Menus of the header close each other: look at each on its own. What they cover is not theirs.
        if (!await details.evaluate((each) => each.matches("header details"))) continue;
        // They are the same on all pages of a language.
        if (!/^(menus|ar)$/.test(name)) {
          await details.evaluate((each) => (each.open = false));
          continue;
        }
        const wrong = [...await findings(page, "header.site-header"), ...await stickingOut(page)];
        if (wrong.length) found[`${name} ${window} ${n}`] = wrong;
        await details.evaluate((each) => (each.open = false));
      }
      const wrong = [...await findings(page), ...await stickingOut(page)];
      if (wrong.length) found[`${name} ${window}`] = wrong;
    }
  }
  nothingFound(found);
});

test("pages are whole at 400 % zoom with large text, and with the reader's own spacing", async (t) => {
  const page = await newPage(t, { viewport: { width: 320, height: 640 } });
  const found = {};
  for (const name of ["home", "category", "components", "faq", "all", "ar-home", "ar-article"]) {
    await page.goto(server.root + SHOWCASE_PAGES[name].path);
    // WCAG 1.4.12; set through the object model, which the policy allows.
    await page.evaluate(() => {
      for (const each of document.querySelectorAll("body *")) {
        each.style.setProperty("line-height", "1.5", "important");
        each.style.setProperty("letter-spacing", "0.12em", "important");
        each.style.setProperty("word-spacing", "0.16em", "important");
      }
    });
    const wrong = await stickingOut(page);
    if (wrong.length) found[name] = wrong;
  }
  nothingFound(found);
});
