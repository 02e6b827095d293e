// What an article carries with `html = "sanitize"` changes nothing around it and starts nothing, whatever its elements,
// ids, names, classes and data attributes are. They are drawn from all that the scripts and templates of the themes use.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { boxOf } from "./support/box.js";
import { newPage, stop } from "./support/browser.js";
import { MANUAL as REPOSITORY } from "./support/pages.js";
import { Preview } from "./support/preview.js";
import { Server } from "./support/server.js";

// Another seed, or more articles: KB_HOSTILE_SEED, KB_HOSTILE_ARTICLES.
const SEED = Number(process.env.KB_HOSTILE_SEED ?? 20261126);
const ARTICLES = Number(process.env.KB_HOSTILE_ARTICLES ?? 8);
const ELEMENTS = 90;

/* ---- What scripts and templates use ---- */

const files = (folder, ending) => readdirSync(path.join(REPOSITORY, folder), { recursive: true })
  .filter((name) => name.endsWith(ending))
  .map((name) => readFileSync(path.join(REPOSITORY, folder, name), "utf8"));
const scripts = [...files("themes", ".js"), ...files("src/serve", ".js")].join("\n");
const templates = files("themes", ".html").join("\n");
const styles = files("themes", ".css").join("\n");

const found = (text, pattern) => [...new Set([...text.matchAll(pattern)].map((match) => match[1]).filter(Boolean))];
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

