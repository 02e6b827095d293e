// The browser shows the same sections and excerpts as `kb search`: the same core chooses them from the same text.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { newPage, serve } from "./support/browser.js";

// What `kb search` shows of the first hits of each query: heading and anchor of the best section, and its excerpt in pieces,
// the odd ones of which are marked.
const native = (server, language, queries) =>
  execFileSync(process.env.KB, ["search", "--batch", "-n", "5", "--site", server.folder, "--lang", language], {
    input: `${queries.join("\n")}\n`,
    maxBuffer: 1 << 30,
  })
    .toString().trim().split("\n")
    .map((line) => JSON.parse(line).hits.map(({ url, section, anchor, excerpt, highlights }) => {
      const letters = [...excerpt];
      const ends = [0, ...highlights.flat(), letters.length];
      const pieces = ends.slice(1).map((end, n) => letters.slice(ends[n], end).join(""));
      return { url, section, anchor, pieces };
    }));

// The same as the API of the page shows it.
const shown = (page, queries) =>
  page.evaluate(async (all) => {
    const answers = [];
    for (const query of all) {
      const { hits } = await kb.search(query, { limit: 5 });
      answers.push(await Promise.all(hits.map(async (hit) => {
        const [best] = await hit.sections(0);
        const { pathname, hash } = new URL(best?.url ?? hit.url);
        return { url: pathname, section: best?.heading ?? "", anchor: decodeURIComponent(hash.slice(1)), pieces: best?.excerpt ?? [""] };
      })));
    }
    return answers;
  }, queries);

const QUERIES = {
  sections: { en: ["visa", "fee", "inner", "boot", "deep", "quotation"] },
  showcase: {
    en: ["do I need the app", "can I change my mind", "ship to Europe", "how many days does delivery take", "pair the lights", "battery", "return an order", "password", "light does not charge"],
    de: ["Versand Dauer", "Akku laden", "Passwort", "Rückgabe"],
  },
  manual: { en: ["how do I make an FAQ page", "weight of titles", "exit codes", "typing errors letters may differ", "quotation marks", "step by step list", "unknown key"] },
};

for (const [site, languages] of Object.entries(QUERIES)) {
  const server = await serve(site, site === "sections" ? { policy: null } : {});
  for (const [language, queries] of Object.entries(languages)) {
    test(`${site}, ${language}: the same sections and excerpts as kb search`, async (t) => {
      const page = await newPage(t);
      await page.goto(server.root + (language === "en" ? "" : `${language}/`));
      const wanted = native(server, language, queries);
      assert.ok(wanted.every((hits) => hits.length), "every query has hits");
      const found = await shown(page, queries);
      for (const [n, query] of queries.entries()) {
        const local = wanted[n].map((hit) => ({ ...hit, url: new URL(hit.url, server.root).pathname }));
        assert.deepEqual(found[n], local, query);
      }
    });
  }
}

test("rows and steps are shown as people write them", async (t) => {
  const server = await serve("sections", { policy: null });
  const page = await newPage(t);
  await page.goto(server.root);
  const texts = (await shown(page, ["visa fee", "inner"])).map(([hit]) => hit.pieces.join(""));
  assert.match(texts[0], /Card: Fee · Visa: 2 % · Other: 3 %/);
  assert.match(texts[1], /one · two · 1\. inner · more of two/);
});
