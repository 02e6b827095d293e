// What pages gain with JavaScript: menus that close, copy buttons, tabs, the A-Z filter, search.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const words = document.body.dataset;

// Menus close on Escape and on a press outside of them.
const close = (except) => all("details.drop").forEach((menu) => menu !== except && (menu.open = false));
document.addEventListener("click", (event) => close(event.target.closest("details.drop")));
document.addEventListener("focusout", (event) => {
  const menu = event.target.closest("details.drop");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.drop[open]");
  close();
  open?.querySelector("summary").focus();
});

// Code can be copied.
function copyButtons() {
  if (!navigator.clipboard) return;
  all(".code").filter((box) => !box.querySelector(".code-copy")).forEach((box) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "code-copy";
    button.textContent = words.copy;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(box.querySelector("code").textContent.replace(/\n$/, ""));
      button.textContent = words.copied;
      setTimeout(() => (button.textContent = words.copy), 2000);
    });
    box.append(button);
  });
}

// Tabs: one choice for all sets on all pages, kept in this browser.
const memory = {
  get() { try { return JSON.parse(localStorage.getItem("kb-tabs")) || []; } catch { return []; } },
  add(title) {
    try { localStorage.setItem("kb-tabs", JSON.stringify([title, ...this.get().filter((t) => t !== title)].slice(0, 20))); } catch { /* private mode */ }
  },
};
let sets = [];
const tabSets = () => (sets = all(".tabs").map((box, set) => sets.find((known) => known.box === box) || tabSet(box, set)));
function tabSet(box, set) {
  const panels = all(":scope > .tab", box);
  const list = document.createElement("div");
  list.className = "tab-list";
  list.setAttribute("role", "tablist");
  const tabs = panels.map((panel, n) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `_tab-${set}-${n}`;
    tab.setAttribute("role", "tab");
    tab.textContent = panel.dataset.title;
    panel.id ||= `_panel-${set}-${n}`;
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => choose(tab.textContent, box));
    // Find-in-page and links to an anchor open the tab that holds their target.
    panel.addEventListener("beforematch", () => select(n));
    list.append(tab);
    return tab;
  });
  const select = (n) => panels.forEach((panel, i) => {
    tabs[i].setAttribute("aria-selected", i === n);
    tabs[i].tabIndex = i === n ? 0 : -1;
    if (i === n) panel.removeAttribute("hidden");
    else panel.setAttribute("hidden", "until-found");
  });
  list.addEventListener("keydown", (event) => {
    const now = tabs.indexOf(event.target);
    const step = getComputedStyle(box).direction === "rtl" ? -1 : 1;
    const to = { ArrowRight: now + step, ArrowLeft: now - step, Home: 0, End: tabs.length - 1 }[event.key];
    if (now < 0 || to === undefined) return;
    event.preventDefault();
    const tab = tabs.at(to % tabs.length);
    tab.focus();
    choose(tab.textContent, box);
  });
  box.prepend(list);
  const titles = tabs.map((tab) => tab.textContent);
  select(Math.max(0, titles.indexOf(memory.get().find((title) => titles.includes(title)))));
  return { box, titles, panels, select };
}
function choose(title, box) {
  const before = box.getBoundingClientRect().top;
  memory.add(title);
  sets.forEach((set) => set.titles.includes(title) && set.select(set.titles.indexOf(title)));
  // Sets above may have changed their height: what was pressed stays where it is.
  scrollBy({ top: box.getBoundingClientRect().top - before, behavior: "instant" });
}
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  sets.forEach(({ panels, select }) => {
    const n = panels.findIndex((panel) => panel.contains(target));
    if (n >= 0) select(n);
  });
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);

// The preview puts new content in place of the old.
const enhance = () => { copyButtons(); tabSets(); };
document.addEventListener("kb:content", enhance);
enhance();
reveal();

// A-Z: shows what holds every word of the query, in title, topic, questions or keywords.
const index = document.querySelector("[data-filter]");
if (index) {
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const field = document.querySelector("[data-search]");
  const status = document.querySelector("[data-filter-status]");
  const full = document.querySelector("[data-filter-search]");
  const groups = all("section", index).map((section) => ({
    section,
    items: all("li", section).map((item) => ({ item, text: null })),
  }));
  const filter = () => {
    const query = fold(field.value).split(/[\s,;.?!]+/).filter(Boolean);
    let found = 0;
    groups.forEach(({ section, items }) => {
      let here = 0;
      items.forEach((entry) => {
        entry.text ??= fold(`${entry.item.textContent} ${entry.item.dataset.k || ""}`);
        const hit = query.every((word) => entry.text.includes(word));
        entry.item.hidden = !hit;
        here += hit;
      });
      section.hidden = !here;
      found += here;
    });
    index.classList.toggle("filtered", query.length > 0);
    status.textContent = query.length ? status.dataset.found.replace("{n}", found.toLocaleString(document.documentElement.lang)) : "";
    all("[data-filter-hide]").forEach((part) => (part.hidden = query.length > 0));
    document.querySelector("[data-filter-empty]").hidden = found > 0;
    if (full) full.search = `?q=${encodeURIComponent(field.value)}`;
  };
  let wait;
  field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(filter, 80); });
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", field.value ? `?q=${encodeURIComponent(field.value)}` : location.pathname);
    filter();
  });
  const query = new URLSearchParams(location.search).get("q");
  if (query) { field.value = query; filter(); }
}

