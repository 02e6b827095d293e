// The preview's part of a page. It listens to the server, changes the page in place when its article or its theme was
// saved, shows what is wrong, and marks broken links. Only the preview serves it; a build has nothing of it.
//
// Texts of articles and of messages get into the page by `textContent` or as parsed documents of the same server, never
// as markup made here. The styles are constructed sheets, which a strict Content-Security-Policy permits.

const element = document.querySelector('script[type="module"][data-page][src$="_kb/live.js"]');
const memory = {
  get(name) { try { return sessionStorage.getItem(`kb-live-${name}`); } catch { return null; } },
  set(name, value) { try { sessionStorage.setItem(`kb-live-${name}`, value); } catch { /* private mode */ } },
  take(name) {
    const value = this.get(name);
    try { sessionStorage.removeItem(`kb-live-${name}`); } catch { /* the same */ }
    return value;
  },
};
const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const sheet = (css) => { const made = new CSSStyleSheet(); made.replaceSync(css); return made; };
const plural = (n, one, more) => `${n.toLocaleString("en")} ${n === 1 ? one : more}`;

/* ---- The page: what is shown, and how it becomes what the server has now ---- */

// A page that stands in for one that is not there has another name than the same page by itself.
const nameOf = (hash, missing) => (missing ? `404 ${hash}` : hash);
const wantedBy = (state) => nameOf(state.page ?? state.fallback, state.page === null);
let shown = nameOf(element.dataset.page, element.dataset.status === "404");
let assets; // folder of the theme's files that the page was made with
const folders = new Set(); // all such folders since the page was opened
let linked = {}; // hashes of what the page loads by names that stay the same
let newest; // the last state that the page may follow
let busy = false;

async function fetchPage() {
  const response = await fetch(location.pathname + location.search, { headers: { Accept: "*/*" }, cache: "no-store" });
  const hash = /"([0-9a-f]+)"/.exec(response.headers.get("ETag") ?? "")?.[1];
  const isPage = response.headers.get("Content-Type")?.startsWith("text/html");
  if (!hash || response.redirected || !isPage) return null;
  return { name: nameOf(hash, response.status === 404), html: await response.text() };
}
const parse = (html) => new DOMParser().parseFromString(html, "text/html");

// The page as it came, before scripts changed it: what a later page is compared with.
let clean = fetchPage().then((page) => (page?.name === shown ? page : null)).catch(() => null);

async function follow(wanted) {
  newest = wanted;
  if (busy) return;
  busy = true;
  try {
    for (let state; state !== newest; ) {
      state = newest;
      if (wantedBy(state) !== shown || state.assets !== assets) {
        const outcome = await swap(state).catch(() => "odd");
        if (outcome === "odd") return reload();
        if (outcome === "early") continue; // the state of the fetched page is there or on its way
      }
      if (!(await loadAgain(state.linked).catch(() => false))) return reload();
    }
  } finally {
    busy = false;
  }
}

async function reload() {
  // A page that differs each time it is made must not make the browser spin.
  const wait = Number(memory.get("reload-time") ?? 0) + 1000 - Date.now();
  if (wait > 0) return void setTimeout(reload, wait);
  // Without a server the browser would show an error and stop waiting. The page is compared anew when one is back.
  if (!(await fetch(import.meta.url, { method: "HEAD", cache: "no-store" }).catch(() => null))) return;
  memory.set("reload-time", Date.now());
  memory.set("reloaded", "yes");
  location.reload();
}

