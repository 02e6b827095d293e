// What assistive technology is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "./support/box.js";
import { axeScript, findings, newPage, serve } from "./support/browser.js";

const server = await serve();

test("the box is a combobox with a list box, and says how many it found", async (t) => {
  const page = await newPage(t);
  await page.goto(`${server.root}billing/invoice/`);
  const { field, status, answer } = boxOf(page);
  const list = page.locator("[role=listbox]");
  await answer("password");

  assert.equal(await field.getAttribute("role"), "combobox");
  assert.equal(await field.getAttribute("aria-autocomplete"), "list");
  assert.equal(await field.getAttribute("aria-expanded"), "true");
  assert.equal(await field.getAttribute("aria-controls"), await list.getAttribute("id"));
  assert.equal(await list.getAttribute("aria-label"), "Search results");
  await status.getByText(/\d+ found/).waitFor({ state: "attached" });

  const tree = await page.locator("kb-search").ariaSnapshot();
  assert.match(tree, /- combobox "[^"]+" \[expanded\]/);
  assert.match(tree, /- listbox "Search results":/);
  assert.match(tree, /- option "Reset your password Account /);
  await page.keyboard.press("ArrowDown");
  assert.match(await page.locator("kb-search").ariaSnapshot(), /- option "Reset your password Account .*" \[selected\]/);

  await page.keyboard.press("Escape");
  assert.equal(await field.getAttribute("aria-expanded"), "false");
  assert.equal(await field.getAttribute("aria-activedescendant"), null);
});

test("on the search page results are a list of headings", async (t) => {
  const page = await newPage(t);
  await page.goto(`${server.root}search/?q=password`);
  await page.locator(".search-filters option").nth(1).waitFor({ state: "attached" });
  const tree = await page.locator("main").ariaSnapshot();
  assert.match(tree, /- heading "Reset your password" \[level=2\]/);
  assert.match(tree, /- combobox "Collection"/);
  await page.locator("[role=status]").getByText(/\d+ found/).waitFor();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing, ${colorScheme}`, async (t) => {
    const page = await newPage(t, { colorScheme, init: axeScript() });
    await page.goto(`${server.root}billing/invoice/`);
    const { answer, pop, field } = boxOf(page);
    await answer("password");
    await pop.locator(".hit-section").first().waitFor();
    await page.keyboard.press("ArrowDown");
    assert.deepEqual(await findings(page), [], "the open list");
    await answer("xyzzy");
    assert.deepEqual(await findings(page), [], "the list without results");
    await field.fill("");
    await pop.locator(".search-row").first().waitFor();
    assert.deepEqual(await findings(page), [], "the list of suggestions");

    await page.goto(`${server.root}search/?q=password`);
    await page.locator(".hit-section").first().waitFor();
    assert.deepEqual(await findings(page), [], "the search page");
    await page.goto(`${server.root}account/reset-password/?highlight=password`);
    await page.locator(".marked-notice").waitFor();
    assert.deepEqual(await findings(page), [], "marked words");
  });
}
