// Slow, broken and absent networks: search says what it cannot do, does the rest, and never waits for ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "./support/box.js";
import { NETWORK, newPage, serve } from "./support/browser.js";

const server = await serve();
const TERMS = /\/t\d+\.bin$/;
const SHARDS = /\/pack\/en\/[0-9a-f]+\//;

async function openBox(t, path = "billing/invoice/") {
  const page = await newPage(t, { expect: NETWORK });
  await page.goto(server.root + path);
  return { page, ...boxOf(page) };
}

const calm = (page) => page.waitForFunction(() => !document.querySelector("[aria-busy]"));

// Two words whose postings stand in different files, and the file of the second.
async function twoWords(t) {
  const page = await newPage(t);
  await page.goto(`${server.root}billing/invoice/`);
  const filesOf = async (word) => {
    server.reset();
    await page.evaluate((query) => kb.search(query), word);
    return server.asked(TERMS);
  };
  const [one] = await filesOf("administrator");
  const [other] = await filesOf("thermostat");
  assert.ok(one && other && one !== other, "the words are in different files");
  server.reset();
  return { here: "administrator", gone: "thermostat", file: new RegExp(other.replace(".", "\\.")) };
}

test("on a slow network loading is shown, then results", async (t) => {
  server.when(/\/search\//, { delay: 700 });
  const { page, field, pop, hits } = await openBox(t);
  await field.click();
  await field.fill("refund");
  await pop.locator(".search-loading").waitFor();
  assert.ok(await page.locator("form[aria-busy=true]").count());
  await hits.first().getByText("Get a refund").waitFor();
  await calm(page);
});

test("the newest query wins, however late older answers come", async (t) => {
  const { here, gone, file } = await twoWords(t);
  const { page, field, hits } = await openBox(t);
  server.when(file, { delay: 1500 });
  await field.click();
  await field.fill(gone);
  await page.waitForTimeout(300);
  await field.fill(here);
  await hits.first().getByText("Manage users").waitFor();
  await page.waitForTimeout(1800);
  assert.equal(await hits.first().locator(".hit-title").textContent(), "Manage users");
  await calm(page);
});

for (const [fault, rule] of [
  ["missing", { status: 404 }],
  ["corrupted", { body: (bytes) => bytes.map((byte, n) => (n > 20 ? byte ^ 0x55 : byte)) }],
  ["cut off", { body: (bytes) => bytes.subarray(0, bytes.length / 2) }],
  ["not a pack", { body: () => Buffer.from("<!doctype html><title>Sorry</title>") }],
]) {
  test(`a file of the index is ${fault}: the other words answer, with a notice`, async (t) => {
    const { here, gone, file } = await twoWords(t);
    const { page, warning, failed, field, answer, hits } = await openBox(t);
    const mend = server.when(file, rule);
    assert.equal((await answer(`${here} ${gone}`))[0], "Manage users");
    await warning.waitFor();
    await calm(page);
    await field.fill(gone);
    await failed.waitFor();
    await calm(page);
    await answer(here);
    assert.equal(await warning.count(), 0, "nothing is lacking for other words");
    await field.fill(`${gone} ${here}`);
    await warning.waitFor();
    mend();
    await warning.getByRole("button").click();
    await warning.waitFor({ state: "detached" });
    assert.ok(await hits.count() > 3, "after another try all words answer");
  });
}

test("all files of the index are missing: failed, with ways on, and no endless waiting", async (t) => {
  const { page, failed, field, hits, pop } = await openBox(t);
  const mend = server.when(SHARDS, { status: 404 });
  await field.fill("password");
  await failed.waitFor();
  await calm(page);
  assert.ok(await pop.locator("[data-contact] a[href^='mailto:']").count(), "people can be reached");
  assert.ok(await failed.locator("a").count(), "the list of all articles is near");
  mend();
  await failed.getByRole("button").click();
  await hits.first().getByText("Reset your password").waitFor();
});

for (const [what, pattern] of [["program", /\/search\/engine\/.*\.bin$/], ["glue", /\/search\/engine\/.*\.js$/], ["module", /\/js\/search\/box\.js$/], ["beginning of the index", /\/boot\.bin$/]]) {
  test(`the ${what} is missing: failed, and it works once it is back`, async (t) => {
    const mend = server.when(pattern, { status: 404 });
    const { page, failed, field, hits } = await openBox(t);
    await field.click();
    await field.pressSequentially("password");
    await failed.waitFor();
    assert.ok(await page.locator("[data-contact]:visible a[href^='mailto:']").count(), "people can be reached");
    mend();
    // A pointer that comes near tries again by itself; here the button does.
    await failed.getByRole("button").evaluate((button) => button.click());
    await hits.first().getByText("Reset your password").waitFor();
    assert.equal(await failed.count(), 0);
  });
}

test("the search page says the same when it fails", async (t) => {
  const mend = server.when(SHARDS, { status: 404 });
  const { page, failed } = await openBox(t, "search/?q=password");
  await failed.waitFor();
  await calm(page);
  mend();
  await failed.getByRole("button").click();
  await page.locator(".hits").getByText("Reset your password").first().waitFor();
});

test("without network, words that are loaded answer; others say that they cannot", async (t) => {
  const { here, gone } = await twoWords(t);
  const { page, answer, field, failed, hits } = await openBox(t);
  await answer(here);
  await page.context().setOffline(true);
  await field.fill("");
  assert.equal((await answer(here))[0], "Manage users");
  await field.fill(gone);
  await failed.waitFor();
  await calm(page);
  await page.context().setOffline(false);
  await failed.getByRole("button").click();
  await hits.nth(4).waitFor();
});
