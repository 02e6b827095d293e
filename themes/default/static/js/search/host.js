// The engine's host: it fetches the files that the engine requests, passes them to it and calls it again. It does not
// depend on the page, so every box and kb.search can share one. There is one Host per language.

import { BLOCKS, SKIPPED } from "../shared/text.js";

// Pages kept in memory for their sections.
const MAX_PAGES = 60;
// A search that requests files more often than this would not end.
const MAX_ROUNDS = 8;
// Time until failed files are requested again.
const RETRY_AFTER = 10000;
// A search after a pause checks for a newer index; while typing, the check is repeated after this time.
const PAUSE = 1000;
const FRESH = 30000;

// Files are compressed at build time; if a server announces that, the browser has already inflated them.
const inflate = async (bytes) => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

// Between the cells of a row, and behind the digits of the number of a step: noncharacters, which are part of no word. kb's
// index has the same (`crates/kb-document/src/structure.rs`).
const CELL = "\uFDDA";
const STEP_END = "\uFDDB";

// The number of a list item.
const step = (item) => {
  let number = Math.max(0, item.parentElement.start);
  for (let before = item; (before = before.previousElementSibling); ) number += Number(before.matches("li"));
  return String(number).replace(/\d/g, (digit) => String.fromCharCode(0xfdd0 + Number(digit))) + STEP_END;
};

// The text of a page for the engine, the same as in kb's own index: sections with anchor, heading and lines.
export function pageText(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const sections = [{ anchor: "", heading: "", text: "" }];
  const lines = (text) => text
    .replace(/\s*\uFDDA\s*/g, CELL).replace(/\uFDDB\s+/g, STEP_END)
    .split("\n").map((line) => line.replace(/\s+/g, " ").trim()).filter(Boolean);
  const cited = new Map(); // by the address of a reference to a footnote: its section
  let into = sections[0];
  let inNotes = false;

  const walk = (nodes) => nodes.forEach(read);
  const begin = (anchor, heading) => {
    into = { anchor, heading: "", text: "" };
    sections.push(into);
    walk(heading.childNodes);
    into.heading = lines(into.text).join(" ");
    into.text = "";
  };
  // The text of a footnote belongs to the section that refers to it.
  const notes = (list) => {
    const last = into;
    inNotes = true;
    for (const note of list.querySelectorAll(":scope > ol > li")) {
      into = cited.get(note.querySelector("a.footnote-back")?.getAttribute("href")) ?? last;
      into.text += "\n";
      walk(note.childNodes);
    }
    inNotes = false;
    into = last;
  };
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) into.text += node.parentElement.closest("pre") ? node.data : node.data.replace(/\s+/g, " ");
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.matches("sup.footnote-ref")) cited.set(`#${node.id}`, into);
    if (node.matches(SKIPPED)) return;
    if (node.matches("section.footnotes[aria-label]")) notes(node);
    else if (node.matches("img")) into.text += ` ${node.alt.replace(/\s+/g, " ")} `;
    else if (node.matches("details.faq-item[id]")) {
      const [question, ...answer] = node.childNodes;
      begin(node.id, question);
      walk(answer);
      into.text += "\n";
    } else if (node.id && node.matches("h2,h3,h4,h5,h6") && !inNotes) begin(node.id, node);
    else if (node.matches("td,th")) {
      into.text += node.previousElementSibling ? CELL : "\n";
      walk(node.childNodes);
    } else {
      const end = node.matches(BLOCKS) ? "\n" : "";
      if (node.matches("video[aria-label]")) into.text += node.getAttribute("aria-label").replace(/\s+/g, " ");
      into.text += end;
      if (node.matches("ol > li")) into.text += step(node);
      walk(node.childNodes);
      into.text += end;
    }
  };
  page.querySelectorAll("main .prose:not(.prose .prose)").forEach((part) => walk(part.childNodes));
  return sections
    .map(({ anchor, heading, text }) => [anchor, heading, lines(text).join("\n")])
    .filter(([, heading, text]) => heading || text)
    .map((section) => section.join("\x1f"))
    .join("\x1e");
}

