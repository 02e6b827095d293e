// Every page searches in its own language.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "./support/box.js";
import { newPage, serve } from "./support/browser.js";

const server = await serve();

for (const [language, queries] of Object.entries({
  de: { "Rückerstattung": "Rückerstattung verlangen", "Ruckerstattung": "Rückerstattung verlangen", "rückerstattungen": "Rückerstattung verlangen", "passwort": "Passwort zurücksetzen" },
  ru: { "возврат денег": "Как вернуть деньги", "возвратом денег": "Как вернуть деньги", "возврата деньгам": "Как вернуть деньги", "счетов": "Где найти счёт" },
  zh: { "退款": "如何申请退款", "发票": "查找发票" },
})) {
  test(`${language}: each finds its article, and loads nothing of other languages`, async (t) => {
    const page = await newPage(t);
    await page.goto(`${server.root}${language}/billing/refund/`);
    const { answer, hits } = boxOf(page);
    for (const [query, title] of Object.entries(queries)) {
      assert.equal((await answer(query))[0], title, query);
      assert.match(await hits.first().locator("a").first().getAttribute("href"), new RegExp(`/${language}/`));
    }
    assert.ok(await hits.first().locator("mark").count(), "marks");
    const packs = new Set(server.asked(/\/search\/pack\//).map((path) => path.split("/")[3]));
    assert.deepEqual([...packs], [language]);
    assert.equal(new Set(server.asked(/\/search\/engine\/.*\.bin/)).size, 1);
  });
}

test("two languages in turn, each with its own index", async (t) => {
  const page = await newPage(t);
  for (const [path, query, title] of [["", "refund", "Get a refund"], ["de/", "Rückerstattung", "Rückerstattung verlangen"], ["", "money back", "Get a refund"]]) {
    await page.goto(server.root + path);
    assert.equal((await boxOf(page).answer(query))[0], title);
  }
});

test("the search page counts what other languages have, for who asks", async (t) => {
  const page = await newPage(t);
  await page.goto(`${server.root}search/?q=Rückerstattung`);
  await page.locator(".search-none, .hits").first().waitFor();
  assert.deepEqual(server.asked(/pack\/de\//), []);
  await page.locator("[data-others] summary").click();
  const german = page.locator("[data-others] a[lang=de]");
  await german.locator(".count").getByText("1").waitFor();
  await german.click();
  await page.waitForURL(/\/de\/search\/\?q=R%C3%BCckerstattung$/);
  await page.locator(".hits").getByText("Rückerstattung verlangen").waitFor();
});