async function swap(state) {
  const lost = {};
  const [before, after] = await Promise.all([clean, fetchPage().catch(() => lost)]);
  if (after === lost) return "early";
  const wanted = wantedBy(state);
  if (!before || !after || before.name.startsWith("404 ") !== after.name.startsWith("404 ")) return "odd";
  if (after.name !== wanted) return "early";
  if (!assets && assets !== state.assets) return "odd";
  const rename = (text) => (assets === state.assets ? text : text.replaceAll(assets, state.assets));
  const was = parse(before.html);
  const old = parse(rename(before.html));
  const now = parse(after.html);
  const scripts = (doc) => programs(doc).map((script) => script.outerHTML).join();
  if (scripts(old) !== scripts(now) || looseText(old) !== looseText(now)) return "odd";
  if (assets !== state.assets && !(await sameScripts(state.assets))) return "odd";
  const parts = bodyParts(old, now);
  if (!parts || parts.some(({ made }) => made.some((part) => programs(part).length || isProgram(part)))) return "odd";

  const showStyles = await loadStyles(was, now);
  if (!showStyles) return "odd";
  const keep = remember();
  showStyles();
  for (const name of ["documentElement", "body"]) copyAttributes(was[name], now[name], document[name]);
  if (was.title !== now.title) document.title = now.title;
  replaceHead(was, old, now);
  for (const { gone, made, place } of parts) place(made.map((part) => document.importNode(part, true)), gone);
  if (assets !== state.assets) renameAttributes(assets, state.assets);
  clean = Promise.resolve(after);
  shown = after.name;
  assets = state.assets;
  folders.add(assets);
  document.dispatchEvent(new CustomEvent("kb:content"));
  keep();
  markBroken();
  return "done";
}

// Scripts that run; others are data.
const programs = (root) =>
  [...root.querySelectorAll("script"), ...(root.localName === "script" ? [root] : [])].filter(
    (script) => !script.type || /javascript|module|importmap|speculationrules/.test(script.type),
  );
// Parts that a script of the theme has taken over for good, such as the list of results of the search page.
const isProgram = (part) => part.matches("[data-kb-reload]") || part.querySelector("[data-kb-reload]") !== null;
// Text directly in the body, which no element holds.
const looseText = (doc) =>
  [...doc.body.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join("");

// Whether the theme's scripts that run in this page are the same in the new folder. The old ones come from the
// browser's cache; `Content-Location` tells that the server no longer has them.
async function sameScripts(to) {
  const urls = new Set([
    ...performance.getEntriesByType("resource").map((entry) => entry.name),
    ...programs(document).map((script) => script.src),
  ]);
  const pairs = [...urls].flatMap((url) => {
    const folder = [...folders].find((name) => url.includes(`/${name}/`));
    return folder && new URL(url).pathname.endsWith(".js") ? [[url, url.replace(`/${folder}/`, `/${to}/`)]] : [];
  });
  const same = await Promise.all(pairs.map(async ([old, now]) => {
    const answers = await Promise.all([fetch(old, { cache: "force-cache" }), fetch(now)]);
    if (!answers.every((answer) => answer.ok && !answer.headers.has("Content-Location"))) return false;
    const [a, b] = await Promise.all(answers.map((answer) => answer.text()));
    return a === b;
  }));
  return same.every(Boolean);
}

const alike = (a, b) => a.localName === b.localName && a.id === b.id;

// The parts of the page that is shown that came with it, without those that scripts have added.
function liveParts(parts) {
  const from = [...document.body.children];
  const found = parts.map((part) => {
    while (from.length && !alike(part, from[0])) from.shift();
    return from.shift();
  });
  return found.every(Boolean) ? found : null;
}

// The parts of the body that differ: what goes, what comes, and how it is put in place. None if the page that is
// shown has been changed so much that they cannot be found.
function bodyParts(old, now) {
  const before = [...old.body.children];
  const after = [...now.body.children];
  const live = liveParts(before);
  if (!live) return null;
  const equal = (a, b) => a.outerHTML === b.outerHTML;
  const replace = (made, gone) => gone[0].replaceWith(...made);
  if (before.length === after.length && before.every((part, n) => alike(part, after[n]))) {
    const pairs = before.map((part, n) => ({ gone: [live[n]], made: [after[n]], place: replace }));
    return pairs.filter((pair, n) => !equal(before[n], after[n]));
  }
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && equal(before[start], after[start])) start++;
  let end = 0;
  while (end < shorter - start && equal(before.at(-1 - end), after.at(-1 - end))) end++;
  const next = live[before.length - end] ?? null;
  return [{
    gone: live.slice(start, live.length - end),
    made: after.slice(start, after.length - end),
    place(made, gone) {
      if (next) next.before(...made);
      else if (live.length) live.at(-1).after(...made);
      else document.body.prepend(...made);
      gone.forEach((part) => part.remove());
    },
  }];
}

