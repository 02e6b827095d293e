// What kb writes is valid HTML, for every page of the showcase and of the manual, and holds nothing that a strict policy forbids.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const installed = createRequire(path.join(process.env.KB_BROWSER_MODULES, "/"));
const { HtmlValidate, StaticConfigLoader } = installed("html-validate");

const RULES = {
  extends: ["html-validate:recommended"],
  rules: {
    // Titles are the writers' own, with the site's name after them: search engines cut what is long.
    "long-title": "off",
    // As HTML's living standard itself is written.
    "doctype-style": ["error", { style: "lowercase" }],
    "void-style": ["error", { style: "omit" }],
    // The theme's own ids begin with "_", which no heading's id does, and ids of headings may be in any script.
    "valid-id": ["error", { relaxed: true }],
    // Safari takes the role from lists without markers: `role="list"` gives it back.
    "no-redundant-role": "off",
    "prefer-native-element": ["error", { exclude: ["list", "region"] }],
    // Space at the ends of lines comes from writers' code too, where it matters.
    "no-trailing-whitespace": "off",
  },
};

const files = (folder) => readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".html")).sort();
const sites = ["showcase", "manual"].map((name) => [name, path.join(process.env.KB_BROWSER_SITES, name)]);

// A fault occurs on every page or on one: the first places of each are enough.
function report(faults) {
  const kinds = new Map();
  for (const { kind, place } of faults) kinds.set(kind, [...kinds.get(kind) ?? [], place]);
  const lines = [...kinds].map(([kind, places]) => `${kind}\n    ${places.slice(0, 3).join("\n    ")}${places.length > 3 ? `\n    and ${places.length - 3} more` : ""}`);
  assert.equal(faults.length, 0, lines.join("\n"));
}

for (const [name, folder] of sites) {
  test(`the pages of the ${name} are valid`, async () => {
    const validate = new HtmlValidate(new StaticConfigLoader({ root: true, ...RULES }));
    const faults = [];
    for (const file of files(folder)) {
      const { results } = await validate.validateString(readFileSync(path.join(folder, file), "utf8"), file);
      for (const { messages } of results) {
        for (const { ruleId, message, line, column } of messages) faults.push({ kind: `${ruleId}: ${message}`, place: `${file}:${line}:${column}` });
      }
    }
    report(faults);
  });
}

const TAG = /<([a-z][\w-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/gi;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?/g;

test("no page of the showcase has a style, a script or a handler in its text", () => {
  const faults = [];
  let tags = 0;
  for (const file of files(sites[0][1])) {
    for (const [tag, name, attributes] of readFileSync(path.join(sites[0][1], file), "utf8").matchAll(TAG)) {
      tags += 1;
      const has = new Map([...attributes.matchAll(ATTRIBUTE)].map(([, key, value = ""]) => [key.toLowerCase(), value.replace(/^["']|["']$/g, "")]));
      const inline = name === "style" || name === "script" && !has.has("src") && has.get("type") !== "application/ld+json";
      if (inline || has.has("style") || [...has.keys()].some((key) => key.startsWith("on")) || /^\s*javascript:/i.test(has.get("href") ?? "")) faults.push({ kind: tag.slice(0, 100), place: file });
    }
  }
  assert.ok(tags > 5000, `tags were read: ${tags}`);
  report(faults);
});
