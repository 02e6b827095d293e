// The engine's host: it fetches what the engine asks for, hands it in and asks again. It knows nothing of the page it
// serves, so that every box, and kb.search, can share one. One Host a language.

// Pages kept in memory for their sections.
const MAX_PAGES = 60;
// A search that asks for files more often than this is not going to end.
const MAX_ROUNDS = 8;
// After this long what could not be had is asked for again.
const RETRY_AFTER = 10000;

// Files are compressed when they are built; some servers announce that, and the browser has inflated them already.
const inflate = async (bytes) => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

// Elements that begin and end a line of text; kb reads raw HTML by the same list (`src/document/raw_html.rs`).
const BLOCKS = "address,article,aside,blockquote,br,caption,center,dd,details,dialog,dir,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,h3,h4,h5,h6,header,hgroup,hr,legend,li,main,menu,nav,ol,option,p,pre,search,section,summary,table,td,th,tr,ul";
// What is no text of the article: what nobody sees, and what kb adds.
const SKIPPED = "script,style,svg,template,.anchor,.generated,a.footnote-back";

// The text of a page as the engine reads it, the same as kb's own index has: sections of anchor, heading and lines.
export function pageText(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const sections = [{ anchor: "", heading: "", text: "" }];
  const lines = (text) => text.split("\n").map((line) => line.replace(/\s+/g, " ").trim()).filter(Boolean);
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
  // What a footnote says belongs to the section that refers to it.
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
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIPPED)) return;
    if (node.matches("sup.footnote-ref")) cited.set(`#${node.id}`, into);
    else if (node.matches("section.footnotes[aria-label]")) notes(node);
    else if (node.matches("img")) into.text += ` ${node.alt.replace(/\s+/g, " ")} `;
    else if (node.matches("details.faq-item[id]")) {
      const [question, ...answer] = node.childNodes;
      begin(node.id, question);
      walk(answer);
      into.text += "\n";
    } else if (node.id && node.matches("h2,h3,h4,h5,h6") && !inNotes) begin(node.id, node);
    else {
      const end = node.matches(BLOCKS) ? "\n" : "";
      if (node.matches("video[aria-label]")) into.text += node.getAttribute("aria-label").replace(/\s+/g, " ");
      into.text += end;
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

export class Host {
  place;
  #load;
  #early;
  #opening;
  #Engine;
  #engine;
  #folder;
  #fetching = new Map();
  #pages = new Map();
  #failed = 0; // when a file last could not be had
  #age = 0; // how often the site was built anew
  #renewal; // the index as it is now, once a file of the one that was begun with is gone

  // `place`: addresses (boot, engine, glue, root); `early`: promises of the first three, if they are on their way.
  constructor(place, load, early = {}) {
    this.place = place;
    this.#load = load;
    this.#early = early;
    this.root = new URL(place.root, location.href);
    document.addEventListener("kb:rebuilt", () => this.#rebuilt());
  }

  // What the index says of itself: language, number of articles, popular articles, collections.
  async info() {
    await this.#open();
    return this.#run(() => this.#engine.info());
  }

  // The engine's answer, or `null` if `stale()` says that nobody waits for it any more.
  async search(query, { typing = false, limit = 10, offset = 0, collection = "", tag = "", facets = false, stale } = {}) {
    if (this.#failed && Date.now() - this.#failed > RETRY_AFTER) this.retry();
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      await this.#open();
      if (stale?.()) return null;
      const engine = this.#engine;
      const answer = this.#run(() => engine.search(query, typing, limit, offset, collection, tag, facets));
      if (answer.hits) return answer;
      await Promise.all([
        ...(answer.needs ?? []).map((name) => this.#get(name)),
        ...(answer.pages ?? []).map(async (url) => {
          const text = await this.page(url);
          if (engine === this.#engine) engine.page(url, text);
        }),
      ]);
    }
    throw new Error("the search does not come to an end");
  }

  // The best sections of an article: [{ heading, anchor, excerpt }], at most 1 + `more`.
  async sections(query, typing, url, more) {
    if (/^[a-z]+:/i.test(url)) return [];
    const text = await this.page(url);
    return text ? this.#run(() => this.#engine.sections(query, typing, text, more)) : [];
  }

  // The text in pieces, the odd ones of which match the query.
  async mark(query, text) {
    await this.search(query, { limit: 1 });
    return this.#run(() => this.#engine.mark(query, text));
  }

  // The text of a page; empty if it cannot be had.
  page(url) {
    if (!this.#pages.has(url)) {
      const page = this.#load.bytes(this.place.root + url)
        .then((bytes) => pageText(new TextDecoder().decode(bytes)))
        .catch(() => { this.#pages.delete(url); return ""; });
      this.#pages.set(url, page);
      if (this.#pages.size > MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value);
    }
    return this.#pages.get(url);
  }

  // The address of a hit, to link to: with the query, whose words are marked there.
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

  // Forgets failures: the next search asks again for what could not be had. Files that came are in the browser's cache.
  retry() {
    this.#failed = 0;
    this.#opening = undefined;
    this.#renewal = undefined;
  }

  // The preview has another index and other pages; they are fetched when somebody searches.
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
    this.#opening ??= this.#start().catch((error) => {
      this.#opening = undefined;
      this.#load.tries += 1;
      throw error;
    });
    return this.#opening;
  }

  async #start() {
    const { boot, engine, glue } = this.place;
    const age = this.#age;
    const early = this.#early;
    this.#early = {};
    const [start, program, shell] = await Promise.all([
      this.#read(boot, { cache: "no-cache" }, early.boot),
      this.#read(engine, {}, early.engine),
      early.glue ?? this.#load.module(glue),
    ]);
    await shell.default({ module_or_path: program });
    if (age !== this.#age) return this.#open();
    this.#Engine = shell.Engine;
    this.#use(new shell.Engine(start));
  }

  #use(engine) {
    this.#engine = engine;
    this.#folder = JSON.parse(engine.info()).folder;
    this.#fetching.clear();
  }

  // A file, inflated. Damaged on its way or in the cache, it is fetched anew, once.
  async #read(url, options, early) {
    const bytes = await (early ?? this.#load.bytes(url, options));
    try {
      return await inflate(bytes);
    } catch {
      return inflate(await this.#load.bytes(url, { cache: "reload" }));
    }
  }

  // Fetches a shard and hands it in, or says that it cannot be had. Searches that need the same one wait for it together.
  #get(name) {
    if (!this.#fetching.has(name)) this.#fetching.set(name, this.#fetch(name));
    return this.#fetching.get(name);
  }

  async #fetch(name) {
    const engine = this.#engine;
    const url = this.place.boot.replace(/[^/]*$/, `${this.#folder}/${name}.bin`);
    // The folder's name is a hash of the content, so a copy in the cache is as good as new, unless it is damaged.
    let problem;
    for (const cache of ["force-cache", "reload"]) {
      try {
        engine.put(name, await inflate(await this.#load.bytes(url, { cache })));
        return;
      } catch (error) {
        problem = error;
        if (!navigator.onLine) break;
      }
    }
    if (problem.status === 404 && await this.#renew(engine)) return;
    this.#failed = Date.now();
    engine.fail(name);
  }

  // A file is gone. If the site was built anew since this page was opened, the search goes on with the new index.
  async #renew(engine) {
    try {
      this.#renewal ??= this.#load.bytes(this.place.boot, { cache: "no-cache" }).then(inflate);
      const next = new this.#Engine(await this.#renewal);
      if (this.#engine !== engine) return true;
      if (JSON.parse(next.info()).folder === this.#folder) return false;
      this.#use(next);
      return true;
    } catch {
      return false;
    }
  }
}
