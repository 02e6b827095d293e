// Functions of every page with JavaScript: menus that close, light or dark, search.

import { all, attempt, isPart, make, parts } from "./shared/lib.js";

const first = (selector) => parts(selector)[0];

// Menus close on Escape and on a press outside of them.
const close = (except) => parts("details.drop").forEach((menu) => menu !== except && (menu.open = false));
document.addEventListener("click", (event) => close(/** @type {Element} */ (event.target).closest("details.drop")));
document.addEventListener("focusout", (event) => {
  /** @type {HTMLDetailsElement | null} */
  const menu = /** @type {Element} */ (event.target).closest("details.drop");
  const to = /** @type {Element | null} */ (event.relatedTarget);
  if (menu && isPart(menu) && to && !menu.contains(to)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = first("details.drop[open]");
  close();
  open?.querySelector("summary").focus();
});

// A header of two rows covers more of the page.
const header = first(".site-header");
if (header) new ResizeObserver(() => document.documentElement.style.setProperty("--kb-header", `${header.offsetHeight}px`)).observe(header);

// Light, dark, or the setting of the device.
const showAppearance = () => {
  const chosen = document.documentElement.dataset.theme ?? "auto";
  parts("[data-appearance]").forEach((button) => button.setAttribute("aria-pressed", button.dataset.appearance === chosen));
};
const appearance = (chosen) => {
  const root = document.documentElement;
  if (chosen === "auto") delete root.dataset.theme;
  else root.dataset.theme = chosen;
  attempt(() => localStorage.setItem("kb-theme", chosen));
  showAppearance();
};
parts("[data-appearance]").forEach((button) => button.addEventListener("click", () => appearance(button.dataset.appearance)));
showAppearance();

// Search. This file contains only what is needed before the first search; the rest, in search/, the engine and the boot
// file of the index are loaded in parallel when the search field is about to be used.
//
//   kb.search(query, { limit, offset, collection, tag, typing })   Promise of
//     { query, language, total, relaxed, missing, incomplete, did_you_mean, hits: [
//       { url, title, breadcrumb, excerpt, score, pinned, sections(): Promise of [{ heading, url, excerpt }] } ] }
//     Addresses are absolute. Titles and excerpts are lists of strings; the odd ones (the second, the fourth, ...) match.
//   kb.suggest(message, { limit })   articles that may answer a message; promise of
//     { language, suggestions: [
//       { url, title, breadcrumb, confidence, section: { heading, anchor, excerpt } } ] }
//     `title` is a text; `confidence` is from 0 to 1.
//   Events on `document`, with `detail`:
//     "kb:search"         { query, hits, total, relaxed, language }   a query was answered; while typing, after a pause
//     "kb:search-click"   { query, url, position }                    a result was opened; 1 is the first
//     "kb:search-all"     { query }                                   the search continues on the search page
//     "kb:search-failed"  { query, error }                            the search failed
const kit = first("template#_search-kit");
const place = kit?.dataset;
const results = first("[data-search-page]");

// Loads everything that is loaded later. A page opened as file:// cannot fetch files, so an offline build has them in one
// script (name: base64). The name of that map is a symbol, because every id of an article is a name in `self`.
/** @type {() => Record<string, string> | undefined} */
const copy = () => self[Symbol.for("kb-offline")];
const offline = (url) => copy()?.[url.startsWith(place.root) ? url.slice(place.root.length) : url];
const load = {
  /** @type {Promise<unknown> | undefined} */
  copied: undefined,
  async ready() {
    if (!place.offline || copy()) return;
    await (load.copied ??= new Promise((resolve, reject) => {
      document.head.append(make("script", { src: place.offline, onload: resolve, onerror: reject }));
    }).finally(() => (load.copied = undefined)));
  },
  // A part of a URL after "#" makes the same module another one.
  async module(url, code = offline(url.split("#")[0])) {
    const [file, part = ""] = url.split("#");
    return import(code ? `data:text/javascript;base64,${code}#${part}` : `${file}${load.tries ? `?${load.tries}` : ""}#${part}`);
  },
  async bytes(url, options) {
    const packed = offline(url);
    if (packed) return Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
    if (copy()) throw new Error(`not in the offline copy: ${url}`);
    // Failures may have been cached too.
    const response = await fetch(url, { signal: AbortSignal.timeout(30000), cache: load.tries ? "reload" : "default", ...options });
    if (!response.ok) throw Object.assign(new Error(`${response.status} ${url}`), { status: response.status });
    return new Uint8Array(await response.arrayBuffer());
  },
  tries: 0,
};
const own = async (name) => {
  await load.ready();
  return load.module(`./search/${name}.js`, copy()?.[`js/search/${name}.js`]);
};

// Loads the style sheet of result lists, if the page does not have it. Without it, no list is shown.
/** @type {Promise<void> | undefined} */
let look;
const styled = () => look ??= new Promise((resolve, reject) => {
  /** @type {HTMLLinkElement | null} */
  const link = document.querySelector(`link[href="${place.style}"]`);
  if (link?.sheet) return resolve();
  const onerror = () => {
    look = undefined;
    reject(new Error(place.style));
  };
  document.head.append(make("link", { rel: "stylesheet", href: place.style, onload: resolve, onerror }));
});

let loading;
const search = () => loading ??= (async () => {
  const look = styled();
  look.catch(() => {}); // awaited below
  await load.ready();
  const early = { boot: load.bytes(place.boot, { cache: "no-cache" }), engine: load.bytes(place.engine), glue: load.module(place.glue) };
  Object.values(early).forEach((part) => part.catch(() => {})); // the host awaits and reports them
  const names = ["host", "view", results ? "page" : "box"];
  const [host, view, use] = await Promise.all(names.map(own));
  await look;
  return { host: new host.Host(place, load, early), Host: host.Host, view: view.view(kit), use: use.default };
})().catch(async (error) => {
  // Browsers remember failed modules by name: the next attempt uses another name.
  load.tries += 1;
  loading = undefined;
  // A later build may have removed the files that this page names: then the theme folder has another name.
  const html = await fetch(location.href, { cache: "no-cache" }).then((page) => page.text()).catch(() => "");
  error.outdated = kit.content.querySelector("[data-outdated]") && html.includes("_search-kit") && !html.includes(place.style);
  throw error;
});

const goTo = (query) => `${place.page}?q=${encodeURIComponent(query)}`;

class SearchBox extends HTMLElement {
  started = false;
  /** @type {any} */
  form;
  /** @type {any} */
  field;

  connectedCallback() {
    [this.form] = all("form", this);
    [this.field] = all("[data-search]", this);
    if (!place || !this.form || first("[data-filter]")) return;
    // Without JavaScript, browsers may help to fill the field.
    Object.assign(this.field, { autocomplete: "off", autocapitalize: "none", spellcheck: false, enterKeyHint: "search" });
    for (const sign of ["focusin", "pointerenter"]) this.addEventListener(sign, () => this.start());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!results && this.field.value.trim()) location.href = goTo(this.field.value.trim());
    });
    if (results) this.start();
  }

  async start() {
    if (this.started) return;
    this.started = true;
    try {
      const { use, ...parts } = await search();
      this.querySelector(".search-failed")?.remove();
      use({ box: this, form: this.form, field: this.field, results, load, goTo, ...parts });
    } catch (error) {
      this.started = false;
      this.fail(error);
    }
  }

  // The program could not be loaded: show a message with alternatives.
  fail(error) {
    this.querySelector(".search-failed")?.remove();
    if (!results && !this.contains(document.activeElement)) return;
    const said = parts(`[data-${error.outdated ? "outdated" : "failed"}], [data-contact]`, kit.content).map((part) => part.cloneNode(true));
    const notice = make("div", { className: "search-failed", role: "alert" }, said);
    notice.querySelector("button").addEventListener("click", () => {
      if (error.outdated) return location.reload();
      this.field.focus();
      this.start();
    });
    if (results) {
      results.replaceChildren(notice);
      results.dataset.answered = "";
    } else {
      this.form.append(notice);
      notice.classList.add("search-pop");
      notice.addEventListener("mousedown", (event) => event.preventDefault());
      this.addEventListener("focusout", (event) => this.contains(/** @type {Node} */ (event.relatedTarget)) || notice.remove());
    }
    document.dispatchEvent(new CustomEvent("kb:search-failed", { detail: { query: this.field.value, error: String(error) } }));
  }
}
customElements.define("kb-search", SearchBox);