// Search. This file holds only what must be there before somebody searches; the rest, in search/, the engine and the
// beginning of the index come at the first sign of use, all at once.
//
//   kb.search(query, { limit, offset, collection, tag, typing })   Promise of
//     { query, language, total, relaxed, missing, incomplete, did_you_mean, hits: [
//       { url, title, breadcrumb, excerpt, score, pinned, sections(): Promise of [{ heading, url, excerpt }] } ] }
//     Addresses are absolute. Titles and excerpts are lists of strings; the odd ones (the second, the fourth, ...) match.
//   Events on `document`, with `detail`:
//     "kb:search"         { query, hits, total, relaxed, language }   a query was answered; while typing, once it rests
//     "kb:search-click"   { query, url, position }                    a result was opened; 1 is the first
//     "kb:search-failed"  { query, error }                            no answer could be had
const kit = document.getElementById("_search-kit");
const place = kit?.dataset;
const results = document.querySelector("[data-search-page]");

// Everything that is loaded later comes through this. Opened as a file:// a page may fetch nothing: an offline
// build has it in one script, which fills `kbOffline` (name: base64).
const offline = (url) => self.kbOffline?.[url.startsWith(place.root) ? url.slice(place.root.length) : url];
const load = {
  async ready() {
    if (!place.offline || self.kbOffline) return;
    await new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: place.offline, onload: resolve, onerror: reject });
      document.head.append(script);
    });
  },
  // A part of a URL after "#" makes the same module another one.
  async module(url, code = offline(url.split("#")[0])) {
    const [file, part = ""] = url.split("#");
    return import(code ? `data:text/javascript;base64,${code}#${part}` : `${file}${load.tries ? `?${load.tries}` : ""}#${part}`);
  },
  async bytes(url, options) {
    const packed = offline(url);
    if (packed) return Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
    if (self.kbOffline) throw new Error(`not in the offline copy: ${url}`);
    // Failures may have been cached too.
    const response = await fetch(url, { signal: AbortSignal.timeout(30000), cache: load.tries ? "reload" : "default", ...options });
    if (!response.ok) throw Object.assign(new Error(`${response.status} ${url}`), { status: response.status });
    return new Uint8Array(await response.arrayBuffer());
  },
  tries: 0,
};
const own = (name) => load.module(`./search/${name}.js`, self.kbOffline?.[`js/search/${name}.js`]);

let loading;
const search = () => loading ??= (async () => {
  await load.ready();
  const early = { boot: load.bytes(place.boot, { cache: "no-cache" }), engine: load.bytes(place.engine), glue: load.module(place.glue) };
  Object.values(early).forEach((part) => part.catch(() => {})); // the host awaits and reports them
  const names = ["host", "view", results ? "page" : "box"];
  const [host, view, use] = await Promise.all(names.map(own));
  return { host: new host.Host(place, load, early), Host: host.Host, view: view.view(kit), use: use.default };
})().catch((error) => {
  // Names of modules that failed stay failed: the next try asks for them by other names.
  load.tries += 1;
  loading = undefined;
  throw error;
});

const goTo = (query) => `${place.page}?q=${encodeURIComponent(query)}`;

class SearchBox extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("[data-search]");
    if (!place || !this.form || index) return;
    for (const sign of ["focusin", "pointerenter", "touchstart"]) this.addEventListener(sign, () => this.start(), { passive: true });
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

  // Not even the program came: say so, with ways on that need none.
  fail(error) {
    this.querySelector(".search-failed")?.remove();
    if (!results && !this.contains(document.activeElement)) return;
    const notice = document.createElement("div");
    notice.className = "search-failed";
    notice.setAttribute("role", "alert");
    notice.append(...all("[data-failed], [data-contact]", kit.content).map((part) => part.cloneNode(true)));
    notice.querySelector("button").addEventListener("click", () => { this.field.focus(); this.start(); });
    (results || this.form).append(notice);
    if (!results) {
      notice.classList.add("search-pop");
      notice.addEventListener("mousedown", (event) => event.preventDefault());
      this.addEventListener("focusout", (event) => this.contains(event.relatedTarget) || notice.remove());
    }
    document.dispatchEvent(new CustomEvent("kb:search-failed", { detail: { query: this.field.value, error: String(error) } }));
  }
}
customElements.define("kb-search", SearchBox);

// "/" and Ctrl-K or Cmd-K go to the search field.
document.addEventListener("keydown", (event) => {
  const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
  const k = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!slash && !k || slash && event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.querySelector("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

if (place) {
  self.kb = {
    ...self.kb,
    async search(query, options) {
      const [{ host }, { default: ask }] = await Promise.all([search(), own("api")]);
      return ask(host, query, options);
    },
  };

  // Words that led here are marked.
  const wanted = new URLSearchParams(location.search).get("highlight");
  if (wanted) load.ready().then(() => own("mark")).then(({ default: mark }) => mark({ query: wanted, kit, search })).catch(() => {});

  // With time to spare, and a connection that is known to be good and not paid by volume, the large parts come early.
  const net = navigator.connection;
  if (net && !net.saveData && net.type !== "cellular" && net.effectiveType === "4g" && !place.offline) {
    (self.requestIdleCallback || setTimeout)(() => {
      if (!loading) for (const href of [place.engine, place.glue]) document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href }));
    });
  }
}