// `data-x`, `dataset.x`, `const { x, y: z } = element.dataset`, and the words of search (`say("x")`, `words.x`).
const HOOKS = [...new Set([
  ...found(scripts + templates + styles, /data-([a-z-]+)/g),
  ...found(scripts, /dataset\.(\w+)/g).map(kebab),
  ...found(scripts, /\{([^{}]*)\} = [\w.]*dataset/g).flatMap((names) => names.split(",").map((name) => kebab(name.split(":")[0].trim()))),
  ...found(scripts, /\b(?:words|place)\.(\w+)/g).map(kebab),
  ...found(scripts, /\bsay\("(\w+)"/g).map(kebab),
])];
// Every id of the templates, every one that scripts look up or give, and every name that they expect in the window or
// the document: an id or name makes one there.
const IDS = [...new Set([
  ...found(templates, /\bid="([^"{]+)/g),
  ...found(scripts, /(?:getElementById\(|#|\bid: )["'`]?([\w-]+)/g),
  ...found(scripts, /\b(?:self|window|globalThis|document|root|location)\??\.(\w+)/g),
  ...found(scripts, /(?<![.\w])([a-z]\w+)(?=\()/g),
  ...found(scripts, /(?<![.\w"'`])([A-Z]\w+)(?=[.(])/g),
  ...found(templates, /\bname="([^"{]+)/g),
  "kbOffline", "kb", "location", "navigator", "document",
])];
const CLASSES = [...new Set([
  ...found(styles, /\.([a-z][\w-]*)(?=[^{}]*\{)/g),
  ...found(scripts, /className: ["'`]([\w -]+)/g).flatMap((names) => names.split(" ")),
  ...found(scripts, /["'`, ]\.([a-z][\w-]+)/g),
])];

const TAGS = ["a", "article", "aside", "audio", "base", "body", "button", "code", "details", "dialog", "div", "embed", "fieldset", "figcaption",
  "figure", "footer", "form", "h1", "h2", "header", "html", "iframe", "img", "input", "kb-search", "label", "li", "link", "main", "map", "mark", "math",
  "meta", "nav", "noscript", "object", "ol", "option", "p", "picture", "pre", "script", "search", "section", "select", "slot", "source",
  "span", "style", "summary", "svg", "table", "tbody", "td", "template", "textarea", "title", "track", "tr", "ul", "use", "video"];
const SCRIPT = "document.documentElement.setAttribute('data-ran','')";
const VALUES = ["", "x", "0", "1", "true", "/", "dark", "auto", "until-found", "module", "_search-kit", "refund", "/nowhere/", "{n}",
  `data:text/javascript,${SCRIPT}`, `data:text/html,<script>${SCRIPT}</script>`, `javascript:${SCRIPT}`, "https://foreign.example/x", "//foreign.example/x.js"];

/* ---- Articles ---- */

// The same numbers on every machine.
function random(seed) {
  let state = seed >>> 0 || 1;
  const next = () => {
    state ^= state << 13; state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5; state >>>= 0;
    return state / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { next, below, of: (list) => list[below(list.length)] };
}

const spaced = (tag) => ["div", "section", "p", "ul", "table", "nav", "details", "h2"].includes(tag);

function hostile(seed, beside) {
  const { next, below, of } = random(seed);
  const value = () => of([...VALUES, beside]).replaceAll('"', "&quot;");
  const element = (depth) => {
    const tag = of(TAGS);
    const attributes = [];
    if (next() < 0.7) attributes.push(`id="${of(IDS)}"`);
    if (next() < 0.5) attributes.push(`name="${of(IDS)}"`);
    if (next() < 0.7) attributes.push(`class="${Array.from({ length: 1 + below(3) }, () => of(CLASSES)).join(" ")}"`);
    for (let n = below(7); n > 0; n -= 1) attributes.push(`data-${of(HOOKS)}="${value()}"`);
    if (next() < 0.1) attributes.push(of(["hidden", "open", "autofocus", "popover", "contenteditable", "slot=x", "tabindex=7", "is=kb-search", "form=_search"]));
    if (next() < 0.1) attributes.push(`${of(["onclick", "onload", "onerror", "onfocus", "ontoggle"])}="${SCRIPT}"`);
    const inside = depth > 0 && next() < 0.5 ? Array.from({ length: 1 + below(2) }, () => element(depth - 1)).join("") : `${of(["kit", "refund", "", "words"])}`;
    const end = next() < 0.9 ? `</${tag}>` : "";
    const gap = spaced(tag) && next() < 0.3 ? "\n\n" : "";
    return `<${tag} ${attributes.join(" ")}>${inside}${gap}${end}`;
  };
  const block = () => `${element(3)}\n\n${of(["Some words.", "- a list", "## A heading {#" + of(IDS) + " ." + of(CLASSES) + "}", "> quoted", "```js\nx\n```", ""])}\n\n`;
  return Array.from({ length: ELEMENTS }, block).join("");
}

const BEGIN = "Here it begins.";
const KIT = `<div id="_search-kit" data-glue="data:text/javascript,${SCRIPT}" data-boot="x" data-engine="y" data-root="/" data-page="/search/" data-style="/s.css">kit</div>`;

const folder = mkdtempSync(path.join(tmpdir(), "kb-hostile-"));
const write = (root, texts) => {
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
};

// The addresses of the hostile articles.
const PAGES = ["kit", ...Array.from({ length: ARTICLES }, (_, n) => `random-${n}`)];
const CONTENT = {
  "content/refund.md": "# Refund\n\nrefund words\n\n## How long {#duration}\n\nA refund takes five days.\n",
  "content/evil.js": SCRIPT,
};
PAGES.forEach((name, n) => {
  const text = n ? hostile(SEED + n, "/evil.js") : `${KIT}\n\n[script](evil.js)\n`;
  CONTENT[`content/${name}.md`] = `# ${name}\n\n${BEGIN}\n\n${text}\n`;
});
const CONFIG = 'title = "Kit"\n[build]\nhtml = "sanitize"\ngit_dates = false\n[contact]\nemail = "help@example.com"\n';
write(folder, { "kb.toml": CONFIG, ...CONTENT });
try {
  execFileSync(process.env.KB, ["build", "-q", folder, "-o", path.join(folder, "public"), "--base-url", "https://help.example/"], { stdio: "ignore" });
} catch (error) {
  // What the articles say is wrong, and the build says so.
  if (error.status !== 1) throw error;
}

// The same page with other content: all that stands between its first paragraph and what follows the article.
const without = (html) => {
  const [from, to] = [html.indexOf(`<p>${BEGIN}`), html.lastIndexOf('<footer class="article-foot"')];
  assert.ok(from > 0 && to > from, "the page has its first paragraph, and a footer");
  return `${html.slice(0, from)}<p>${BEGIN}</p>\n</div>\n${html.slice(to)}`;
};
const twins = Object.fromEntries(PAGES.map((name) => [`/twin/${name}/`, without(readFileSync(path.join(folder, "public", name, "index.html"), "utf8"))]));
const server = await Server.start(path.join(folder, "public"), { pages: twins });
after(async () => {
  await stop();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/* ---- Tests ---- */

test("the lists hold what the scripts use", () => {
  for (const [list, some] of [
    [HOOKS, ["glue", "boot", "engine", "root", "page", "style", "offline", "search", "search-page", "filter", "failed", "contact", "appearance",
      "expand", "collapse", "feedback", "video", "host", "sandbox", "title", "kb-reload", "broken-link", "did-you-mean", "theme", "js"]],
    [IDS, ["_search-kit", "_main", "_kb-live", "_nav", "_search", "kb", "querySelector", "requestIdleCallback", "addEventListener", "Highlight"]],
    [CLASSES, ["drop", "toc", "zoom", "code", "tabs", "tab", "prose", "anchor", "search-pop", "faq-item", "drawer", "rows", "marked-notice"]],
  ]) {
    for (const name of some) assert.ok(list.includes(name), `${name} is not found any more`);
  }
});

// What a reader does, and what is then there.

// The page without the text of its article.
const around = (page) => page.evaluate(() => {
  const copy = document.documentElement.cloneNode(true);
  copy.querySelector(".prose").replaceChildren();
  // These come when the browser has time.
  copy.querySelectorAll("link[rel=prefetch]").forEach((link) => link.remove());
  // The contents follow the headings that are seen, which are not the same.
  copy.querySelectorAll(".toc [aria-current]").forEach((link) => link.removeAttribute("aria-current"));
  // The sum of what the header and the footer show, in order, and what is met at their places.
  const seen = [...document.querySelectorAll(".site-header a, .site-header button, .site-header input, .site-footer a, .feedback button")]
    .filter((part) => !part.closest(".prose") && part.checkVisibility())
    .map((part) => {
      part.scrollIntoView({ block: "center", behavior: "instant" });
      const { x, y, width, height } = part.getBoundingClientRect();
      const met = document.elementFromPoint(x + width / 2, y + height / 2);
      return part.contains(met) || met?.contains(part) ? "" : `${part.outerHTML.slice(0, 80)} is behind ${met?.outerHTML.slice(0, 80)}`;
    });
  const own = Object.keys(globalThis.kb ?? {}).join();
  return { html: copy.outerHTML.replaceAll("/twin/", "/").split("\n"), covered: seen.filter(Boolean), own };
});

async function visit(page, address) {
  const states = [];
  await page.goto(address, { waitUntil: "networkidle" });
  states.push(await around(page));
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator("body").press("/");
  const box = boxOf(page);
  states.push({ focused: await box.field.evaluate((field) => field === document.activeElement) });
  states.push({ titles: await box.answer("refund") });
  states.push({ links: await box.pop.locator("a.hit-link").evaluateAll((links) => links.map((link) => link.href)) });
  await page.keyboard.press("Escape");
  await page.locator("details.appearance summary").click();
  await page.locator("[data-appearance=dark]").first().click();
  states.push({ theme: await page.evaluate(() => document.documentElement.dataset.theme) });
  await page.keyboard.press("Escape");
  states.push({ focus: await page.evaluate(() => document.activeElement.closest(".appearance") !== null) });
  await page.evaluate(() => localStorage.clear());
  await page.goto(`${address}?highlight=begins`, { waitUntil: "networkidle" });
  await page.locator("body > .marked-notice:not([aria-busy])").waitFor();
  states.push(await around(page));
  return states;
}

// Nothing leaves for other hosts, nothing attached is run, and no dialog opens.
function watch(page, origin) {
  const odd = [];
  page.on("dialog", (dialog) => { odd.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) || /evil/.test(url)) odd.push(`request: ${url}`);
  });
  page.on("popup", (popup) => odd.push(`window: ${popup.url()}`));
  return odd;
}

for (const name of PAGES) {
  test(`${name} changes nothing around it and starts nothing (seed ${SEED})`, async (t) => {
    const page = await newPage(t, { viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    const odd = watch(page, server.origin);
    const expected = await visit(page, `${server.root}twin/${name}/`);
    const got = await visit(page, `${server.root}${name}/`);
    assert.equal(got.length, expected.length);
    got.forEach((state, n) => assert.deepEqual(state, expected[n]));
    assert.deepEqual(odd, []);
    assert.equal(await page.evaluate(() => "ran" in document.documentElement.dataset), false);
  });
}

test("the preview is as safe: its script, and its policy, which lets scripts of the site run", async (t) => {
  const preview = await Preview.start(t, { "kb.toml": CONFIG, ...CONTENT });
  for (const name of PAGES.slice(0, 3)) {
    const page = await preview.open(t, `${name}/`);
    const odd = watch(page, preview.root);
    const { answer } = boxOf(page);
    assert.ok((await answer("refund")).includes("Refund"));
    await page.goto(`${preview.root}${name}/?highlight=begins`, { waitUntil: "load" });
    await page.locator("body > .marked-notice:not([aria-busy])").waitFor();
    assert.deepEqual(odd, []);
    assert.equal(await page.evaluate(() => "ran" in document.documentElement.dataset), false);
  }
});
