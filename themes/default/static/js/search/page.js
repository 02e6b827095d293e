// The search page: the whole list, filters, and an address to share.

const LIMIT = 10;

export default function page({ form, field, results, host, Host, load, view }) {
  const { say, number, make, button, recent } = view;
  const title = document.title;
  const count = make("p", { className: "count", role: "status" });
  const notes = make("div", { className: "search-notes" });
  const filters = make("div", { className: "search-filters" });
  const list = make("div", {});
  results.replaceChildren(count, filters, notes, list);
  /** @type {HTMLDetailsElement | null} */
  const others = document.querySelector("[data-others]");

  const address = () => new URLSearchParams(location.search);
  const chosen = { topic: address().get("topic") ?? "", tag: address().get("tag") ?? "" };
  const query = () => field.value.trim();
  const contact = () => document.querySelector("main ~ .contact") ? "" : view.contact();
  let turn = 0;
  let waiting, spinner, resting;
  // Reports the query: after a pause, or when a result is opened.
  let counts = async () => {};

  // Filters, each hidden if it has no choices.
  const filter = (name, label) => {
    const select = make("select", { onchange: () => { chosen[name] = select.value; run(); } });
    const box = make("label", { hidden: true }, `${label} `, select);
    filters.append(box);
    return (choices) => {
      if (chosen[name] && !choices.some((choice) => choice.name === chosen[name])) choices = [...choices, { name: chosen[name] }];
      const texts = choices.map((choice) => [choice.name, choice.count === undefined ? choice.name : `${choice.name} (${number(choice.count)})`]);
      select.replaceChildren(...[["", say("any")], ...texts].map(([value, text]) => make("option", { value }, text)));
      select.value = chosen[name];
      box.hidden = !choices.length;
    };
  };
  const collections = filter("topic", say("topic"));
  const tags = filter("tag", say("tag"));

  function keep() {
    const params = new URLSearchParams(Object.entries({ q: query(), ...chosen }).filter(([, value]) => value));
    history.replaceState(history.state, "", `${location.pathname}${`${params}` && `?${params}`}`);
    document.title = query() ? `${query()} · ${title}` : title;
    others?.querySelectorAll("a").forEach((link) => (link.search = query() ? `?q=${encodeURIComponent(query())}` : ""));
  }

  async function popular() {
    const { popular } = await host.info();
    const rows = popular.map(({ title, url }) => make("li", {}, make("a", { href: host.link(url) }, title)));
    return rows.length ? [make("h2", {}, say("popular")), make("ul", { className: "rows", role: "list" }, rows)] : [];
  }

  async function start(now) {
    const articles = await popular();
    if (now !== turn) return;
    const before = recent.all().map((text) => make("li", {}, button(text, () => apply(text), "pill")));
    count.textContent = "";
    filters.hidden = true;
    notes.replaceChildren();
    list.replaceChildren(...before.length ? [
      make("h2", {}, say("recent")),
      make("ul", { className: "tag-grid", role: "list" }, before, make("li", {}, button(say("clear"), () => { recent.clear(); run(); }))),
    ] : [], ...articles);
  }

  const apply = (text) => {
    field.value = text;
    run();
  };
  const retry = () => {
    host.retry();
    run();
  };

  async function run(typing = false) {
    clearTimeout(waiting);
    clearTimeout(resting);
    clearTimeout(spinner);
    keep();
    const text = query();
    const now = turn += 1;
    const stale = () => now !== turn;
    spinner = setTimeout(() => {
      results.setAttribute("aria-busy", "true");
      count.textContent = say("loading");
    }, 150);
    try {
      if (!text) return await start(now);
      const options = { typing, limit: LIMIT, collection: chosen.topic, tag: chosen.tag, stale };
      const answer = await host.search(text, options);
      if (!answer) return;
      if (!answer.hits.length && answer.incomplete) throw new Error("incomplete");
      clearTimeout(spinner);
      await show(text, answer, options);
      results.dataset.answered = "";
      // The counts need one more file, which is loaded after the hits.
      const facets = await host.search(text, { ...options, limit: 1, facets: true });
      if (!facets) return;
      collections(facets.collections ?? []);
      tags(facets.tags ?? []);
      filters.hidden = false;
      if (others?.open) countOthers();
    } catch (error) {
      if (stale()) return;
      count.textContent = "";
      notes.replaceChildren();
      list.replaceChildren(view.failed(retry, error), contact());
      host.tell("search-failed", { query: text, error: String(error) });
    } finally {
      if (!stale()) {
        clearTimeout(spinner);
        results.removeAttribute("aria-busy");
        // The content below may be shown now: nothing moves it any more.
        results.dataset.answered = "";
      }
    }
  }

  async function show(text, answer, options) {
    notes.replaceChildren(...view.notices(answer, { apply, retry }));
    results.removeAttribute("aria-busy");
    if (answer.hits.length) {
      const hits = make("ol", { className: "hits", role: "list" });
      list.replaceChildren(hits);
      append(hits, text, answer, options);
      count.textContent = say("found", { n: number(answer.total) });
    } else {
      const articles = await popular().catch(() => []);
      if (options.stale()) return;
      count.textContent = "";
      list.replaceChildren(view.none(text), ...articles, contact());
    }
    const tell = async () => {
      const { language } = await host.info();
      host.tell("search", { query: text, hits: answer.hits.length, total: answer.total, relaxed: answer.relaxed, language });
    };
    let told;
    counts = () => told ??= tell();
    resting = setTimeout(counts, options.typing ? 1000 : 0);
  }

  // Sections are loaded for visible hits.
  const seen = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => {
    if (!isIntersecting) return;
    seen.unobserve(target);
    /** @type {any} */ (target).refine();
  }));

  function append(hits, text, answer, options) {
    answer.hits.forEach((hit) => {
      const { box, link, refine } = view.hit({ hit, href: host.link(hit.url, text), heading: "h2" });
      const item = make("li", {}, box);
      const position = hits.childElementCount + 1;
      const opened = (event) => {
        const to = event.button < 2 && event.target.closest("a");
        if (!to) return;
        recent.add(text);
        counts().then(() => host.tell("search-click", { query: text, url: to.href, position }));
      };
      item.addEventListener("click", opened);
      item.addEventListener("auxclick", opened);
      box.refine = async () => {
        // The next key may replace the hit: pages are fetched for hits that stay.
        await new Promise((done) => setTimeout(done, 200));
        if (!link.isConnected || navigator.connection?.saveData) return;
        const sections = await host.sections(text, options.typing, hit.url, 2).catch(() => []);
        if (link.isConnected) refine(sections, (anchor) => host.link(hit.url, text, anchor));
      };
      hits.append(item);
      seen.observe(box);
    });
    const there = hits.childElementCount;
    if (!answer.hits.length || there >= answer.total) return;
    const more = button(say("more"), async () => {
      more.disabled = true;
      const next = await host.search(text, { ...options, offset: there }).catch(() => null);
      if (!next) return void (more.disabled = false);
      more.remove();
      append(hits, text, next, options);
      hits.children[there]?.querySelector("a").focus();
    }, "search-more");
    hits.after(more);
  }

  // The number of results in other languages, on request.
  const hosts = new Map();
  function countOthers() {
    others?.querySelectorAll("a").forEach(async (link) => {
      // A module contains one engine: with another name (a fragment) it is loaded again.
      const glue = `${link.dataset.glue}#${link.lang}`;
      if (!hosts.has(link)) hosts.set(link, new Host({ ...link.dataset, glue, root: host.place.root }, load));
      const text = query();
      const found = text ? await hosts.get(link).search(text, { limit: 1 }).catch(() => null) : null;
      if (text === query()) /** @type {Element} */ (link.querySelector(".count")).textContent = found ? number(found.total) : "";
    });
  }
  others?.addEventListener("toggle", () => others.open && countOthers());

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => run(true), /^[a-z]$/i.test(query()) ? 400 : 80);
  });
  form.addEventListener("submit", () => {
    if (query()) recent.add(query());
    run();
  });
  for (const event of ["kb:rebuilt", "kb:renewed"]) document.addEventListener(event, () => run());
  addEventListener("popstate", () => apply(address().get("q") ?? ""));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || event.isComposing) return;
    const first = list.querySelector("a");
    if (first) event.preventDefault();
    first?.focus();
  });

  field.value ||= address().get("q") ?? "";
  run();
}
