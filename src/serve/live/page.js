// The page: updates the shown page to the version of the server.

import { markBroken } from "./broken.js";
import { session } from "./browser.js";
import { bodyParts, isProgram, looseText, programs } from "./compare.js";
import { loadAgain, loadStyles, renameAttributes, sameScripts } from "./files.js";
import { remember } from "./remember.js";

/** @type {any} */
const element = document.querySelector('script[type="module"][data-page][src$="_kb/live.js"]');
// A page shown instead of a missing one has another name than the same page at its own address.
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

/**
 * A page as it came.
 * @typedef {{ name: string, html: string }} Page
 */

// The page as it came, before scripts changed it: what a later page is compared with.
/** @type {Promise<Page | null>} */
let clean = fetchPage().then((page) => (page?.name === shown ? page : null)).catch(() => null);

// Uses the first state from the server as the state of the page.
export function begin(state) {
  assets = state.assets;
  linked = state.linked;
  folders.add(assets);
  // It changed while it was on its way; what is shown is not known well enough to be changed in place.
  if (wantedBy(state) !== shown) reload();
}

// Updates the page to this state of the server.
export async function follow(wanted) {
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
      if (!(await loadAgain(linked, state.linked).catch(() => false))) return reload();
      linked = state.linked;
    }
  } finally {
    busy = false;
  }
}

async function reload() {
  // A page that differs on each rendering must not cause an endless loop.
  const wait = Number(session.get("reload-time") ?? 0) + 1000 - Date.now();
  if (wait > 0) return void setTimeout(reload, wait);
  // Without a server the browser would show an error and stop waiting. The page is compared anew when one is back.
  if (!(await fetch(import.meta.url, { method: "HEAD", cache: "no-store" }).catch(() => null))) return;
  session.set("reload-time", Date.now());
  session.set("reloaded", "yes");
  location.reload();
}

async function swap(state) {
  const [before, after] = await Promise.all([clean, fetchPage().catch(() => undefined)]);
  if (after === undefined) return "early";
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
  if (assets !== state.assets && !(await sameScripts(folders, state.assets))) return "odd";
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

// Attributes set by scripts are kept, such as the choice of light or dark.
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