// The beginning of every boot file, in any version: "kbp" and a zero.
const isBoot = (bytes) => [0x6b, 0x62, 0x70, 0].every((byte, n) => bytes[n] === byte);
const same = (one, other) => one.length === other.length && one.every((byte, n) => byte === other[n]);

/**
 * Addresses: those of the kit of a page, or of another language.
 * @typedef {{ boot: string, engine: string, glue: string, root: string, page?: string }} Place
 * What loads files and modules; `tries` counts those that failed.
 * @typedef {{ module(url: string): Promise<any>, bytes(url: string, options?: RequestInit): Promise<Uint8Array>, tries: number }} Load
 * @typedef {{ typing?: boolean, limit?: number, offset?: number, collection?: string, tag?: string, facets?: boolean, stale?: () => boolean }} Options
 */
export class Host {
  /** @type {Place} */
  place;
  /** @type {Load} */
  #load;
  #early;
  #opening;
  #Engine;
  #engine;
  #boot; // the boot file in use
  #past = []; // earlier boot files
  #folder;
  #fetching = new Map();
  #pages = new Map();
  #failed = 0; // time of the last failure to load a file
  #age = 0; // number of rebuilds of the preview
  #searched = 0; // time of the last search
  #asked = 0; // time of the last check for a newer index
  /** @type {Map<boolean, Promise<boolean>>} */
  #renewals = new Map(); // running checks
  #outdated; // the error if only a reloaded page can search

  /**
   * @param {Place} place
   * @param {Load} load
   * @param {{ boot?: Promise<Uint8Array>, engine?: Promise<Uint8Array>, glue?: Promise<any> }} early what is on its way
   */
  constructor(place, load, early = {}) {
    this.place = place;
    this.#load = load;
    this.#early = early;
    this.root = new URL(place.root, location.href);
    document.addEventListener("kb:rebuilt", () => this.#rebuilt());
  }

  // Properties of the index: language, number of articles, popular articles, collections.
  async info() {
    await this.#open();
    this.#ifRenewed(this.#check(PAUSE));
    return this.#run(() => this.#engine.info());
  }

  // The engine's answer, or `null` if `stale()` says that it is no longer needed. The site may be rebuilt while the tab is
  // open: an answer without hits, or with words that no article contains, is given only after a check for a newer index.
  // Other answers are given at once; if there is a newer index, "kb:renewed" is dispatched.
  /** @type {(query: string, options?: Options) => Promise<any>} */
  async search(query, options = {}) {
    if (this.#failed && Date.now() - this.#failed > RETRY_AFTER) this.retry();
    await this.#open();
    const began = Date.now();
    const renewal = this.#check(began - this.#searched > PAUSE ? PAUSE : FRESH);
    renewal.catch(() => {}); // it is awaited below, unless there is no answer
    this.#searched = began;
    const answer = await this.#answer(query, options);
    if (answer && (!answer.hits.length || answer.missing.length)) {
      const renewed = await renewal || (this.#asked < began && await this.#renew());
      return renewed ? this.#answer(query, options) : answer;
    }
    this.#ifRenewed(renewal);
    return answer;
  }

  // Checks for a newer index, unless that was done in the last `age` milliseconds.
  #check(age) {
    return Date.now() - this.#asked > age ? this.#renew() : Promise.resolve(false);
  }

  #ifRenewed(renewal) {
    renewal.catch(() => true).then((renewed) => renewed && this.tell("renewed"));
  }

  /** @type {(query: string, options: Options) => Promise<any>} */
  #answer(query, { typing = false, limit = 10, offset = 0, collection = "", tag = "", facets = false, stale }) {
    return this.#ask((engine) => engine.search(query, typing, limit, offset, collection, tag, facets), stale);
  }

