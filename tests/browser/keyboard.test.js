// The whole site with the keyboard alone. (The search box: box.test.js.)

import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, nothingFound, serve } from "./support/browser.js";
import { SHOWCASE_PAGES } from "./support/pages.js";

const server = await serve("showcase", { receives: ["/feedback"] });
const WIDE = { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" };
const PHONE = { viewport: { width: 390, height: 800 }, reducedMotion: "reduce" };

async function open(t, path, options = WIDE) {
  const page = await newPage(t, options);
  await page.goto(server.root + path);
  return page;
}
const hasFocus = (locator) => locator.evaluate((element) => element === document.activeElement);
const focused = (page) => page.evaluate(() => document.activeElement.outerHTML.slice(0, 120));

// Runs in pages: what is wrong with the element that has the focus, as somebody sees it.
async function lookAtFocus() {
  // What closes because the focus left it does so a moment later.
  await new Promise((resolve) => setTimeout(resolve));
  const at = document.activeElement;
  const wrong = [];
  const name = at.outerHTML.slice(0, 110);
  self.stops ??= [];
  if (at === document.body || self.stops.includes(at)) return { end: true };
  self.stops.push(at);
  // An outline: of its own, or drawn around the whole of its row, card or form.
  const outlined = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && !/, 0\)$|transparent/.test(style.outlineColor);
  const ring = [null, "::before", "::after"].some((part) => outlined(getComputedStyle(at, part)));
  const frame = at.closest("form, label");
  const look = () => frame && ["outline", "boxShadow", "borderColor"].map((key) => getComputedStyle(frame)[key]).join();
  if (!ring) {
    const now = look();
    at.blur();
    const before = look();
    at.focus();
    if (now === before) wrong.push(`no focus to be seen: ${name}`);
  }
  // In the window, and not below something else.
  const boxes = [...at.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
  let cover;
  const seen = boxes.some((box) => {
    const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 1);
    const inside = [box.top + 3, (box.top + box.bottom) / 2, box.bottom - 3].filter((y) => y > 0 && y < innerHeight);
    return inside.some((y) => {
      const top = document.elementFromPoint(x, y);
      cover = top?.outerHTML.slice(0, 80);
      return top && (at.contains(top) || top.contains(at) || top.closest("label")?.contains(at));
    });
  });
  if (!seen) wrong.push(cover ? `covered by ${cover}: ${name}` : `out of sight: ${name}`);
  const part = ["a.skip", "header.site-header", "main", "main ~ *"].findIndex((selector) => at.closest(selector));
  if (part < (self.part ?? 0)) wrong.push(`comes late: ${name}`);
  self.part = part;
  return { wrong };
}
// Runs in pages: what can be pressed but was never stopped at.
function neverStopped() {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]")];
  const radios = (each) => each.type === "radio" && self.stops.some((stop) => stop.name === each.name);
  const missed = all.filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true }) && !self.stops.includes(each) && !radios(each));
  const positive = all.filter((each) => each.tabIndex > 0);
  return [...missed.map((each) => `never reached: ${each.outerHTML.slice(0, 110)}`), ...positive.map((each) => `tabindex above 0: ${each.outerHTML.slice(0, 110)}`)];
}

for (const [window, options, names] of [
  ["a wide window", WIDE, ["home", "category", "article", "components", "faq", "search", "all", "contact", "not-found", "fallback", "ar-article"]],
  ["a phone", PHONE, ["home", "article-long", "components", "ar-home"]],
]) {
  test(`every stop can be seen, none is left out, and the focus gets through: ${window}`, async (t) => {
    const page = await newPage(t, { ...options, expect: /404/ });
    const found = {};
    for (const name of names) {
      const { path, ready } = SHOWCASE_PAGES[name];
      await page.goto(server.root + path);
      await ready?.(page);
      await page.evaluate(() => { document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0); });
      const wrong = [];
      for (let n = 0; n < 400; n += 1) {
        await page.keyboard.press("Tab");
        const stop = await page.evaluate(lookAtFocus);
        if (stop.end) break;
        wrong.push(...stop.wrong);
      }
      if (!await page.evaluate(() => self.stops?.[0]?.matches("a.skip"))) wrong.push("the first stop is not the link to the content");
      wrong.push(...await page.evaluate(neverStopped));
      if (wrong.length) found[name] = wrong;
    }
    nothingFound(found);
  });
}

test("the first link skips to the content", async (t) => {
  const page = await open(t, "light/charge-the-light/");
  await page.keyboard.press("Tab");
  const skip = page.locator("a.skip");
  assert.ok(await hasFocus(skip));
  const { x, y } = await skip.boundingBox();
  assert.ok(x >= 0 && y >= 0, "it is seen");
  await page.keyboard.press("Enter");
  assert.ok(await hasFocus(page.locator("main")));
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.closest("main")), await focused(page));
});

