// A site that says nothing of itself: whatever a page asks for goes somewhere. Every form and every field of every page,
// with the scripts and without them, in both themes.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { newPage, nothingFound, serve } from "./support/browser.js";

// Runs in pages: what is asked for without saying where it goes, among what is shown or can be shown.
async function nowhere(scripts) {
  const wrong = [];
  const name = (each) => each.outerHTML.replace(/\s+/g, " ").slice(0, 120);
  const seen = (each) => each.checkVisibility({ visibilityProperty: true });
  for (const form of document.forms) {
    if (!seen(form)) continue;
    const action = form.getAttribute("action");
    if (!action) {
      wrong.push(`a form without a destination: ${name(form)}`);
    } else if (form.method === "get" && !(await fetch(form.action)).ok) {
      wrong.push(`leads nowhere: ${name(form)}`);
    }
  }
  for (const field of document.querySelectorAll("input, textarea, select, button")) {
    if (!seen(field) && !field.closest("[hidden]")) continue;
    const known = field.form || scripts && field.matches("[data-appearance], [data-expand], .code-copy, [role=tab], .search-filters select");
    if (!known) wrong.push(`belongs to no form: ${name(field)}`);
  }
  for (const part of document.querySelectorAll(".feedback, [name=comment], [name=reason], [name=helpful]")) wrong.push(`is asked for nobody: ${name(part)}`);
  for (const link of document.querySelectorAll("a[href]")) {
    const url = new URL(link.href);
    if (!/^(https?|mailto|tel):$/.test(url.protocol) || /undefined|null|none/.test(link.getAttribute("href"))) wrong.push(`leads nowhere: ${name(link)}`);
  }
  return wrong;
}

for (const theme of ["default", "plain"]) {
  const server = await serve(`bare-${theme}`);
  const pages = readdirSync(server.folder, { recursive: true }).filter((file) => file.endsWith(".html")).sort();

  for (const javaScriptEnabled of [true, false]) {
    test(`nothing is asked that goes nowhere: ${theme}, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async (t) => {
      assert.ok(pages.length >= 8, pages.join());
      const page = await newPage(t, { javaScriptEnabled, expect: /404/ });
      const found = {};
      for (const file of pages) {
        await page.goto(server.root + file.replace(/index\.html$/, ""));
        const wrong = await page.evaluate(nowhere, javaScriptEnabled);
        if (wrong.length) found[file] = wrong;
      }
      nothingFound(found);
    });
  }

  test(`a search without an answer names nobody who is not there: ${theme}`, async (t) => {
    const page = await newPage(t);
    for (const address of ["orders/return/", "search/?q=xyzzy"]) {
      await page.goto(server.root + address);
      if (!address.startsWith("search")) await page.locator("[data-search]").fill("xyzzy");
      await page.locator(".search-none").waitFor();
      assert.equal(await page.locator(".search-contact, .contact, [href*=contact]").count(), 0);
    }
  });
}

for (const theme of ["default", "plain"]) {
  const script = await serve(`script-${theme}`);
  const mail = await serve(`mail-${theme}`);
  const feedback = (page) => page.locator(".feedback");

  test(`a script of the site's own gets votes, reasons and comments: ${theme}`, async (t) => {
    const page = await newPage(t);
    await page.goto(`${script.root}orders/return/`);
    await page.evaluate(() => document.addEventListener("kb:feedback", ({ detail }) => (self.heard = detail)));
    await feedback(page).locator("button[value=no]").first().click();
    await page.locator("[name=comment]").fill("Which one?");
    await page.locator("fieldset [type=submit]").click();
    await page.locator("[data-feedback-status]").getByText(/\S/).waitFor();
    assert.equal(await page.evaluate(() => self.heard.comment), "Which one?");
    const still = await newPage(t, { javaScriptEnabled: false });
    await still.goto(`${script.root}orders/return/`);
    assert.equal(await feedback(still).isVisible(), false, "without JavaScript nobody listens");
  });

  test(`where there is an address alone, a link writes to it: ${theme}`, async (t) => {
    for (const javaScriptEnabled of [true, false]) {
      const page = await newPage(t, { javaScriptEnabled });
      await page.goto(`${mail.root}orders/return/`);
      assert.ok(await feedback(page).locator("a[href^='mailto:docs@example.com?subject=']").isVisible());
      assert.equal(await page.locator("[name=comment], [name=reason], [name=helpful]").count(), 0, "nothing pretends to be sent");
    }
  });
}