  // Asks the engine, and fetches what it needs, until it answers.
  async #ask(ask, stale) {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      await this.#open();
      if (stale?.()) return null;
      const engine = this.#engine;
      const answer = this.#run(() => ask(engine));
      if (!answer.needs) return answer;
      await Promise.all([
        ...answer.needs.map((name) => this.#get(name)),
        ...answer.pages.map(async (url) => {
          const text = await this.page(url);
          if (engine === this.#engine) engine.page(url, text);
        }),
      ]);
    }
    throw new Error("the search does not come to an end");
  }

  // The articles that answer a message, each with the section that does.
  async suggest(message, limit) {
    if (this.#failed && Date.now() - this.#failed > RETRY_AFTER) this.retry();
    const { suggestions } = await this.#ask((engine) => engine.suggest(message, limit));
    const passage = async ({ url }) => {
      const text = /^[a-z]+:/i.test(url) ? "" : await this.page(url);
      return text ? this.#run(() => this.#engine.passage(message, text))[0] : undefined;
    };
    return Promise.all(suggestions.map(async (suggestion) => ({ ...suggestion, section: await passage(suggestion) })));
  }

  // The best sections of an article: [{ heading, anchor, excerpt }], at most 1 + `more`.
  async sections(query, typing, url, more) {
    if (/^[a-z]+:/i.test(url)) return [];
    const text = await this.page(url);
    return text ? this.#run(() => this.#engine.sections(query, typing, text, more)) : [];
  }

  // The text in pieces; the odd ones match the query.
  async mark(query, text) {
    await this.search(query, { limit: 1 });
    return this.#run(() => this.#engine.mark(query, text));
  }

  // The text of a page; empty if it cannot be loaded.
  page(url) {
    if (!this.#pages.has(url)) {
      // A new index belongs to new pages.
      /** @type {RequestInit} */
      const options = this.#past.length ? { cache: "no-cache" } : {};
      const page = this.#load.bytes(this.place.root + url, options)
        .then((bytes) => pageText(new TextDecoder().decode(bytes)))
        .catch(() => { this.#pages.delete(url); return ""; });
      this.#pages.set(url, page);
      if (this.#pages.size > MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value);
    }
    return this.#pages.get(url);
  }

  // The address of a hit for links, with the query whose words are highlighted there.
  link(url, query, anchor) {
    const link = new URL(url, this.root);
    if (link.origin === this.root.origin) {
      if (this.root.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
      if (query) link.searchParams.set("highlight", query);
      if (anchor) link.hash = anchor;
    }
    return link.href;
  }

  tell(event, detail) {
    document.dispatchEvent(new CustomEvent(`kb:${event}`, { detail }));
  }

  // Forgets failures: the next search requests failed files again. Loaded files are in the browser's cache.
  retry() {
    this.#failed = 0;
    this.#opening = undefined;
    this.#outdated = undefined;
  }

  // The preview has a new index and new pages; they are fetched at the next search.
  #rebuilt() {
    this.#age += 1;
    this.#pages.clear();
    this.retry();
  }

  #run(ask) {
    try {
      return JSON.parse(ask());
    } catch (error) {
      this.retry();
      throw error;
    }
  }

  #open() {
    if (this.#outdated) return Promise.reject(this.#outdated);
    this.#opening ??= this.#start().catch((error) => {
      this.#opening = undefined;
      this.#load.tries += 1;
      throw error;
    });
    return this.#opening;
  }

  async #start() {
    const age = this.#age;
    const early = this.#early;
    this.#early = {};
    try {
      await this.#begin(this.place, early);
    } catch (error) {
      // The files that this page names may be gone.
      if (!(await this.#upgrade(error))) throw error;
    }
    if (age !== this.#age) return this.#open();
  }

  // Loads the engine and the index that a page names.
  async #begin({ boot, engine, glue }, early = {}) {
    this.#asked = Date.now();
    const [start, program, shell] = await Promise.all([
      this.#read(boot, { cache: "no-cache" }, early.boot),
      this.#read(engine, {}, early.engine),
      early.glue ?? this.#load.module(glue),
    ]);
    await shell.default({ module_or_path: program });
    this.#use(shell.Engine, start);
  }

  // From now on, searches with the index of this boot file.
  #use(Engine, boot) {
    let engine;
    try {
      engine = new Engine(boot);
    } catch (error) {
      // It is complete but refused: another version of kb wrote it.
      throw Object.assign(/** @type {Error} */ (error), { outdated: isBoot(boot) });
    }
    if (this.#boot) {
      this.#past.push(this.#boot);
      this.#pages.clear();
    }
    this.#Engine = Engine;
    this.#engine = engine;
    this.#boot = boot;
    this.#folder = JSON.parse(engine.info()).folder;
    this.#fetching.clear();
  }

  // Switches to the engine that the current pages of the site name. Returns whether it is another one.
  async #upgrade(error) {
    const { page, engine, glue } = this.place;
    if (!page || this.root.protocol === "file:" || !navigator.onLine) return false;
    const html = await this.#load.bytes(page, { cache: "no-cache" }).catch(() => new Uint8Array());
    const kit = new DOMParser().parseFromString(new TextDecoder().decode(html), "text/html").getElementById("_search-kit");
    if (!kit || (kit.dataset.engine === engine && kit.dataset.glue === glue)) return false;
    /** @type {any} */
    const place = { ...kit.dataset };
    try {
      // A module contains one engine: with another name (a fragment) it is loaded again.
      await this.#begin({ ...place, glue: `${place.glue}#${place.engine}` });
    } catch {
      throw error;
    }
    this.place = place;
    return true;
  }

