// Search in the preview, in pages that have the index already.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "./support/box.js";
import { until } from "./support/browser.js";
import { Preview, article, reads, sameDocument } from "./support/preview.js";

test("a box that was used finds a word that was just saved, though nothing of the page changes", async (t) => {
  const password = "content/account/password.md";
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  const { field, hits, answer } = boxOf(page);
  await field.focus();
  assert.deepEqual(await answer("xylophone"), []);
  preview.edit(password, "a new password.", "a new password or a xylophone.");
  await until(async () => (await answer("xylophone")).join() === "Passwords");
  preview.edit(password, "a xylophone.", "a glockenspiel.");
  await until(async () => (await answer("glockenspiel")).join() === "Passwords");
  await hits.first().locator("mark").getByText("glockenspiel").first().waitFor();
  assert.deepEqual(await answer("xylophone"), []);
  assert.ok(await sameDocument(page));
});

test("the open list answers anew", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  const { field, pop } = boxOf(page);
  await field.pressSequentially("invoices");
  await pop.locator(".hit-title").getByText("Invoices").waitFor();
  preview.write({ "content/account/invoices.md": article("Invoices of members", "Here.") });
  await pop.locator(".hit-title").getByText("Invoices of members").waitFor();
  assert.equal(await field.inputValue(), "invoices");
});

test("the search page has what was just saved", async (t) => {
  const preview = await Preview.start(t);
  // The text of the article may be on its way while it is removed.
  const page = await preview.open(t, "search/?q=refund", { expect: /404/ });
  const titles = page.locator(".hits h2");
  await titles.getByText("Refunds").waitFor();
  preview.write({ "content/account/refund.md": article("Refund of fees", "You get them back.") });
  await titles.getByText("Refund of fees").waitFor();
  assert.equal(await titles.count(), 2);
  preview.remove("content/account/refund.md");
  await titles.getByText("Refund of fees").waitFor({ state: "detached" });
  assert.equal(await boxOf(page).field.inputValue(), "refund");
});

test("words that led to the page stay marked", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/invoice/?highlight=invoices");
  const marked = () => page.evaluate(() => [...CSS.highlights.get("kb-found") ?? []].map((range) => `${range}`.toLowerCase()));
  await page.locator(".marked-notice").waitFor();
  await until(async () => (await marked()).length >= 2);
  preview.edit("content/billing/invoice.md", "in the settings", "in the invoices of the settings");
  await reads(page, ".prose", /invoices of the settings/);
  await until(async () => (await marked()).join() === "invoices,invoices,invoices", () => "marks are gone");
});
