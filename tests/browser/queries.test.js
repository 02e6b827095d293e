// Whatever is typed, something sensible happens.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "./support/box.js";
import { newPage, serve } from "./support/browser.js";

const server = await serve();

const FINDS = {
  "passwrod reset": "Reset your password",
  "how do i manage a user": "Manage users",
  "manage user": "Manage users",
  "stk500_recv()": "Upload fails",
  "E-4017": "Error codes",
  "e4018": "Error codes",
  "مرحبا بالعالم": "Write in other scripts",
  "שלום": "Write in other scripts",
  "money back please, it has been five days and the bank has nothing": "Get a refund",
  "\"choose a new password\"": "Reset your password",
  "reset -password": "Reset a device",
  "refund 🎉": "Get a refund",
  "<b>refund</b>": "Get a refund",
};

test("each query finds its article", async (t) => {
  const page = await newPage(t);
  await page.goto(server.root);
  const { answer, warning, failed } = boxOf(page);
  for (const [query, title] of Object.entries(FINDS)) {
    assert.equal((await answer(query))[0], title, query);
    assert.equal(await warning.count() + await failed.count(), 0, query);
  }
});

test("the error code leads to its section", async (t) => {
  const page = await newPage(t);
  await page.goto(server.root);
  const { answer, hits } = boxOf(page);
  await answer("E-4017");
  await hits.first().locator(".hit-section").first().waitFor();
  assert.match(await hits.first().locator(".hit-section").first().getAttribute("href"), /#e-4017$/);
});

for (const query of ["🎉", "'", "\"", "()", "xyzzyplugh", "% \\ \u0000 {}"]) {
  test(`${JSON.stringify(query)} finds nothing, says so and shows ways on`, async (t) => {
    const page = await newPage(t);
    await page.goto(server.root);
    const { field, pop, failed } = boxOf(page);
    await field.fill(query);
    await pop.locator(".search-none").waitFor();
    assert.equal(await failed.count(), 0);
    assert.ok(await pop.locator("[role=option]").count(), "popular articles");
    assert.ok(await pop.locator("[data-contact] a").count(), "people");
  });
}

test("one letter finds words that begin with it", async (t) => {
  const page = await newPage(t);
  await page.goto(server.root);
  const { answer } = boxOf(page);
  assert.ok((await answer("p")).length > 0);
});

test("5,000 characters are answered, and do no harm", async (t) => {
  const page = await newPage(t);
  await page.goto(server.root);
  const { field, hits, pop } = boxOf(page);
  const long = `refund ${"word ".repeat(1000)}`.slice(0, 5000);
  await field.fill(long);
  await hits.first().getByText("Get a refund").waitFor();
  await field.fill("x".repeat(5000));
  await pop.locator(".search-none").waitFor();
  const box = await pop.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 1280, "the list keeps its width");
});

test("a correction is offered, and can be taken", async (t) => {
  const page = await newPage(t);
  await page.goto(server.root);
  const { field, pop, answer } = boxOf(page);
  await answer("(Refnud) of a refund, refnud!");
  const suggestion = pop.locator(".search-notes button").first();
  assert.equal(await suggestion.textContent(), "(refund) of a refund, refund!");
  await suggestion.click();
  assert.equal(await field.inputValue(), "(refund) of a refund, refund!");
  await pop.locator(".hit-title").getByText("Get a refund").waitFor();
  assert.equal(await pop.locator(".search-notes button").count(), 0);
});

test("a correction is a word of an article, where no title has one", async (t) => {
  const page = await newPage(t);
  await page.goto(server.root);
  const { pop, answer } = boxOf(page);
  await answer("thermosta");
  await answer("thermostta contains");
  assert.equal(await pop.locator(".search-notes button").first().textContent(), "thermostat contains");
});
