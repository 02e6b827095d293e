// The search box, as it is used when everything works.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "./support/box.js";
import { newPage, serve } from "./support/browser.js";

const server = await serve();
const help = await serve("help", { base: "/help" });

async function openBox(t, path = "", options) {
  const page = await newPage(t, options);
  await page.goto(server.root + path);
  return { page, ...boxOf(page) };
}

test("typing shows results, their words marked and their sections by anchor", async (t) => {
  const { pop, hits, field, type, status } = await openBox(t);
  assert.equal(server.asked(/pack\/.*boot/).length, 0, "nothing of the index before the first sign of use");
  await field.click();
  await type("reset passw");
  await hits.first().getByText("Reset your password").waitFor();
  // The answer to "reset" may have come first.
  await hits.first().locator(".hit-title mark").getByText("password").waitFor();
  assert.deepEqual(await hits.first().locator(".hit-title mark").allTextContents(), ["Reset", "password"]);
  assert.equal(await hits.first().locator(".hit-path").textContent(), "Account");
  await hits.first().locator(".hit-section").first().waitFor();
  const section = hits.first().locator(".hit-section").first();
  assert.match(await section.getAttribute("href"), /\/account\/reset-password\/\?highlight=reset\+passw#(app|sign-in-page)$/);
  assert.ok(await section.locator("mark").count() > 0, "marks in sections");
  await status.getByText(/\d+ found/).waitFor({ state: "attached" });
  assert.equal(await pop.locator(".search-all").count(), 1);
});

for (const [connection, early] of [[{ effectiveType: "4g" }, true], [{ effectiveType: "4g", saveData: true }, false], [{ effectiveType: "4g", type: "cellular" }, false], [{ effectiveType: "3g" }, false]]) {
  test(`the engine comes ${early ? "early" : "with the first use"} on ${JSON.stringify(connection)}`, async (t) => {
    const page = await newPage(t, { init: `Object.defineProperty(navigator, "connection", { value: ${JSON.stringify(connection)} })` });
    await page.goto(server.root, { waitUntil: "networkidle" });
    assert.equal(server.asked(/\/search\/engine\/.*\.bin$/).length, early ? 1 : 0);
    await page.locator("[data-search]").first().focus();
    await page.locator(".search-pop").waitFor();
    assert.equal(server.asked(/\/search\/engine\/.*\.bin$/).length, 1, "once in all");
  });
}

test("an empty field offers popular articles", async (t) => {
  const { field, options } = await openBox(t);
  await field.click();
  await options.first().waitFor();
  assert.ok(await options.count() >= 1);
});

test("the keyboard alone is enough", async (t) => {
  const { page, field, pop, options, active, type } = await openBox(t, "billing/invoice/");
  const focused = () => field.evaluate((element) => element === document.activeElement);
  const at = () => active.count().then((n) => n && options.evaluateAll((all) => all.findIndex((each) => each.ariaSelected === "true")));

  await page.keyboard.press("/");
  assert.ok(await focused(), "/ goes to the field");
  assert.equal(await field.inputValue(), "", "and is not typed");
  await field.blur();
  await page.keyboard.press("Control+k");
  assert.ok(await focused(), "Ctrl-K goes to the field");

  await type("password");
  await pop.locator(".hit-section").first().waitFor();
  const count = await options.count();
  await page.keyboard.press("ArrowDown");
  assert.equal(await at(), 0);
  assert.equal(await field.getAttribute("aria-activedescendant"), await active.getAttribute("id"));
  await page.keyboard.press("ArrowDown");
  assert.equal(await at(), 1);
  await page.keyboard.press("End");
  assert.equal(await at(), count - 1);
  await page.keyboard.press("ArrowDown");
  assert.equal(await active.count(), 0, "after the last comes the field");
  await page.keyboard.press("ArrowUp");
  assert.equal(await at(), count - 1);
  await page.keyboard.press("Home");
  assert.equal(await at(), 0);
  assert.ok(await focused(), "the focus never leaves the field");

  const apart = page.context().waitForEvent("page");
  await page.keyboard.press("Control+Enter");
  const other = await apart;
  await other.waitForURL(/highlight=password/);
  await other.close();
  assert.match(page.url(), /billing\/invoice\/$/, "this page stays");

  await page.keyboard.press("Escape");
  await pop.waitFor({ state: "hidden" });
  assert.equal(await field.inputValue(), "password", "Esc closes first");
  await page.keyboard.press("Escape");
  assert.equal(await field.inputValue(), "", "and then clears");

  await type("refund bank");
  await pop.locator(".hit-section").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/billing\/refund\/\?highlight=refund\+bank#duration$/);
});

test("Enter without a choice leads to the whole list", async (t) => {
  const { page, field, type } = await openBox(t);
  await field.click();
  await type("thermostat");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/search\/\?q=thermostat$/);
  await page.locator(".hits > li").nth(9).waitFor();
});

