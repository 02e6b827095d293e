// The search field with its list of results, as a combobox: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

const LIMIT = 6; // hits in the list
const REFINED = 3; // number of these with their best sections
let boxes = 0;

// The pause after the last key: none if no search is running, long after a single letter, which matches very much.
const pause = (query, busy) => /^[a-z]$/i.test(query) ? 400 : busy ? 80 : 0;

export default function box({ form, field, host, view, goTo }) {
  const { say, number, make, button, recent } = view;
  const id = `_search-list-${boxes += 1}`;
  const notes = make("div", { className: "search-notes" });
  const list = make("div", { id, className: "search-list", role: "listbox", "aria-label": say("results") });
  const foot = make("div", { className: "search-foot" });
  const pop = make("div", { className: "search-pop", hidden: true }, notes, list, foot);
  const status = make("p", { className: "hidden", role: "status" });
  form.append(pop, status);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": id, "aria-expanded": "false" })) {
    field.setAttribute(name, value);
  }

  /** @type {string | null} */
  let shown = null; // the query that the list answers
  let pending; // the answer
  let turn = 0; // number of the newest search
  let busy = false;
  /** @type {any} */
  let active = null;
  let waiting, spinner, saying, resting, refining;
  const query = () => field.value.trim();
  const options = () => [...list.querySelectorAll("[role=option]")];

  function open() {
    if (!pop.hidden || !form.contains(document.activeElement)) return;
    pop.hidden = false;
    field.setAttribute("aria-expanded", "true");
    fit();
  }
  function close() {
    pop.hidden = true;
    field.setAttribute("aria-expanded", "false");
    activate(null);
  }
  // The list ends at the bottom of the screen, or at the on-screen keyboard.
  function fit() {
    if (pop.hidden) return;
    const seen = window.visualViewport;
    const room = (seen ? seen.height + seen.offsetTop : innerHeight) - pop.getBoundingClientRect().top;
    pop.style.setProperty("--room", `${Math.max(room - 12, 200)}px`);
  }
  function activate(option) {
    active?.setAttribute("aria-selected", "false");
    active = option;
    if (option) {
      option.setAttribute("aria-selected", "true");
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }
  let numbered = 0;
  // Attributes of an option.
  const option = () => {
    numbered += 1;
    return { id: `${id}-${numbered}`, role: "option", tabIndex: -1, "aria-selected": "false" };
  };
  const row = (className, href, text, onclick) => make("a", { className, href, onclick, ...option() }, text);
  /** @param {{ above?: Node[], hits?: Node[], below?: Node[] }} parts */
  function fill({ above = [], hits = [], below = [] }) {
    activate(null);
    form.removeAttribute("aria-busy");
    notes.replaceChildren(...above);
    list.replaceChildren(...hits);
    foot.replaceChildren(...below);
    pop.scrollTop = 0;
    open();
    fit();
  }
  // Announced after a pause in typing.
  const announce = (text) => {
    clearTimeout(saying);
    saying = setTimeout(() => (status.textContent = text), 500);
  };
  const apply = (text) => {
    field.value = text;
    field.focus();
    run();
  };
  const retry = () => {
    host.retry();
    field.focus();
    run();
  };

  async function popular(most) {
    const { popular } = await host.info();
    return popular.slice(0, most).map(({ title, url }) => row("search-row", host.link(url), title));
  }
  const group = (title, rows, className) => rows.length
    ? [make("div", { className: `search-group ${className}`, role: "group", "aria-label": title }, make("p", { className: "search-head", "aria-hidden": "true" }, title), rows)]
    : [];

  // Before typing: recent searches and popular articles.
  async function start() {
    shown = "";
    const now = turn += 1;
    const before = recent.all().map((text) => row("search-row", goTo(text), text, (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      apply(text);
    }));
    const articles = await popular(5).catch(() => []);
    if (now !== turn || query()) return;
    announce("");
    if (!before.length && !articles.length) return close();
    fill({
      hits: [...group(say("recent"), before, "is-recent"), ...group(say("popular"), articles, "is-popular")],
      below: before.length ? [button(say("clear"), () => { recent.clear(); field.focus(); start(); })] : [],
    });
  }

  async function run() {
    clearTimeout(waiting);
    clearTimeout(resting);
    clearTimeout(refining);
    const text = query();
    if (!text) return start();
    const now = turn += 1;
    const stale = () => now !== turn;
    busy = true;
    clearTimeout(spinner);
    spinner = setTimeout(() => {
      form.setAttribute("aria-busy", "true");
      if (!list.childElementCount) fill({ above: [make("p", { className: "search-loading" }, say("loading"))] });
      form.setAttribute("aria-busy", "true");
      announce(say("loading"));
    }, 150);
    try {
      const answer = await host.search(text, { typing: true, limit: LIMIT, stale });
      if (stale() || !answer) return;
      if (!answer.hits.length && answer.incomplete) throw new Error("incomplete");
      clearTimeout(spinner);
      await show(text, answer, stale);
    } catch (error) {
      if (stale()) return;
      clearTimeout(spinner);
      shown = null;
      const failed = view.failed(retry, error);
      fill({ above: [failed, view.contact()] });
      announce(failed.querySelector("p").textContent);
      host.tell("search-failed", { query: text, error: String(error) });
    } finally {
      if (!stale()) busy = false;
    }
  }

  async function show(text, answer, stale) {
    const above = view.notices(answer, { apply, retry });
    if (!answer.hits.length) {
      const articles = await popular(3).catch(() => []);
      if (stale()) return;
      fill({ above: [...above, view.none(text)], hits: group(say("popular"), articles, "is-popular"), below: [view.contact()] });
    } else {
      const hits = answer.hits.map((hit, n) => {
        const made = view.hit({ hit, href: host.link(hit.url, text), attributes: option });
        made.box.dataset.position = n + 1;
        return made;
      });
      const all = row("search-row search-all", goTo(text), say("all", { query: text }));
      fill({ above, hits: [...hits.map((hit) => hit.box), all] });
      refining = setTimeout(() => refine(text, answer.hits, hits, stale), 200);
    }
    shown = text;
    announce([say("found", { n: number(answer.total) }), ...above.map((note) => note.textContent)].join(". "));
    // An unfinished word is not a query: it counts after a pause.
    resting = setTimeout(() => tell(text, answer), 1000);
    pending = answer;
  }

  /** @type {string | null} */
  let told = null;
  async function tell(text, { hits, total, relaxed }) {
    if (told === text) return;
    told = text;
    const { language } = await host.info();
    host.tell("search", { query: text, hits: hits.length, total, relaxed, language });
  }

  async function refine(text, found, hits, stale) {
    if (navigator.connection?.saveData) return;
    await Promise.all(hits.slice(0, REFINED).map(async (hit, n) => {
      const sections = await host.sections(text, true, found[n].url, 1).catch(() => []);
      if (!stale() && sections.length) hit.refine(sections, (anchor) => host.link(found[n].url, text, anchor));
    }));
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    clearTimeout(resting);
    const text = query();
    if (text === shown && !busy) return;
    turn += 1;
    const wait = pause(text, busy);
    if (wait) waiting = setTimeout(run, wait);
    else run();
  });
  function enter() {
    // On a phone the field moves to the top: the list needs the space above the keyboard.
    if (matchMedia("(max-width: 47.99rem)").matches) scrollTo({ top: form.getBoundingClientRect().top + scrollY - 8 });
    if (query() === shown && list.childElementCount) open();
    else run();
  }
  field.addEventListener("focus", enter);
  // Pressing in the list must not take the focus (and the keyboard of a phone) away from the field.
  pop.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => opened(event.target.closest("a")));
  list.addEventListener("auxclick", (event) => event.button === 1 && opened(event.target.closest("a")));
  // The search page continues this search.
  function toAll() {
    clearTimeout(resting);
    if (query()) host.tell("search-all", { query: query() });
  }
  function opened(link) {
    if (link?.matches(".search-all")) return toAll();
    const position = Number(link?.closest("[data-position]")?.dataset.position);
    if (!position) return;
    recent.add(shown);
    const click = { query: shown, url: link.href, position };
    tell(shown, pending).then(() => host.tell("search-click", click));
  }

  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) setTimeout(() => form.contains(document.activeElement) || close());
  });
  document.addEventListener("pointerdown", (event) => form.contains(event.target) || close());
  form.addEventListener("submit", () => {
    if (query()) recent.add(query());
    toAll();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    if (!pop.hidden) close();
    else field.value = "";
    field.focus();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const { key } = event;
    const all = options();
    const at = all.indexOf(active);
    let to;
    if (key === "ArrowDown") to = at + 1 < all.length ? at + 1 : -1;
    else if (key === "ArrowUp") to = at < 0 ? all.length - 1 : at - 1;
    else if (key === "Home" && active) to = 0;
    else if (key === "End" && active) to = all.length - 1;
    else if (key === "Enter") {
      const apart = event.ctrlKey || event.metaKey;
      if (!active && !apart) return;
      event.preventDefault();
      if (!apart) return active.click();
      if (active) opened(active);
      else toAll();
      return void window.open(active?.href ?? goTo(query()), "_blank", "noopener");
    } else return;
    event.preventDefault();
    if (pop.hidden) {
      open();
      if (!list.childElementCount) run();
    }
    if (to !== undefined && !pop.hidden) activate(all[to] ?? null);
  });
  for (const event of ["kb:rebuilt", "kb:renewed"]) {
    document.addEventListener(event, () => {
      shown = null;
      if (form.isConnected && !pop.hidden) run();
    });
  }
  window.visualViewport?.addEventListener("resize", fit);
  addEventListener("scroll", fit, { passive: true });

  if (form.contains(document.activeElement)) enter();
}