// Loads the style sheets of the new page beside those that are there. Gives what puts the new ones in force and takes
// the old ones away, both at once so that nothing flashes; nothing if one cannot be loaded.
async function loadStyles(was, now) {
  const texts = (doc) => styles(doc).map((link) => link.outerHTML).join();
  if (texts(was) === texts(now)) return () => {};
  const old = new Set(styles(was).map(addressOf));
  const outgoing = styles(document).filter((link) => old.has(addressOf(link)));
  return exchange(outgoing, styles(now).map((link) => document.importNode(link)));
}

const styles = (doc) => [...doc.querySelectorAll('head link[rel~="stylesheet"]')];
// What tells the browser to load a file again stands behind its address.
const again = "?kb-live=";
const addressOf = (node) => (node.getAttribute("href") ?? node.getAttribute("src") ?? "").split(again)[0];

async function exchange(outgoing, incoming) {
  const medias = incoming.map((link) => link.getAttribute("media"));
  const loaded = incoming.map((link) => new Promise((resolve) => {
    link.media = "not all"; // loaded, but without effect
    link.onload = () => resolve(true);
    link.onerror = () => resolve(false);
  }));
  if (outgoing.length) outgoing.at(-1).after(...incoming);
  else document.head.append(...incoming);
  if (!(await Promise.all(loaded)).every(Boolean)) {
    incoming.forEach((link) => link.remove());
    return null;
  }
  return () => {
    incoming.forEach((link, n) => (medias[n] === null ? link.removeAttribute("media") : (link.media = medias[n])));
    outgoing.forEach((link) => link.remove());
  };
}

// Loads again what has the same name as before but other bytes. False if that takes a new page.
async function loadAgain(now) {
  const changed = Object.keys(now).filter((url) => linked[url] && linked[url] !== now[url]);
  if (programs(document).some((script) => changed.includes(addressOf(script)))) return false;
  for (const url of changed) {
    const fresh = url + again + now[url];
    for (const link of styles(document).filter((link) => addressOf(link) === url)) {
      const incoming = link.cloneNode();
      incoming.setAttribute("href", fresh);
      const done = await exchange([link], [incoming]);
      if (!done) return false;
      done();
    }
    for (const node of document.querySelectorAll("img, source, input[type=image], link[rel~=icon]")) {
      if (addressOf(node) === url) node.setAttribute(node.hasAttribute("src") ? "src" : "href", fresh);
    }
  }
  linked = now;
  return true;
}

// Attributes that scripts have set in the page that is shown stay, such as the choice of light or dark.
function copyAttributes(was, now, live) {
  for (const { name, value } of now.attributes) {
    if (was.getAttribute(name) !== value) live.setAttribute(name, value);
  }
  for (const { name } of was.attributes) {
    if (!now.hasAttribute(name)) live.removeAttribute(name);
  }
}

function replaceHead(was, old, now) {
  const parts = (doc) => [...doc.head.children].filter(
    (part) => !part.matches('title, link[rel~="stylesheet"]') && !programs(doc).includes(part),
  );
  const texts = (doc) => parts(doc).map((part) => part.outerHTML);
  if (texts(old).join() === texts(now).join()) return;
  const former = new Set(texts(was));
  parts(document).forEach((part) => former.has(part.outerHTML) && part.remove());
  document.head.append(...parts(now).map((part) => document.importNode(part, true)));
}

// Pictures and data of the theme are loaded from its new folder. Scripts stay, and the style sheets are exchanged.
function renameAttributes(from, to) {
  for (const node of document.querySelectorAll("*")) {
    if (node.matches('script, link[rel~="stylesheet"]')) continue;
    for (const { name, value } of [...node.attributes]) {
      if (value.includes(`/${from}/`)) node.setAttribute(name, value.replaceAll(`/${from}/`, `/${to}/`));
    }
  }
}

