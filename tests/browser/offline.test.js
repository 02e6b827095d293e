// A site in a folder, opened without a server.

import assert from "node:assert/strict";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { boxOf } from "./support/box.js";
import { newPage, stop } from "./support/browser.js";

after(stop);
const root = pathToFileURL(path.join(process.env.KB_BROWSER_SITES, "offline/")).href;

for (const [start, query, title, article] of [
  ["index.html", "passwrod", "Reset your password", "account/reset-password/index.html?highlight=passwrod"],
  ["de/billing/refund/index.html", "Ruckerstattung", "Rückerstattung verlangen", "de/billing/refund/index.html?highlight=Ruckerstattung"],
]) {
  test(`${start} finds ${title}`, async (t) => {
    const page = await newPage(t);
    await page.goto(root + start);
    const { answer, hits } = boxOf(page);
    assert.equal((await answer(query))[0], title);
    await hits.first().locator(".hit-link").click();
    await page.waitForURL(root + article);
    await page.locator(".marked-notice").waitFor();
  });
}

test("the search page works too", async (t) => {
  const page = await newPage(t);
  await page.goto(root + "index.html");
  await boxOf(page).field.fill("thermostat");
  await page.keyboard.press("Enter");
  await page.locator(".hits > li").nth(9).waitFor();
});