test("an article that search led to has its words marked, until one has them removed", async (t) => {
  const { page } = await openBox(t, "account/reset-password/?highlight=passwords");
  const ranges = () => page.evaluate(() => [...CSS.highlights.get("kb-found") ?? []].map(String));
  const notice = page.locator(".marked-notice");
  await notice.waitFor();
  assert.ok((await ranges()).includes("password"), "an inflected word is marked too");
  await notice.locator("button").click();
  assert.equal(await notice.count(), 0);
  assert.deepEqual(await ranges(), []);
  assert.match(page.url(), /\/account\/reset-password\/$/);
});

test("the page that is not found can be searched", async (t) => {
  const { hits, answer } = await openBox(t, "no/such/page/", { expect: /404/ });
  assert.deepEqual((await answer("refund")).slice(0, 1), ["Get a refund"]);
  assert.match(await hits.first().locator("a").first().getAttribute("href"), /\/billing\/refund\/\?highlight=refund$/);
});

test("on a phone the list takes the screen and stays within it", async (t) => {
  const { page, field, pop, answer } = await openBox(t, "billing/invoice/", { viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true });
  await field.tap();
  await answer("password");
  const box = await pop.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 375, JSON.stringify(box));
  assert.ok(box.y + box.height <= 667, JSON.stringify(box));
  assert.ok(box.height > 250, "room for some hits");
  const heights = await pop.locator(".hit-link, .search-row").evaluateAll((links) => links.map((link) => link.getBoundingClientRect().height));
  assert.ok(Math.min(...heights) >= 44, `large enough to press: ${heights}`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing sticks out");
  await pop.locator(".hit-link").first().tap();
  await page.waitForURL(/highlight=password/);
});

test("under a base path everything stays below it", async (t) => {
  const page = await newPage(t);
  await page.goto(`${help.root}billing/invoice/`);
  const { hits, answer } = boxOf(page);
  assert.equal((await answer("refund"))[0], "Get a refund");
  await hits.first().click();
  await page.waitForURL(`${help.root}billing/refund/?highlight=refund`);
  assert.ok(help.log.every((entry) => entry.path.startsWith("/help/") && entry.status !== 404), JSON.stringify(help.log));
});

test("other scripts can listen and ask", async (t) => {
  const { page, answer, hits } = await openBox(t);
  await page.evaluate(() => {
    self.heard = [];
    for (const name of ["kb:search", "kb:search-click"]) document.addEventListener(name, ({ type, detail }) => self.heard.push({ type, ...detail }));
    document.addEventListener("click", (event) => event.preventDefault());
  });
  await answer("invoice");
  await hits.first().locator("a").first().click();
  const heard = await page.evaluate(() => self.heard);
  assert.deepEqual(heard.map(({ type, query }) => [type, query]), [["kb:search", "invoice"], ["kb:search-click", "invoice"]]);
  assert.equal(heard[0].hits, 1);
  assert.equal(heard[1].position, 1);
  const answered = await page.evaluate(async () => {
    const found = await kb.search("how do i manage a user", { limit: 3 });
    return { language: found.language, url: found.hits[0].url, title: found.hits[0].title, sections: await found.hits[0].sections() };
  });
  assert.equal(answered.language, "en");
  assert.equal(answered.url, `${server.root}account/manage-users/?highlight=how+do+i+manage+a+user`);
  assert.deepEqual(answered.title, ["", "Manage", " ", "users", ""]);
});