// Notes what readers have done to the page; gives what brings it about again after parts were replaced.
function remember() {
  const place = { left: scrollX, top: scrollY, behavior: "instant" };
  const path = (node) => {
    const steps = [];
    for (let at = node; at && at !== document.body; at = at.parentElement) {
      steps.unshift([[...at.parentElement.children].indexOf(at), at.localName]);
    }
    return steps;
  };
  const at = (steps) => steps.reduce((node, [n, name]) => {
    const child = node?.children[n];
    return child?.localName === name ? child : null;
  }, document.body);
  const all = [...document.body.querySelectorAll("*")];
  const scrolled = all.filter((node) => node.scrollTop || node.scrollLeft)
    .map((node) => ({ node, steps: path(node), top: node.scrollTop, left: node.scrollLeft }));
  const summary = (details) => details.querySelector("summary")?.textContent;
  const open = all.filter((node) => node.localName === "details")
    .map((node) => ({ node, summary: summary(node), open: node.open }));
  const fields = all.filter((node) => node.id && node.matches("textarea, input:not([type=hidden])"))
    .filter((node) => node.value !== node.defaultValue)
    .map((node) => ({ node, id: node.id, value: node.value }));
  const active = document.activeElement;
  const hasFocus = document.body.contains(active) && active !== document.body;
  const focused = hasFocus ? { node: active, id: active.id, steps: path(active) } : null;
  return () => {
    for (const former of open.filter(({ node }) => !node.isConnected)) {
      const same = [...document.querySelectorAll("details")].find((details) => summary(details) === former.summary);
      if (same && !open.some(({ node }) => node === same)) same.open = former.open;
    }
    for (const { id, value } of fields.filter(({ node }) => !node.isConnected)) {
      const same = document.getElementById(id);
      if (!same) continue;
      same.value = value;
      same.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (focused && !focused.node.isConnected) {
      const same = (focused.id && document.getElementById(focused.id)) || at(focused.steps);
      same?.focus({ preventScroll: true });
    }
    for (const { node, steps, top, left } of scrolled) {
      if (!node.isConnected) at(steps)?.scrollTo({ top, left, behavior: "instant" });
    }
    scrollTo(place);
  };
}

/* ---- Broken links ---- */

document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet(`
  [data-broken-link] {
    text-decoration: underline wavy light-dark(#b0183f, #ff8fa8) from-font;
    text-underline-offset: .2em;
    cursor: help;
  }
  img[src$="/img/missing.svg"] { outline: 2px dashed light-dark(#b0183f, #ff8fa8); outline-offset: 2px; }
`)];

let problemsHere = [];
function markBroken() {
  const mark = (selector, codes, otherwise) => {
    const nodes = [...document.querySelectorAll(selector)];
    const problems = problemsHere.filter(({ code }) => codes.includes(code))
      .sort((a, b) => a.line - b.line || a.column - b.column);
    nodes.forEach((node, n) => {
      if (node.title && !node.dataset.kbLiveTitle) return;
      // Which is which is known only if there are as many of both.
      node.title = nodes.length === problems.length ? problems[n].message : otherwise;
      node.dataset.kbLiveTitle = "yes";
    });
  };
  mark("[data-broken-link]", ["link-missing", "link-unpublished", "link-script", "link-scheme", "file-active"], "This link leads nowhere.");
  mark('img[src$="/img/missing.svg"]', ["image-missing"], "This image is missing.");
}

/* ---- Problems: a badge, and a dialog that lists them ---- */

