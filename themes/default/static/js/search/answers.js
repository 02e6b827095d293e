// Articles that may answer a message, suggested while the customer writes, and opened without leaving the page.
// contact.js loads this when the customer begins to write.

import { all, attempt, make, emit } from "../shared/lib.js";

// Milliseconds after the last key.
const PAUSE = 300;
// Fewer words say too little.
const WORDS = 3;
// Characters of a message that are passed on, as many as it may have: the engine finds the part that asks.
const MOST = 100000;
const LIMIT = 3;

// Whether a text has enough words. Some languages do not put spaces between words.
const saysEnough = (text) => {
  const language = document.documentElement.lang;
  const parts = "Segmenter" in Intl ? [...new Intl.Segmenter(language, { granularity: "word" }).segment(text.slice(0, 500))].filter((part) => part.isWordLike) : text.split(/\s+/);
  return parts.length >= WORDS;
};

// The section of an article's page that an anchor names, as a list of nodes; without an anchor, the text before the first
// heading. All addresses are absolute, and no id is that of another element.
const sectionOf = (html, url, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const text = page.querySelector("main .prose");
  if (!text) return null;
  const target = anchor ? [...text.querySelectorAll("[id]")].find((each) => each.id === anchor) : null;
  const isHeading = (each) => each.matches("h1, h2, h3, h4, h5, h6, .heading");
  const level = (each) => Number((each.matches(".heading") ? each.firstElementChild : each).localName[1]);
  let nodes = [];
  if (target?.matches("details")) {
    target.open = true;
    nodes = [target];
  } else if (target) {
    const start = target.closest(".heading") ?? target;
    nodes = [start];
    for (let next = start.nextElementSibling; next && !(isHeading(start) && isHeading(next) && level(next) <= level(start)); next = next.nextElementSibling) nodes.push(next);
  } else {
    const children = [...text.children];
    const end = children.findIndex(isHeading);
    nodes = end > 0 ? children.slice(0, end) : children;
  }
  const part = page.createElement("div");
  part.append(...nodes);
  for (const each of all("script, style, link, form, .anchor, .code-copy, .expand", part)) each.remove();
  for (const each of all("[id]", part)) each.id = `_a-${each.id}`;
  for (const name of ["for", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"]) {
    for (const each of all(`[${name}]`, part)) each.setAttribute(name, each.getAttribute(name).replace(/\S+/g, "_a-$&"));
  }
  // Icons that only that page has.
  for (const use of all("use[href^='#']", part)) {
    const shape = page.getElementById(use.getAttribute("href").slice(1));
    if (shape && !document.getElementById(shape.id)) part.prepend(make("div", { hidden: true }, svgWith(shape)));
  }
  for (const name of ["href", "src", "poster"]) {
    for (const each of all(`:not(use, image)[${name}]`, part)) each.setAttribute(name, attempt(() => new URL(each.getAttribute(name), url).href) ?? "");
  }
  for (const link of all("a[href], area[href]", part)) Object.assign(link, { target: "_blank", rel: "noopener" });
  for (const image of all("img", part)) image.loading = "lazy";
  const article = page.querySelector("main article[lang]");
  return { nodes: [...part.childNodes], lang: article?.getAttribute("lang") ?? "", dir: article?.getAttribute("dir") ?? "" };
};

const svgWith = (shape) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.append(shape);
  return svg;
};

/**
 * Suggests articles for the text of `fields`, which `ask` answers as kb.suggest does. `solved()` is called when an article
 * was the answer.
 * @param {any} desk
 * @param {any[]} fields
 * @param {(text: string, options: { limit: number }) => Promise<any>} ask
 * @param {() => void} solved
 * @returns {{ shown(): number, opened(): string[], settle(): void, restart(): void }}
 */