  // Switches to the current index if it is another one. Returns whether it is. `gone`: a file of the index in use is
  // missing.
  #renew(gone = false) {
    if (!navigator.onLine || this.root.protocol === "file:") return Promise.resolve(false);
    if (!this.#renewals.has(gone)) this.#renewals.set(gone, this.#compare(gone).finally(() => this.#renewals.delete(gone)));
    return /** @type {Promise<boolean>} */ (this.#renewals.get(gone));
  }

  async #compare(gone) {
    const before = this.#boot;
    this.#asked = Date.now();
    // With a unique address it does not come from a cache.
    const url = gone ? `${this.place.boot}?${this.#asked}` : this.place.boot;
    const boot = await this.#load.bytes(url, { cache: "no-cache" }).then(inflate).catch(() => null);
    if (before !== this.#boot) return true;
    if (!boot || !isBoot(boot) || same(boot, before)) return false;
    // Some servers of a host may still have the old files.
    if (!gone && this.#past.some((past) => same(past, boot))) return false;
    try {
      this.#use(this.#Engine, boot);
    } catch (error) {
      if (!(await this.#upgrade(error))) throw (this.#outdated = error);
    }
    return true;
  }

  // A file, inflated. If it is damaged, in transit or in the cache, it is fetched again, once.
  async #read(url, options, early) {
    const bytes = await (early ?? this.#load.bytes(url, options));
    try {
      return await inflate(bytes);
    } catch {
      return inflate(await this.#load.bytes(url, { cache: "reload" }));
    }
  }

  // Fetches a shard and passes it to the engine, or reports that it cannot be loaded. Searches share a running request.
  #get(name) {
    if (!this.#fetching.has(name)) this.#fetching.set(name, this.#fetch(name));
    return this.#fetching.get(name);
  }

  async #fetch(name) {
    const engine = this.#engine;
    const url = this.place.boot.replace(/[^/]*$/, `${this.#folder}/${name}.bin`);
    // The folder's name is a hash of the content, so a copy in the cache is valid, unless it is damaged.
    for (const cache of /** @type {RequestCache[]} */ (["force-cache", "reload"])) {
      try {
        engine.put(name, await inflate(await this.#load.bytes(url, { cache })));
        return;
      } catch {
        if (!navigator.onLine) break;
      }
    }
    // A new build removes the files of the old one, and some hosts answer with a page instead.
    if (await this.#renew(true)) return;
    if (this.#engine !== engine) return;
    this.#failed = Date.now();
    engine.fail(name);
  }
}
