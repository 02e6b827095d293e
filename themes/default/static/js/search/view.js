// The view of the search: hits, notices and alternatives. The messages come from <template id="_search-kit">.

import { make, memory } from "../shared/lib.js";

export function view(kit) {
  const words = kit.dataset;
  const language = document.documentElement.lang;
  const short = (text) => text.length > 80 ? `${text.slice(0, 80)}…` : text;
  const say = (word, values = {}) => words[word].replace(/\{(\w+)\}/g, (text, name) => name in values ? short(values[name]) : text);
  const number = (n) => n.toLocaleString(language);

  const marked = (pieces) => pieces.map((piece, n) => n % 2 ? make("mark", {}, piece) : piece);
  const button = (text, action, className = "search-link") =>
    make("button", { type: "button", className, textContent: text, onclick: action });

  // A hit: its title is a link; below it is the excerpt or, once they are known, its best sections.
  // `attributes`: those of each link in it (options of a list box have their own).
  function hit({ hit, href, heading, attributes = () => ({}) }) {
    const title = make("span", { className: "hit-title" }, marked(hit.title));
    const path = make("span", { className: "hit-path" }, hit.breadcrumb.join(" › "));
    const text = make("span", { className: "hit-text" }, marked(hit.excerpt));
    const link = make("a", { className: "hit-link", href, ...attributes() }, title);
    const box = make("div", { className: "hit" }, heading ? make(heading, {}, link) : link);
    (heading ? box : link).append(path, text);
    // The sections take the space of the excerpt, so that nothing below moves.
    const refine = (sections, hrefOf) => {
      const links = sections.filter((section) => section.anchor && section.heading);
      const own = sections.find((section) => !section.anchor)?.excerpt ?? (links.length < 2 ? hit.excerpt : null);
      if (own) text.replaceChildren(...marked(own));
      else text.replaceChildren();
      box.dataset.sections = Math.min(2, links.length);
      box.append(...links.slice(0, 2).map((section) => {
        const name = make("b", {}, section.heading);
        const excerpt = make("span", {}, marked(section.excerpt));
        return make("a", { className: "hit-section", href: hrefOf(section.anchor), ...attributes() }, name, " ", excerpt);
      }));
    };
    return { box, link, refine };
  }

  // The notice above an answer, in one line: a corrected word, or else unknown words, or else that no article has all
  // words; and whether a part of the index is missing.
  function notices(answer, { apply, retry }) {
    const notes = [];
    if (answer.did_you_mean) {
      const [before, after = ""] = words.didYouMean.split("{query}");
      notes.push(make("p", {}, before, button(answer.did_you_mean, () => apply(answer.did_you_mean)), after));
    } else if (answer.hits.length && answer.missing?.length) notes.push(make("p", {}, say("missing", { words: answer.missing.join(", ") })));
    else if (answer.hits.length && answer.relaxed) notes.push(make("p", {}, say("relaxed")));
    if (answer.incomplete) notes.push(make("p", { className: "search-warning" }, say("incomplete"), " ", button(say("retry"), retry)));
    return notes;
  }

  // The contact channels, as in the contact block of the page.
  const contact = () => kit.content.querySelector("[data-contact]")?.cloneNode(true) ?? "";

  const none = (query) => make("div", { className: "search-none" },
    make("p", { className: "search-head" }, say("none", { query })), make("p", {}, say("hint")));

  // The search failed, or the page is older than the site and only a new one can search.
  /** @type {(retry: () => void, error?: { outdated?: boolean }) => any} */
  const failed = (retry, { outdated } = {}) => {
    const message = outdated && kit.content.querySelector("[data-outdated]");
    const part = (message || kit.content.querySelector("[data-failed]")).cloneNode(true);
    part.querySelector("button").onclick = outdated ? () => location.reload() : retry;
    return part;
  };

  // Recent searches of this browser, stored only here.
  const key = `kb-recent-${language}`;
  const recent = {
    all: () => memory.get(key) || [],
    add(query) {
      const rest = this.all().filter((other) => other.toLowerCase() !== query.toLowerCase());
      memory.set(key, [query, ...rest].slice(0, 5));
    },
    clear: () => memory.remove(key),
  };

  return { say, number, make, marked, button, hit, notices, contact, none, failed, recent };
}
