// The search page, and search without JavaScript.

import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, serve } from "./support/browser.js";

const server = await serve();

async function openPage(t, query = "", options) {
  const page = await newPage(t, options);
  await page.goto(`${server.root}search/${query}`);
  return { page, field: page.locator("[data-search]"), items: page.locator(".hits > li"), count: page.locator(".search-results > .count"), select: (n) => page.locator(".search-filters select").nth(n) };
}

test("an address with a query can be shared", async (t) => {
  const { page, field, items, count } = await openPage(t, "?q=reset+password");
  await items.first().getByText("Reset your password").first().waitFor();
  assert.equal(await field.inputValue(), "reset password");
  assert.match(await page.title(), /^reset password/);
  assert.match(await count.textContent(), /\d+ found/);
  assert.deepEqual(await items.first().locator("h2 mark").allTextContents(), ["Reset", "password"]);
  await items.first().locator(".hit-section").first().waitFor();
  assert.match(await items.first().locator(".hit-section").first().getAttribute("href"), /\?highlight=reset\+password#/);
});

test("typing answers and keeps the address true", async (t) => {
  const { page, field, items } = await openPage(t);
  await field.pressSequentially("invoice", { delay: 15 });
  await items.first().getByText("Find an invoice").waitFor();
  await page.waitForURL(/\/search\/\?q=invoice$/);
});

test("filters have counts, narrow the list and stand in the address", async (t) => {
  const { page, items, select } = await openPage(t, "?q=part");
  await items.nth(9).waitFor();
  const collections = await select(0).locator("option").allTextContents();
  const tags = await select(1).locator("option").allTextContents();
  assert.ok(collections.some((text) => /^Catalogue \(\d+\)$/.test(text)), collections.join());
  assert.ok(tags.some((text) => /^even \(\d+\)$/.test(text)) && tags.some((text) => /^odd \(\d+\)$/.test(text)), tags.join());
  await select(1).selectOption("even");
  await page.waitForURL(/tag=even/);
  await page.waitForFunction(() => [...document.querySelectorAll(".hits h2")].every((title) => Number(title.textContent.match(/\d+/)) % 2 === 0));
  await page.reload();
  await items.first().waitFor();
  assert.equal(await select(1).inputValue(), "even");
});

test("more hits come on demand, and the focus goes with them", async (t) => {
  const { page, items, count } = await openPage(t, "?q=thermostat");
  await items.nth(9).waitFor();
  const total = Number((await count.textContent()).match(/\d+/));
  assert.equal(total, 30);
  assert.equal(await items.count(), 10);
  await page.locator(".search-more").click();
  await items.nth(19).waitFor();
  assert.equal(await items.nth(10).locator("a").first().evaluate((link) => link === document.activeElement), true);
  await page.locator(".search-more").click();
  await items.nth(29).waitFor();
  await page.locator(".search-more").waitFor({ state: "detached" });
  const titles = await items.locator("h2").allTextContents();
  assert.equal(new Set(titles).size, 30, "each once");
});

test("back from an article stands on the same results", async (t) => {
  const { page, field, items } = await openPage(t);
  await field.pressSequentially("refund", { delay: 15 });
  await items.first().locator("h2 a").click();
  await page.waitForURL(/billing\/refund/);
  await page.goBack();
  await items.first().getByText("Get a refund").waitFor();
  assert.equal(await field.inputValue(), "refund");
});

test("searches made before are offered, and can be forgotten", async (t) => {
  const { page, field, items } = await openPage(t, "?q=refund");
  await items.first().locator("h2 a").click();
  await page.waitForURL(/billing\/refund/);
  await page.goto(`${server.root}search/`);
  await page.locator(".search-results button").getByText("refund").click();
  assert.equal(await field.inputValue(), "refund");
  await items.first().waitFor();
  await field.fill("");
  await page.locator(".search-results button").getByText("Clear").click();
  await page.waitForFunction(() => !/refund/.test(Object.values(localStorage).join()));
});

test("without JavaScript the form leads to the list of all articles", async (t) => {
  const page = await newPage(t, { javaScriptEnabled: false });
  await page.goto(server.root);
  await page.locator("[data-search]").fill("refund");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/all\/\?q=refund$/);
  await page.getByRole("link", { name: "Get a refund" }).click();
  await page.waitForURL(/\/billing\/refund\/$/);
  await page.goto(`${server.root}search/`);
  await page.getByRole("link", { name: "All articles" }).first().waitFor();
});

test("the list of all articles is filtered by the query it was asked with", async (t) => {
  const page = await newPage(t);
  await page.goto(`${server.root}all/?q=invoice`);
  await page.locator("[data-filter] li:visible").getByText("Find an invoice").waitFor();
  assert.equal(await page.locator("[data-filter] li:visible").count(), 1);
  assert.match(await page.locator("[data-filter-search]").getAttribute("href"), /\/search\//);
});
