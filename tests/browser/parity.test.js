// The browser answers as the search server does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, serve } from "./support/browser.js";
import { differences } from "./support/parity.js";

const server = await serve();

const QUERIES = {
  en: ["password", "reset password", "passwrod reset", "how do i manage a user", "stk500_recv()", "E-4017", "refund", "money back", "thermostat", "spare part 12", "part", "p", "reset -password", "\"choose a new password\"", "مرحبا", "'", "🎉", "settings email address invoice", "cordefil", "quiprumir zimtavtav", "devices", "sing in", "catalogue thermostat 100"],
  de: ["Rückerstattung", "Ruckerstattung", "passwort vergessen", "Geld zurück", "refund"],
  ru: ["возврат денег", "вернуть деньги", "счёт", "где счета"],
  zh: ["退款", "发票", "付款设置"],
};

for (const [language, queries] of Object.entries(QUERIES)) {
  test(`${language}: the same articles in the same order`, async (t) => {
    const page = await newPage(t);
    await page.goto(server.root + (language === "en" ? "" : `${language}/`));
    assert.deepEqual(await differences(page, server, queries, language), []);
  });
}