// "/" and Ctrl-K or Cmd-K go to the search field.
document.addEventListener("keydown", (event) => {
  const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
  const k = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!slash && !k || slash && /** @type {Element} */ (event.target).closest("input, textarea, select, [contenteditable]")) return;
  const field = first("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

if (place) {
  const asks = (name) => async (text, options) => {
    const [{ host }, { default: ask }] = await Promise.all([search(), own(name)]);
    return ask(host, text, options);
  };
  self.kb = { ...self.kb, search: asks("api"), suggest: asks("suggest") };

  // A link to the contact form says what was read and searched before, in its fragment, which browsers do not send to
  // servers. shared/contact/draft.js reads it.
  const carry = ({ target }) => {
    /** @type {HTMLAnchorElement | null} */
    const link = /** @type {Element} */ (target).closest("a[href]");
    if (link?.href.split("#")[0] !== new URL(`${place.write}`, location.href).href) return;
    const query = first("[data-search]")?.value.trim() || wanted;
    const read = first(".page-article h1")?.textContent;
    link.hash = `${new URLSearchParams({
      ...read && { read, at: location.pathname },
      ...query && { [first(".search-none") ? "asked" : "searched"]: query },
    })}`;
  };
  addEventListener("click", carry);
  addEventListener("auxclick", carry);

  // Highlights the words of the query that led here.
  const wanted = new URLSearchParams(location.search).get("highlight");
  if (wanted) Promise.all([load.ready(), styled()]).then(() => own("mark")).then(({ default: mark }) => mark({ query: wanted, kit, search })).catch(() => {});

  // If the browser is idle and the connection is fast and unmetered, the large parts are loaded early.
  const net = navigator.connection;
  if (net?.effectiveType === "4g" && !net.saveData && net.type !== "cellular" && !place.offline) {
    // An article may have an element of that name, which is a name in `self` too.
    (typeof self.requestIdleCallback === "function" ? requestIdleCallback : setTimeout)(() => {
      if (!loading) for (const href of [place.engine, place.glue]) document.head.append(make("link", { rel: "prefetch", href }));
    });
  }
}
