// The pages of the showcase (tests/fixtures/showcase) and of kb's own manual that tests and screenshots look at, one of
// every kind, and how to bring each to what is to be seen.

import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { boxOf } from "./box.js";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
export const SHOWCASE = path.join(repository, "tests/fixtures/showcase");
export const MANUAL = repository;

// Waits until the page of results shows some, with all the sections that answer, which come as hits come into sight.
const results = async (page) => {
  const sections = page.locator(".hits > li .hit-section");
  await sections.first().waitFor();
  await page.evaluate(async () => {
    for (let top = 0; top < document.scrollingElement.scrollHeight; top += innerHeight / 2) {
      scrollTo({ top, behavior: "instant" });
      await new Promise((seen) => setTimeout(seen, 50));
    }
  });
  // A page is fetched for each hit, which takes its time on a busy machine.
  for (let before = 0, quiet = 0; quiet < 6;) {
    await page.waitForTimeout(250);
    const now = await sections.count();
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
  await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
};
// Opens the list below the search field.
const openBox = (query) => async (page) => {
  const { answer, pop } = boxOf(page);
  await answer(query);
  await pop.locator(".hit-section").first().waitFor();
};

// `path`; `ready`: what is done and waited for; `status`: the answer's, if not 200; `view`: of screenshots only what is in
// the window; `lang`: the language of the page.
export const SHOWCASE_PAGES = {
  home: { path: "" },
  collection: { path: "app/" },
  category: { path: "light/" },
  subcategory: { path: "light/care/" },
  article: { path: "getting-started/set-up-your-light/" },
  "article-image": { path: "getting-started/mount-the-light/" },
  "article-plain": { path: "account/change-your-email-address/" },
  "article-long": { path: "app/every-setting/" },
  components: { path: "app/control-from-a-computer/" },
  table: { path: "light/battery-life/" },
  faq: { path: "faq/" },
  search: { path: "search/?q=battery", ready: results },
  "search-none": { path: "search/?q=xyzzy", ready: (page) => page.locator(".search-none").waitFor() },
  "search-box": { path: "", ready: openBox("charge"), view: true },
  "search-box-article": { path: "light/charge-the-light/", ready: openBox("update"), view: true },
  tags: { path: "tags/" },
  tag: { path: "tags/battery/" },
  all: { path: "all/" },
  contact: { path: "contact/" },
  "not-found": { path: "no/such/page/", status: 404 },
  fallback: { path: "de/app/update-the-light/", lang: "de" },
  highlight: { path: "light/charge-the-light/?highlight=charge", ready: (page) => page.locator(".marked-notice").waitFor() },
  "ar-home": { path: "ar/", lang: "ar" },
  "ar-category": { path: "ar/light/", lang: "ar" },
  "ar-article": { path: "ar/light/light-does-not-turn-on/", lang: "ar" },
  "ar-tabs": { path: "ar/getting-started/pair-with-your-phone/", lang: "ar" },
  "ar-fallback": { path: "ar/app/control-from-a-computer/", lang: "ar" },
  "ar-faq": { path: "ar/faq/", lang: "ar" },
  "ar-search": { path: "ar/search/?q=الضوء", lang: "ar", ready: results },
  "ar-search-box": { path: "ar/", lang: "ar", ready: openBox("شحن"), view: true },
  "ar-tags": { path: "ar/tags/", lang: "ar" },
  "ar-all": { path: "ar/all/", lang: "ar" },
  "ar-contact": { path: "ar/contact/", lang: "ar" },
  "ja-home": { path: "ja/", lang: "ja" },
  "ja-article": { path: "ja/getting-started/set-up-your-light/", lang: "ja" },
};

export const MANUAL_PAGES = {
  home: { path: "" },
  category: { path: "writing/" },
  article: { path: "getting-started/quick-start/" },
  components: { path: "writing/callouts-steps-tabs/" },
  markdown: { path: "writing/markdown/" },
  image: { path: "writing/images-and-files/" },
  reference: { path: "reference/configuration/" },
  search: { path: "search/?q=logo", ready: results },
  all: { path: "all/" },
  tags: { path: "tags/" },
  german: { path: "de/getting-started/quick-start/", lang: "de" },
  russian: { path: "ru/", lang: "ru" },
};

// The files of a site that says nothing of itself but its theme, and perhaps what receives answers: a page of every kind.
const bare = (theme, feedback = "") => ({
  "kb.toml": `[theme]\nname = "${theme}"\n${feedback}`,
  "content/orders/_index.md": "---\ntitle: Orders\n---\n",
  "content/orders/return.md": "---\ntitle: Send an order back\ntags: [parcel]\n---\n\nWithin 30 days.\n\n## How\n\nPrint the label.\n",
  "content/orders/invoice.md": "---\ntitle: Find an invoice\ntags: [parcel]\n---\n\nIn your account.\n",
  "content/orders/gear.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><circle cx="12" cy="12" r="9"/></svg>',
  "content/orders/parts.md": `---
title: What stands in a line
---

Press the ![gear](gear.svg) at the top, then ![gear again](gear.svg) once more.

![gear](gear.svg) stands first here.

1. Click the ![gear](gear.svg) icon, then **Save**.
2. Done: the ![gear](gear.svg) turns green.

Some <img src="gear.svg" alt="gear" width="24" height="24"> of HTML.

![alone](gear.svg)

![alone](gear.svg "With a caption")

## Flags

| Command | What it does | And what else |
|---|---|---|
| \`docker build --no-cache --pull-always .\` | builds anew, whatever was kept | nothing that matters here |
| \`--no-cache\` | keeps nothing of what there was | nothing that matters here |
| \`a_name_that_is_much_too_long_for_a_column-and-goes-on-and-on_for_ever_and_ever\` | is long | \`--with-a-very-long-name-of-an-option-that-nobody-types\` |

Say \`--no-cache\`, \`apt-get install --no-install-recommends\` or \`x-y\` in a line, and \`--dry-run\` at its end, \`--with-a-very-long-name-of-an-option-that-nobody-types-and-that-goes-on\` too.

## Tabs

::::tabs
:::tab Text
One way.
:::
:::tab Code
\`\`\`sh
ls
\`\`\`
:::
:::tab List
- One
- Two
:::
:::tab Heading
### Third way

It goes on.
:::
:::tab Steps
:::steps
1. First.
2. Second.
:::
:::
:::tab Note
> [!NOTE]
> A note.
:::
:::tab Table
| A | B |
|---|---|
| 1 | 2 |
:::
::::

## A \`code\` and [a link](return.md)

### Deeper *down*

Text.
`,
  "content/faq.md": "---\ntitle: Questions\ntemplate: faq\n---\n\n## Do you ship abroad?\n\nYes.\n\n## Do you ship at night?\n\nNo.\n",
});

export const BARE = Object.fromEntries(["default", "plain"].flatMap((theme) => [
  [`bare-${theme}`, bare(theme)],
  [`script-${theme}`, bare(theme, "[feedback]\nscript = true\n")],
  [`mail-${theme}`, bare(theme, '[feedback]\nemail = "docs@example.com"\n')],
]));

// Names of fields that a form has as properties and methods, which then are the fields.
export const TRAPS = ["action", "method", "submit", "reset", "target", "elements", "length", "dataset", "append", "prepend", "closest", "children", "remove", "hidden", "title", "constructor"];

const FIELDS = TRAPS.map((name) => `[[contact.fields]]\nname = "${name}"\nlabel = "A field ${name}"\n`).join("");
const TOPICS = `[[contact.topics]]
id = "orders"
title = "Orders"
phone = "+1 555 0111"
response_time = "within an hour"
email = "orders@example.com"
articles = ["orders/return.md"]
[[contact.topics]]
id = "other"
title = "Something else"
[[contact.fields]]
name = "number"
label = "Order number"
required = true
topics = ["orders"]
`;

// Names of which one is another with an ending, and a box that must be ticked.
const CHECKED = `[[contact.fields]]
name = "order"
label = "رقم"
hint = "On the invoice."
[[contact.fields]]
name = "order-hint"
label = "Hint"
hint = "Anything."
[[contact.fields]]
name = "terms"
label = "I agree"
type = "checkbox"
required = true
`;

// Sites with a contact form: `contact` posts to an endpoint, `contact-mail` opens a mail program, `contact-plain` is of
// the other theme, `contact-fields` has fields of other kinds.
export const CONTACT = Object.fromEntries([
  ["contact", "default", 'endpoint = "/messages"\nemail = "help@example.com"\nphone = "+1 555 0100"\nresponse_time = "within a day"\n', TOPICS + FIELDS],
  ["contact-mail", "default", 'email = "help@example.com"\n', TOPICS],
  ["contact-fields", "default", 'endpoint = "/messages"\n', CHECKED],
  ["contact-plain", "plain", 'endpoint = "/messages"\nemail = "help@example.com"\n', TOPICS],
].map(([name, theme, channels, more]) => [name, bare(theme, `[contact]\n${channels}${more}`)]));

// Writes files into a folder; gives the folder.
export function writeProject(folder, files) {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

// Builds a project into `out`. `KB_THEMES` names a folder of themes to use instead of the one built into kb.
export function buildProject(kb, project, out, ...options) {
  let from = project;
  if (process.env.KB_THEMES) {
    from = `${out}.project`;
    rmSync(from, { recursive: true, force: true });
    mkdirSync(from, { recursive: true });
    for (const part of ["kb.toml", "content", "static", "templates"]) {
      if (existsSync(path.join(project, part))) cpSync(path.join(project, part), path.join(from, part), { recursive: true });
    }
    cpSync(process.env.KB_THEMES, path.join(from, "themes"), { recursive: true });
  }
  rmSync(out, { recursive: true, force: true });
  try {
    execFileSync(kb, ["build", "-q", from, "-o", out, ...options], { stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    // A theme in the works may have errors: kb says them, and uses its own templates instead.
    if (!process.env.KB_THEMES || error.status !== 1) throw error;
  }
}