const host = make("div", { id: "_kb-live", lang: "en" });
const shadow = host.attachShadow({ mode: "open" });
shadow.adoptedStyleSheets = [sheet(`
  :host { all: initial; color-scheme: inherit; }
  * { box-sizing: border-box; }
  .corner, dialog {
    --text: light-dark(#1a1f2b, #e5e9f0);
    --soft: light-dark(#545d6d, #a2acbb);
    --back: light-dark(#fff, #171c25);
    --line: light-dark(#858e9e, #6d788a);
    --code: light-dark(#f3f4f7, #0f131a);
    --error: light-dark(#b0183f, #ff8fa8);
    --warning: light-dark(#875000, #f0b860);
    --info: light-dark(#0a56ae, #83bbff);
    color: var(--text);
    font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, sans-serif;
  }
  .corner {
    position: fixed; z-index: 2147483647;
    inset-block-end: max(.75rem, env(safe-area-inset-bottom)); inset-inline-start: .75rem;
    display: grid; justify-items: start; gap: .5rem; max-inline-size: calc(100vw - 1.5rem); font-size: .875rem;
  }
  .corner > * {
    margin: 0; padding: .45rem .8rem; border: 1px solid var(--line); border-radius: 2rem;
    background: var(--back); color: var(--text); font: inherit; box-shadow: 0 2px 10px rgb(0 0 0 / .2);
  }
  .corner > :is([hidden], :empty) { display: none; }
  .badge { min-block-size: 2.75rem; font-weight: 600; cursor: pointer; }
  .badge::before {
    content: ""; display: inline-block; inline-size: .65em; block-size: .65em; margin-inline-end: .5em;
    border-radius: 50%; background: var(--warning);
  }
  .badge.errors::before { border-radius: 0; transform: rotate(45deg); background: var(--error); }
  .lost { color: var(--soft); }
  :focus-visible { outline: 3px solid var(--info); outline-offset: 2px; }
  dialog {
    inline-size: min(56rem, 100vw - 1.5rem); max-block-size: min(48rem, 100dvh - 1.5rem); padding: 0; overflow: hidden;
    border: 1px solid var(--line); border-radius: .75rem; background: var(--back);
    box-shadow: 0 12px 50px rgb(0 0 0 / .4);
  }
  dialog[open] { display: flex; flex-direction: column; }
  dialog::backdrop { background: rgb(10 14 22 / .5); }
  .head {
    display: flex; align-items: center; justify-content: space-between; gap: 1rem;
    padding-block: .5rem; padding-inline: 1rem .5rem; border-block-end: 1px solid var(--line);
  }
  h2, h3, p, ol, pre, ul { margin: 0; padding: 0; font: inherit; list-style: none; }
  h2 { font-size: 1.0625rem; font-weight: 650; }
  .close {
    flex: none; min-inline-size: 2.75rem; min-block-size: 2.75rem; border: 0; border-radius: .5rem; background: none;
    color: inherit; font: inherit; font-size: 1.375rem; line-height: 1; cursor: pointer;
  }
  .close:hover, .place:hover { background: var(--code); }
  .list { overflow: auto; padding: 0 1rem 1rem; overscroll-behavior: contain; }
  h3 { margin-block: 1rem .25rem; font-size: .875rem; font-weight: 650; letter-spacing: .02em; }
  .error h3 { color: var(--error); } .warning h3 { color: var(--warning); } .info h3 { color: var(--info); }
  li { padding: .6rem 0 .75rem; border-block-start: 1px solid light-dark(#e1e5eb, #29313d); }
  ol > li:first-child { border: 0; }
  .message { font-weight: 600; overflow-wrap: anywhere; }
  .tag {
    margin-inline-start: .5em; padding: .05em .5em; border: 1px solid var(--line); border-radius: 1em;
    color: var(--soft); font-size: .75rem; font-weight: 500; white-space: nowrap;
  }
  .place {
    display: inline-block; max-inline-size: 100%; min-block-size: 1.75rem;
    margin-inline-start: -.4rem; padding: .1rem .4rem;
    border: 0; border-radius: .35rem; background: none; color: var(--info); cursor: pointer; text-align: start;
    font: .8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere;
    text-decoration: underline; text-underline-offset: .2em;
  }
  .copied { margin-inline-start: .5em; color: var(--soft); font-size: .8125rem; }
  pre {
    display: flex; gap: .9em; margin-block: .35rem; padding: .5rem .7rem; border-radius: .4rem; background: var(--code);
    font: .8125rem/1.7 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  }
  pre .number { flex: none; color: var(--soft); user-select: none; }
  pre code {
    min-inline-size: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext;
  }
  mark {
    background: none; color: inherit; text-decoration: underline wavy var(--error); text-underline-offset: .3em;
    text-decoration-skip-ink: none;
  }
  .warning mark { text-decoration-color: var(--warning); } .info mark { text-decoration-color: var(--info); }
  .hint { color: var(--soft); font-size: .9375rem; overflow-wrap: anywhere; }
  .more { padding-block-start: .75rem; color: var(--soft); }
  @media (prefers-reduced-motion: no-preference) {
    dialog[open], .corner > * { animation: appear .12s ease-out; }
    @keyframes appear { from { opacity: 0; translate: 0 .4rem; } }
  }
  @media (max-width: 30em) {
    dialog {
      inline-size: 100vw; max-inline-size: 100vw; margin-block-end: 0;
      border-end-start-radius: 0; border-end-end-radius: 0;
    }
  }
  @media print { .corner, dialog { display: none; } }
`)];
const badge = make("button", { type: "button", className: "badge", dir: "ltr", hidden: true });
badge.setAttribute("aria-haspopup", "dialog");
const lost = make("p", { className: "lost", dir: "ltr" });
lost.setAttribute("role", "status");
const told = make("p", { dir: "ltr" });
told.setAttribute("role", "status");
const heading = make("h2", { id: "heading" });
const closing = make("button", { type: "button", className: "close", textContent: "×" });
closing.setAttribute("aria-label", "Close");
// Keyboards scroll the list.
const list = make("div", { className: "list", tabIndex: 0 });
list.setAttribute("role", "region");
list.setAttribute("aria-labelledby", "heading");
// All of this is in English, whatever the page is in; only its corner is that of the page.
const dialog = make("dialog", { dir: "ltr" }, make("div", { className: "head" }, heading, closing), list);
dialog.setAttribute("aria-labelledby", "heading");
shadow.append(make("div", { className: "corner" }, lost, told, badge), dialog);
// Beside the body, so that its parts stay those of the site.
document.documentElement.append(host);