for (const [window, options] of [["a wide window", WIDE], ["a phone", PHONE]]) {
  test(`menus open with Enter and close with Escape, and the focus comes back: ${window}`, async (t) => {
    const page = await open(t, "light/charge-the-light/", options);
    const summaries = page.locator("header details > summary");
    const count = await summaries.count();
    assert.ok(count >= 3, `collections, languages and appearance: ${count}`);
    for (let n = 0; n < count; n += 1) {
      const summary = summaries.nth(n);
      const menu = summary.locator("xpath=..");
      assert.ok(await summary.isVisible());
      await summary.focus();
      await page.keyboard.press("Enter");
      assert.equal(await menu.getAttribute("open"), "", await focused(page));
      assert.equal(await page.locator("header details[open]").count(), 1, "one at a time");
      await page.keyboard.press("Tab");
      assert.ok(await menu.evaluate((each) => each.contains(document.activeElement) && !document.activeElement.matches("summary")), `into the menu: ${await focused(page)}`);
      await page.keyboard.press("Escape");
      assert.equal(await menu.getAttribute("open"), null);
      assert.ok(await hasFocus(summary), await focused(page));
      await page.keyboard.press("Space");
      assert.equal(await menu.getAttribute("open"), "");
      await page.keyboard.press("Escape");
    }
    await page.locator("details.languages > summary").focus();
    await page.keyboard.press("Enter");
    await page.locator("details.languages").getByRole("link", { name: "Deutsch" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/de\/light\/charge-the-light\/$/);
  });

  test(`light and dark can be chosen, and stay: ${window}`, async (t) => {
    const page = await open(t, "", { ...options, colorScheme: "light" });
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    const background = () => page.evaluate(() => [document.body, document.documentElement].map((each) => getComputedStyle(each).backgroundColor).join());
    const light = await background();
    const choose = async (value) => {
      await page.locator("details.appearance > summary").focus();
      await page.keyboard.press("Enter");
      const button = page.locator(`[data-appearance="${value}"]`);
      for (let n = 0; n < 4 && !await hasFocus(button); n += 1) await page.keyboard.press("Tab");
      assert.ok(await hasFocus(button), await focused(page));
      await page.keyboard.press("Enter");
      assert.equal(await button.getAttribute("aria-pressed"), "true");
      assert.equal(await page.locator('[data-appearance][aria-pressed="true"]').count(), 1);
      await page.keyboard.press("Escape");
    };
    await choose("dark");
    assert.equal(await theme(), "dark");
    assert.notEqual(await background(), light);
    const dark = await background();
    await page.goto(`${server.root}faq/`);
    assert.equal(await theme(), "dark");
    assert.equal(await background(), dark);
    await page.emulateMedia({ colorScheme: "dark" });
    await choose("light");
    assert.equal(await background(), light, "light on a dark device");
    await choose("auto");
    assert.equal(await theme(), undefined);
    assert.equal(await background(), dark, "as the device is set");
  });
}

for (const [path, forward, back] of [["app/control-from-a-computer/", "ArrowRight", "ArrowLeft"], ["ar/getting-started/pair-with-your-phone/", "ArrowLeft", "ArrowRight"]]) {
  test(`tabs go by arrows, ${path}`, async (t) => {
    const page = await open(t, path);
    const lists = page.locator("[role=tablist]");
    const tabs = lists.first().locator("[role=tab]");
    const last = await tabs.count() - 1;
    const selected = (list) => list.locator("[role=tab]").evaluateAll((all) => all.findIndex((tab) => tab.getAttribute("aria-selected") === "true"));
    await tabs.first().focus();
    for (const [key, at] of [[forward, 1], [back, 0], [back, last], [forward, 0], ["End", last], ["Home", 0], [forward, 1]]) {
      await page.keyboard.press(key);
      assert.equal(await selected(lists.first()), at, key);
      assert.ok(await hasFocus(tabs.nth(at)), key);
      const panel = page.locator(`#${await tabs.nth(at).getAttribute("aria-controls")}`);
      assert.ok(await panel.isVisible(), key);
    }
    for (let n = 1; n < await lists.count(); n += 1) assert.equal(await selected(lists.nth(n)), 1, "other sets with the same titles follow");
    await page.keyboard.press("Tab");
    assert.ok(!await page.evaluate(() => document.activeElement.matches("[role=tab]")), "one stop for a set");
    await page.reload();
    assert.equal(await selected(lists.first()), 1, "the choice is remembered");
  });
}

test("questions open with Enter and close with Space, and all at once", async (t) => {
  const page = await open(t, "faq/");
  const items = page.locator("details.faq-item");
  const opened = () => items.evaluateAll((all) => all.filter((each) => each.open).length);
  const count = await items.count();
  assert.equal(count, 7);
  await items.nth(1).locator("summary").focus();
  await page.keyboard.press("Enter");
  assert.equal(await opened(), 1);
  await page.keyboard.press("Space");
  assert.equal(await opened(), 0);
  const button = page.locator("[data-expand]");
  await button.focus();
  const before = await button.textContent();
  await page.keyboard.press("Enter");
  assert.equal(await opened(), count);
  assert.notEqual(await button.textContent(), before);
  await page.keyboard.press("Enter");
  assert.equal(await opened(), 0);
  // A link to a question opens it.
  const id = await items.nth(3).getAttribute("id");
  await page.goto(`${server.root}faq/#${id}`);
  await page.waitForFunction((each) => document.getElementById(each).open, id);
});

test("an image opens and closes, and the focus comes back", async (t) => {
  const page = await open(t, "app/control-from-a-computer/");
  const link = page.locator("a.zoom").first();
  const dialog = page.locator("dialog.zoom-view");
  for (const end of ["Escape", "Enter"]) {
    await link.focus();
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    assert.ok(await dialog.evaluate((each) => each.matches(":modal") && each.contains(document.activeElement)), await focused(page));
    assert.ok(await dialog.locator("img").evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog")), "the focus stays inside");
    if (end === "Enter") await dialog.locator("button").focus();
    await page.keyboard.press(end);
    await dialog.waitFor({ state: "hidden" });
    assert.ok(await hasFocus(link), await focused(page));
  }
  assert.match(page.url(), /control-from-a-computer\/$/, "the page stays");
});

test("whether an article helped: yes", async (t) => {
  const page = await open(t, "light/charge-the-light/");
  await page.evaluate(() => document.addEventListener("kb:feedback", ({ detail }) => (self.heard = detail)));
  await page.locator("form[data-feedback] [name=helpful][value=yes]").focus();
  await page.keyboard.press("Enter");
  await page.locator("[data-feedback-status]").getByText(/\S/).waitFor();
  const said = { kind: "feedback", url: "/light/charge-the-light/", title: "Charge the light", language: "en", helpful: true };
  assert.deepEqual(server.received.map(({ path, type }) => ({ path, type })), [{ path: "/feedback", type: "application/json" }]);
  assert.deepEqual(JSON.parse(server.received[0].body), said);
  assert.deepEqual(await page.evaluate(() => self.heard), said);
  assert.ok(await page.evaluate(() => document.activeElement !== document.body), "the focus is not lost");
});

test("whether an article helped: no, and why", async (t) => {
  const page = await open(t, "light/charge-the-light/", { ...WIDE, expect: /503/ });
  const form = page.locator("form[data-feedback]");
  await form.locator("[name=helpful][value=no]:visible").first().focus();
  await page.keyboard.press("Enter");
  await form.locator("fieldset").waitFor();
  assert.equal(server.received.length, 0, "nothing is sent yet");
  assert.ok(await page.evaluate(() => document.activeElement.closest("fieldset")), await focused(page));
  const radio = form.locator("[name=reason]");
  if (!await page.evaluate(() => document.activeElement.matches("[name=reason]"))) await radio.first().focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  const reason = await form.locator("[name=reason]:checked").inputValue();
  assert.equal(reason, "unclear");
  // Enter in a field is no "yes".
  const unsent = server.when(/^\/feedback$/, { status: 503 });
  await page.evaluate(() => document.addEventListener("kb:feedback", ({ detail }) => (self.heard = detail)));
  await page.keyboard.press("Enter");
  await page.locator("[data-feedback-status]").getByText(/could not be sent/).waitFor();
  assert.equal(await page.evaluate(() => self.heard.helpful), false);
  unsent();
  await page.keyboard.press("Tab");
  const comment = form.locator("textarea[name=comment]");
  assert.ok(await hasFocus(comment), await focused(page));
  await page.keyboard.type("Which charger?");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.matches("fieldset [type=submit]")), await focused(page));

  // When it cannot be sent, it says so and loses nothing.
  const mend = server.when(/^\/feedback$/, { status: 503 });
  await page.keyboard.press("Enter");
  await page.locator("[data-feedback-status]").getByText(/could not be sent/).waitFor();
  assert.equal(await comment.inputValue(), "Which charger?");
  mend();
  await form.locator("fieldset [type=submit]").focus();
  await page.keyboard.press("Enter");
  await page.locator("[data-feedback-status]").getByText(/Thank you/).waitFor();
  assert.deepEqual(JSON.parse(server.received.at(-1).body), { kind: "feedback", url: "/light/charge-the-light/", title: "Charge the light", language: "en", helpful: false, reason, comment: "Which charger?" });
  assert.ok(await page.evaluate(() => document.activeElement !== document.body), "the focus is not lost");

  // One answer is enough; another page asks again.
  await page.reload();
  assert.equal(await form.locator("[name=helpful][value=yes]").isVisible(), false);
  await page.goto(`${server.root}light/battery-life/`);
  assert.ok(await form.locator("[name=helpful][value=yes]").isVisible());
});