export default function suggestAnswers(desk, fields, ask, solved) {
  const [box] = all("[data-answers]", desk);
  const [status] = all("[data-answers-status]", box);
  const [hint] = all("[data-answers-hint]", box);
  const [dialog] = all("dialog", desk);
  const prose = make("div", { className: "prose" });
  const [whole] = all("[data-whole]", dialog);
  const title = make("h2", { id: "_answer" });
  all("header", dialog)[0].prepend(title);
  const [reading] = all(".answer-text", dialog);
  reading.prepend(prose);
  reading.setAttribute("role", "region");
  for (const part of [dialog, reading]) part.setAttribute("aria-labelledby", title.id);
  Object.assign(whole, { target: "_blank", rel: "noopener" });

  const list = make("ul", { className: "answers-list", role: "list" });
  const head = make("h3", {});
  const seen = new Set(); // addresses that were shown
  /** @type {Map<string, { position: number, settled: boolean, judged?: boolean }>} */
  const opened = new Map();
  const rejected = new Set();
  let shown = []; // what is in the list
  let turn = 0;
  let timer;
  let moved = false; // whether the pointer moved since the last key
  let broken = 0; // until when the engine is not asked, because it failed

  const isWriting = () => fields.includes(document.activeElement);
  // What somebody is about to press does not move.
  const mayChange = () => isWriting() && !moved;

  const show = (suggestions, language) => {
    const same = suggestions.length === shown.length && suggestions.every(({ url }) => shown.some((other) => other.url === url));
    if (same) return;
    shown = suggestions;
    list.replaceChildren(...suggestions.map((suggestion, n) => {
      const { title, breadcrumb, section } = suggestion;
      const text = (section?.excerpt ?? []).map((piece, n) => n % 2 ? make("mark", {}, piece) : piece);
      const path = breadcrumb?.join?.(" › ") ?? breadcrumb ?? "";
      const button = make("button", { type: "button", className: "answer-open", "aria-haspopup": "dialog" },
        make("b", { dir: "auto" }, title), make("span", { className: "answer-path" }, path), make("span", { className: "answer-excerpt", dir: "auto" }, text));
      button.addEventListener("click", () => open(suggestion, n + 1));
      return make("li", {}, button);
    }));
    hint.hidden = suggestions.length > 0;
    if (!suggestions.length) {
      head.remove();
      list.remove();
      status.textContent = "";
      return;
    }
    head.textContent = status.textContent = desk.dataset[`found-${suggestions.length}`];
    box.append(head, list);
    for (const { url } of suggestions) seen.add(url);
    emit("suggest", { suggestions: suggestions.map(({ url, title, confidence }) => ({ url, title, confidence })), language });
  };

  const suggest = async (text) => {
    if (Date.now() < broken) return null;
    try {
      return await ask(text, { limit: LIMIT + rejected.size });
    } catch (error) {
      // The form works without.
      broken = /** @type {any} */ (error).outdated ? Infinity : Date.now() + PAUSE * 100;
      return null;
    }
  };
  const look = async () => {
    const now = turn += 1;
    const text = fields.map((field) => field.value.slice(0, MOST)).join("\n\n").slice(0, MOST).trim();
    if (!saysEnough(text)) return mayChange() && show([], "");
    const answer = await suggest(text);
    if (!answer || now !== turn || !mayChange()) return;
    show(answer.suggestions.filter(({ url }) => !rejected.has(url)).slice(0, LIMIT), answer.language);
  };
  for (const field of fields) {
    field.addEventListener("input", () => {
      moved = false;
      settleAll();
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    });
  }
  // Browsers also report a resting pointer when something below it changes; it has not moved then.
  addEventListener("pointermove", ({ movementX, movementY }) => (moved ||= Boolean(movementX || movementY)), { passive: true });
  addEventListener("pointerdown", () => (moved = true), { passive: true });

  // Who writes on or sends the message has not found the answer in them.
  const settleAll = () => opened.forEach((state) => (state.settled = true));

  let current;
  const settle = (event) => {
    const state = opened.get(current.url);
    if (state) state.settled = state.judged = true;
    emit(event, { url: current.url, position: current.position });
  };
  const open = async ({ url, title: name, confidence, section }, position) => {
    current = { url, position };
    if (!opened.get(url)?.judged) opened.set(url, { position, settled: false });
    title.textContent = name;
    const at = new URL(url, location.href);
    at.hash = section?.anchor ?? "";
    whole.href = at.href;
    const excerpt = (section?.excerpt ?? []).join("");
    prose.replaceChildren(make("p", {}, excerpt));
    prose.setAttribute("aria-busy", "true");
    reading.scrollTop = 0;
    dialog.showModal();
    emit("suggest-open", { url, position, confidence });
    // A page that is opened from a folder cannot read others.
    const page = location.protocol !== "file:" && await fetch(url, { signal: AbortSignal.timeout(PAUSE * 50) }).then((response) => response.ok ? response.text() : "").catch(() => "");
    if (current.url !== url) return;
    const found = page && sectionOf(page, url, section?.anchor);
    prose.removeAttribute("aria-busy");
    if (!found) return;
    // Its excerpt stays where the page cannot be had.
    prose.replaceChildren(...found.nodes);
    for (const name of ["lang", "dir"]) {
      if (found[name]) prose.setAttribute(name, found[name]);
      else prose.removeAttribute(name);
    }
  };
  all("[data-close]", dialog)[0].addEventListener("click", () => dialog.close());
  // From the bottom, one goes on writing.
  const goOn = () => {
    dialog.close();
    fields.at(-1).focus();
  };
  all("footer [data-close]", dialog)[0].addEventListener("click", goOn);
  all("[data-rejected]", dialog)[0].addEventListener("click", () => {
    rejected.add(current.url);
    settle("suggest-rejected");
    list.children[current.position - 1]?.classList.add("rejected");
    goOn();
  });
  all("[data-solved]", dialog)[0].addEventListener("click", () => {
    settle("suggest-solved");
    dialog.close();
    solved();
  });
  // A press beside it closes it.
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  // A page does not learn that it is loaded again, so this counts as leaving too.
  const leave = () => {
    for (const [url, state] of opened) {
      if (!state.settled) emit("suggest-assumed", { url, position: state.position });
    }
    settleAll();
  };
  addEventListener("pagehide", leave);
  look();

  return {
    shown: () => seen.size,
    opened: () => [...opened.keys()],
    settle: settleAll,
    // For another message.
    restart() {
      clearTimeout(timer);
      turn += 1;
      for (const each of [seen, opened, rejected]) each.clear();
      show([], "");
    },
  };
}