// The browser keeps the focus in a modal dialog, closes it on Escape and gives the focus back.
const open = () => { if (!dialog.open) { dialog.showModal(); list.scrollTop = 0; } };
badge.addEventListener("click", open);
closing.addEventListener("click", () => dialog.close());
// Beside it: a press inside meets its parts.
dialog.addEventListener("pointerdown", (event) => event.target === dialog && dialog.close());

const groups = [["error", "Errors"], ["warning", "Warnings"], ["info", "Information"]];
const placeOf = ({ file, line, column }) => (line ? `${file}:${line}:${column}` : file);

function showProblems({ errors, warnings, total, list: problems }) {
  const counts = [errors && plural(errors, "error", "errors"), warnings && plural(warnings, "warning", "warnings")];
  const text = counts.filter(Boolean).join(", ");
  badge.hidden = !text;
  badge.textContent = text;
  badge.classList.toggle("errors", errors > 0);
  heading.textContent = text || "No problems";
  const at = list.scrollTop;
  const focused = shadow.activeElement?.dataset.place;
  list.replaceChildren(...groups.flatMap(([severity, title]) => {
    const those = problems.filter((problem) => problem.severity === severity);
    if (!those.length) return [];
    const entries = make("ol", {}, ...those.map(entry));
    return [make("section", { className: severity }, make("h3", { textContent: title }), entries)];
  }));
  const more = total - problems.length;
  const rest = `and ${more.toLocaleString("en")} more in the terminal`;
  if (more > 0) list.append(make("p", { className: "more", textContent: rest }));
  list.scrollTop = at;
  if (!focused) return;
  const same = [...list.querySelectorAll(".place")].find((button) => button.dataset.place === focused);
  (same ?? closing).focus();
}

function entry(problem) {
  const message = make("p", { className: "message", dir: "auto", textContent: problem.message });
  if (problem.here) message.append(make("span", { className: "tag", textContent: "this page" }));
  const item = make("li", {}, message);
  if (problem.file) item.append(copyButton(placeOf(problem)));
  if (problem.excerpt.trim()) item.append(excerpt(problem));
  const hints = problem.hints.map((hint) => `Hint: ${hint}`);
  item.append(...hints.map((hint) => make("p", { className: "hint", dir: "auto", textContent: hint })));
  return item;
}

// The marked characters with what stands around them; lines may be whole paragraphs.
function excerpt({ excerpt, line, column, end_column }) {
  const around = 80;
  const characters = [...excerpt];
  const text = (from, to) => characters.slice(Math.max(0, from), Math.max(0, to)).join("");
  const [start, end] = [column - 1, Math.max(end_column - 1, column)];
  const before = start > around ? `…${text(start - around, start)}` : text(0, start);
  const marked = end - start > 2 * around ? `${text(start, start + 2 * around)}…` : text(start, end);
  const after = characters.length - end > around ? `${text(end, end + around)}…` : text(end, characters.length);
  const code = make("code", {}, before, make("mark", { textContent: marked || " " }), after);
  return make("pre", {}, make("span", { className: "number", textContent: line, ariaHidden: "true" }), code);
}

