// What a hit or a link leads to can be seen, however it is hidden: in another tab, a closed part, or both.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "./support/box.js";
import { newPage, serve } from "./support/browser.js";

const server = await serve("sections");

async function open(t, path, options) {
  const page = await newPage(t, options);
  await page.goto(server.root + path);
  return page;
}

// Waits until all is marked that will be, and this word where it can be seen.
const seesMarked = async (page, wanted) => {
  await page.locator(".marked-notice:not([aria-busy])").waitFor();
  await page.waitForFunction((word) => [...CSS.highlights.get("kb-found") ?? []]
    .some((range) => `${range}`.toLowerCase() === word && !range.startContainer.parentElement.closest("h1") && range.startContainer.parentElement.checkVisibility()), wanted);
};
const chosen = (page) => page.locator("[role=tab][aria-selected=true]").allTextContents();
const opened = (page) => page.locator("main details[open] > summary").allTextContents();

for (const [word, path, tabs, parts] of [
  ["banknotes", "questions/", ["Silver"], ["May I pay in cash?"]],
  ["ducats", "questions/", ["Silver"], ["May I pay in cash?", "Coins"]],
  ["guilders", "questions/", ["Gold"], ["May I pay in cash?", "Coins"]],
  ["quokka", "parts/", ["macOS", "Windows"], []],
  ["wombat", "parts/", ["macOS", "Windows"], ["Behind a proxy"]],
  ["numbat", "parts/", ["Windows", "Windows"], ["Danger"]],
  ["bilby", "parts/", ["Windows", "Linux"], []],
  ["installer", "parts/", ["Windows", "Windows"], []],
]) {
  test(`the word ${word} is shown by the link of its hit, and nothing else is opened`, async (t) => {
    const page = await open(t, `${path}?highlight=${word}`);
    await seesMarked(page, word);
    assert.deepEqual(await chosen(page), tabs);
    assert.deepEqual(await opened(page), parts);
  });
}

test("search leads to the question, open", async (t) => {
  const page = await open(t, "");
  const { answer, pop } = boxOf(page);
  await answer("banknotes");
  const section = pop.locator(".hit-section");
  await section.first().waitFor();
  assert.equal(await section.count(), 1);
  assert.match(await section.textContent(), /^May I pay in cash\?/);
  await section.click();
  await page.waitForURL(`${server.root}questions/?highlight=banknotes#may-i-pay-in-cash`);
  await seesMarked(page, "banknotes");
  assert.ok(await page.locator("#may-i-pay-in-cash > summary").isVisible());
  assert.deepEqual(await opened(page), ["May I pay in cash?"]);
});

test("of several words each is shown, in as few parts as can be", async (t) => {
  const page = await open(t, "parts/?highlight=wombat+numbat+quokka+bilby");
  for (const word of ["wombat", "numbat", "quokka", "bilby"]) await seesMarked(page, word);
  assert.deepEqual(await chosen(page), ["macOS", "Linux"]);
  assert.deepEqual(await opened(page), ["Behind a proxy", "Danger"]);
});

test("an address of a section opens what is in it, and keeps it in its place", async (t) => {
  const page = await open(t, "parts/?highlight=quokka+numbat#problems", { viewport: { width: 800, height: 300 }, reducedMotion: "reduce" });
  await seesMarked(page, "numbat");
  assert.deepEqual(await chosen(page), ["Windows", "Windows"], "the quokka is in another section");
  const { y } = await page.locator("#problems").boundingBox();
  assert.ok(y >= 0 && y < 150, `the heading stands at ${y}`);
  const before = await open(t, "parts/?highlight=quokka+even#deeper", { viewport: { width: 800, height: 300 }, reducedMotion: "reduce" });
  await seesMarked(before, "even");
  assert.deepEqual(await chosen(before), ["Windows", "Linux"], "the tab that the address names stays");
});

test("of a synonym of two words only the whole is marked", async (t) => {
  const page = await open(t, "parts/?highlight=boot");
  await seesMarked(page, "power up");
  assert.deepEqual(await page.evaluate(() => [...CSS.highlights.get("kb-found")].map(String)), ["power up"]);
});

test("marks can be removed, and what was opened may be closed", async (t) => {
  const page = await open(t, "parts/?highlight=numbat");
  await seesMarked(page, "numbat");
  await page.locator("summary").getByText("Danger").click();
  await page.locator(".marked-notice button").click();
  assert.deepEqual(await opened(page), []);
});

test("a link to something in a closed part or another tab shows it, every time", async (t) => {
  const page = await open(t, "questions/#which");
  const heading = page.locator("#which");
  assert.ok(await heading.isVisible());
  await page.goto(`${server.root}parts/#deeper`);
  const deeper = page.locator("#deeper");
  assert.ok(await deeper.isVisible());
  assert.deepEqual(await chosen(page), ["Windows", "Linux"]);
  await page.evaluate(() => {
    const link = Object.assign(document.createElement("a"), { href: "#deeper", textContent: "There" });
    document.querySelector(".prose").prepend(link, Object.assign(document.createElement("a"), { href: "#steps", textContent: "Up" }));
  });
  for (const step of ["by the same address", "by another"]) {
    await page.locator(".tabs").nth(1).getByRole("tab", { name: "Windows" }).click();
    assert.ok(!(await deeper.isVisible()));
    if (step === "by another") await page.getByRole("link", { name: "Up", exact: true }).click();
    await page.getByRole("link", { name: "There", exact: true }).click();
    await deeper.waitFor();
  }
});

test("find-in-page and other scripts open by the browser's own event", async (t) => {
  const page = await open(t, "questions/");
  await page.evaluate(() => document.querySelector("#which").dispatchEvent(new Event("beforematch", { bubbles: true })));
  assert.ok(await page.locator("#which").isVisible());
});

for (const [what, path, text] of [
  ["a question", "questions/#may-i-pay-in-cash", "bring banknotes"],
  ["a heading in an answer", "questions/#which", "Small ones"],
  ["a heading in a tab", "parts/#deeper", "Even deeper."],
]) {
  test(`without JavaScript, the address of ${what} shows it`, async (t) => {
    const page = await open(t, path, { javaScriptEnabled: false });
    assert.ok(await page.getByText(text).first().isVisible());
    if (path.startsWith("questions")) assert.equal(await page.getByText("Yes, within fourteen days").isVisible(), false);
  });
}
