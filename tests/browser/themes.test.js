// The built-in theme `plain`: every kind of page, in light and dark, on a wide screen and on a narrow one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "./support/box.js";
import { axeScript, findings, newPage } from "./support/browser.js";
import { Preview } from "./support/preview.js";

const EVERYTHING = `---
title: Everything that an article can hold
tags: [parts]
---

Some \`code\`, a [link](invoice.md) and <kbd>Ctrl</kbd>.[^1]

> [!WARNING]
> Take care.

:::details More
Hidden at first.
:::

:::steps
1. First.
2. Then.
:::

::::tabs
:::tab Windows
One way.
:::
:::tab macOS
Another way.
:::
::::

## A table

| A long heading for a column | Another long heading | And a third one | And a fourth |
|---|---|---|---|
| a_name_that_cannot_be_broken_anywhere | text | text | 12 |

## Code

\`\`\`rust
fn main() { println!("a line that is much too long for a narrow screen and must scroll in its own box"); }
\`\`\`

[^1]: A note.
`;

const FILES = {
  "content/billing/_index.md": "---\ntitle: Billing\ndescription: Money.\n---\n",
  "content/billing/everything.md": EVERYTHING,
  "content/billing/invoice.md": "---\nfeatured: true\ntags: [parts]\n---\n# Find an invoice\n\nIn the settings.\n",
  "content/billing/invoice.ar.md": "# الفاتورة\n\n## العنوان\n\nفي الإعدادات.\n",
};
const CONFIG = `[languages.en]
[languages.ar]
[theme]
name = "plain"
[contact]
email = "help@example.com"
hours = "Monday to Friday"`;
const PAGES = ["", "billing/", "billing/everything/", "tags/", "tags/parts/", "all/", "search/?q=invoice", "nowhere/", "ar/billing/invoice/"];

for (const [name, options] of Object.entries({
  "light and wide": { colorScheme: "light", viewport: { width: 1200, height: 800 } },
  "dark and 320 pixels": { colorScheme: "dark", viewport: { width: 320, height: 640 } },
})) {
  test(`plain has no findings and no sideways scrolling, ${name}`, async (t) => {
    const preview = await Preview.start(t, FILES, { config: CONFIG });
    const page = await newPage(t, { ...options, init: axeScript(), expect: /404/ });
    for (const address of PAGES) {
      await page.goto(`${preview.root}${address}`);
      if (address.startsWith("search/")) await page.locator(".hit").first().waitFor();
      assert.deepEqual(await findings(page), [], address);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${address} is too wide`);
    }
    await page.goto(`${preview.root}billing/everything/`);
    const titles = await boxOf(page).answer("invoice");
    assert.equal(titles[0], "Find an invoice");
    assert.deepEqual(await findings(page), [], "the open list");
    await page.goto("about:blank");
  });
}