function copyButton(place) {
  const button = make("button", { type: "button", className: "place", textContent: place, title: "Copy" });
  button.dataset.place = place;
  const said = make("span", { className: "copied" });
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    said.textContent = (await copy(place)) ? "copied" : "not copied: the browser does not permit it";
    setTimeout(() => (said.textContent = ""), 2000);
  });
  return make("div", {}, button, said);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers give the clipboard to local and to encrypted pages only; this older way works for others too.
    const focused = shadow.activeElement;
    const field = make("textarea", { value: text });
    dialog.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return done;
  }
}

let telling;
function tell(text) {
  told.textContent = text;
  clearTimeout(telling);
  telling = setTimeout(() => (told.textContent = ""), 2000);
}

/* ---- States ---- */

const keyOf = ({ code, message, file }) => [code, message, file].join("\n");
const reloaded = memory.take("reloaded") === "yes";
let known; // problems that were told before
let blocking = 0; // how many of them fail a build
let accepted; // errors that the page was opened with: it has nothing better to keep

function receive(state, isHello) {
  const { problems } = state;
  problemsHere = problems.list.filter((problem) => problem.here);
  const matters = ({ severity }) => severity === "error" || (state.strict && severity === "warning");
  const isNew = (problem) => {
    if (!known) return reloaded && problem.new;
    return isHello ? !known.has(keyOf(problem)) : problem.new;
  };
  const fresh = problems.list.some((problem) => matters(problem) && isNew(problem));
  const first = !known;
  if (!first) tellOfRebuild();
  known = new Set(problems.list.map(keyOf));
  showProblems(problems);
  markBroken();
  const left = problems.errors + (state.strict ? problems.warnings : 0);
  if (blocking && !left) {
    dialog.close();
    tell("Mended");
  } else if (!problems.total) {
    dialog.close();
  }
  blocking = left;
  if (fresh) {
    told.textContent = "";
    open();
  }

  if (first) {
    assets = state.assets;
    linked = state.linked;
    folders.add(assets);
    accepted = new Set(state.hold);
    // It changed while it was on its way; what is shown is not known well enough to be changed in place.
    if (wantedBy(state) !== shown) reload();
    return;
  }
  if (!state.hold.length) accepted.clear();
  if (state.hold.every((key) => accepted.has(key))) follow(state);
}

/* ---- The connection: one for a tab that is seen, as browsers permit six to a host ---- */

// Scripts of the theme that hold parts of the site, such as the index, let go of them.
const tellOfRebuild = () => document.dispatchEvent(new CustomEvent("kb:rebuilt"));

let source;
let losing;
let hiding;
const events = new URL(`events?path=${encodeURIComponent(location.pathname)}`, import.meta.url);

function connect() {
  clearTimeout(hiding);
  if (source) return;
  const opened = (source = new EventSource(events));
  for (const name of ["hello", "state"]) {
    opened.addEventListener(name, (event) => {
      clearTimeout(losing);
      losing = undefined;
      lost.textContent = "";
      receive(JSON.parse(event.data), name === "hello");
    });
  }
  // Something was built anew that this page does not show.
  opened.addEventListener("version", tellOfRebuild);
  opened.addEventListener("error", () => {
    losing ??= setTimeout(() => (lost.textContent = "Preview stopped, waiting"), 1500);
    // The browser tries again by itself, unless it was refused.
    if (opened.readyState !== EventSource.CLOSED || source !== opened) return;
    source = undefined;
    setTimeout(() => document.visibilityState === "visible" && connect(), 2000);
  });
}

function disconnect() {
  clearTimeout(losing);
  losing = undefined;
  source?.close();
  source = undefined;
}

addEventListener("pagehide", disconnect);
addEventListener("pageshow", (event) => event.persisted && connect());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") connect();
  else hiding = setTimeout(disconnect, 5000);
});
if (document.visibilityState === "visible") connect();
