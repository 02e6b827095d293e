// Highlights the words of the query in the address (?highlight=), until the reader removes the highlights.

import { all, make } from "../shared/lib.js";
import { BLOCKS, SKIPPED } from "../shared/text.js";

/**
 * The text of a part of the page, in the lines that the engine reads, with the place of each text node in it.
 * @param {Element} root
 */
export function read(root) {
  /** @type {{ node: Text, start: number }[]} */
  const nodes = [];
  let text = "";
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      nodes.push({ node, start: text.length });
      text += node.parentElement.closest("pre") ? node.data : node.data.replace(/\s/g, " ");
    } else if (node.nodeType === Node.ELEMENT_NODE && !node.matches(SKIPPED)) {
      const end = node.matches(BLOCKS) ? "\n" : "";
      text += end;
      node.childNodes.forEach(walk);
      text += end;
    }
  };
  root.childNodes.forEach(walk);
  return { text, nodes };
}

// Pieces of text without the engine; the odd ones are the exact words of the query.
function literal(query, text) {
  const words = query.match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  const parts = words.map((word) => /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]/u.test(word) ? word : `(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`);
  return words.length ? text.split(new RegExp(`(${parts.join("|")})`, "giu")) : [text];
}

function ranges({ nodes }, pieces) {
  /** @type {Range[]} */
  const found = [];
  let at = 0;
  let n = 0;
  pieces.forEach((piece, odd) => {
    const end = at + piece.length;
    while (n < nodes.length && nodes[n].start + nodes[n].node.length <= at) n += 1;
    if (odd % 2) {
      for (let i = n; i < nodes.length && nodes[i].start < end; i += 1) {
        const { node, start } = nodes[i];
        const range = new Range();
        range.setStart(node, Math.max(at - start, 0));
        range.setEnd(node, Math.min(end - start, node.length));
        if (!range.collapsed) found.push(range);
      }
    }
    at = end;
  });
  return found;
}

// Highlights ranges, without changing the page if the browser supports that; returns a function that removes them.
function paint(found) {
  if (globalThis.Highlight && CSS.highlights) {
    CSS.highlights.set("kb-found", new Highlight(...found));
    return () => CSS.highlights.delete("kb-found");
  }
  // From the end, so that earlier ranges stay valid.
  const marks = [...found].reverse().map((range) => {
    const mark = make("mark");
    range.surroundContents(mark);
    return mark;
  });
  return () => marks.forEach((mark) => {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  });
}

const CLOSED = "details:not([open]), .tab[hidden]";
const SECTIONS = "main .prose :is(:is(h2, h3, h4, h5, h6)[id], .faq-item[id])";
const withOuter = (element, selector) => {
  /** @type {Element[]} */
  const found = [];
  for (let each = element?.closest(selector); each; each = each.parentElement.closest(selector)) found.push(each);
  return found;
};

// Whether two highlighted words are probably forms of the same word.
const related = (one, other) => {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short === long || long.startsWith(short.slice(0, Math.max(3, short.length - 2)));
};

// Opens parts that hide highlighted words, until each word is visible once: in the section that the address names, or
// otherwise on the page. Words in the title do not count.
function uncover(found) {
  const starts = all(SECTIONS);
  const target = document.querySelector(":target");
  const named = starts.indexOf(target);
  const reaches = (start, element) => start === element || start.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
  const inSection = ({ element }) => named >= 0 && reaches(target, element) && !(starts[named + 1] && reaches(starts[named + 1], element));
  const places = found
    .map((range) => {
      const element = /** @type {Element} */ (range.startContainer.parentElement);
      return { element, word: range.toString().toLowerCase() };
    })
    .filter(({ element }) => !element.closest("h1"));
  const wanted = places.some(inSection) ? places.filter(inSection) : places;
  const top = () => target?.getBoundingClientRect().top ?? 0;
  const before = top();
  // Only one tab of a set is visible: it is chosen once, and not against the address.
  /** @type {Set<Element | null>} */
  const chosen = new Set(withOuter(target, ".tabs"));
  const opened = new Set();
  for (;;) {
    const seen = new Set();
    const parts = new Map();
    for (const { element, word } of wanted) {
      const part = element.closest(CLOSED);
      if (!part) seen.add(word);
      else if (!parts.has(part)) parts.set(part, new Set([word]));
      else parts.get(part).add(word);
    }
    const mayOpen = (part) => !opened.has(part) && !withOuter(part, ".tab[hidden]").some((tab) => chosen.has(tab.parentElement));
    let best;
    let most = 0;
    for (const [part, words] of parts) {
      const news = [...words].filter((word) => ![...seen].some((other) => related(word, other))).length;
      if (news > most && mayOpen(part)) [best, most] = [part, news];
    }
    if (!best) break;
    opened.add(best);
    withOuter(best, ".tabs").forEach((set) => chosen.add(set));
    best.dispatchEvent(new Event("beforematch", { bubbles: true }));
  }
  // The target of the address keeps its position.
  if (opened.size && target) scrollBy({ top: top() - before, behavior: "instant" });
}

export default async function mark({ query, kit, search }) {
  const parts = () => all("main h1:not(.prose *), main .prose:not(.prose .prose)");
  let unpaint = () => {};
  let there = true;
  const show = (piecesOf) => {
    unpaint();
    const found = parts().flatMap((part) => {
      const page = read(part);
      return ranges(page, piecesOf(page.text));
    });
    unpaint = paint(found);
    return found;
  };

  const button = make("button", { type: "button", textContent: "×", "aria-label": kit.dataset.unmark });
  const said = make("span", {}, kit.dataset.marked.replace("{words}", () => query));
  const notice = make("div", { className: "marked-notice", role: "status" }, said, button);

  const remove = () => {
    if (!there) return;
    there = false;
    unpaint();
    notice.remove();
    removeEventListener("keydown", escape);
    const url = new URL(location.href);
    url.searchParams.delete("highlight");
    history.replaceState(history.state, "", url);
  };
  const escape = (event) => event.key === "Escape" && !event.defaultPrevented && remove();
  button.addEventListener("click", remove);
  addEventListener("keydown", escape);

  // Exact words at once; then, with the engine, inflected words, synonyms and typing errors.
  const showAll = async () => {
    let marked = show((text) => literal(query, text));
    notice.ariaBusy = true;
    if (marked.length) document.body.append(notice);
    try {
      const { host } = await search();
      const texts = new Map();
      for (const part of parts()) {
        const { text } = read(part);
        const pieces = await host.mark(query, text);
        if (pieces.join("") === text) texts.set(text, pieces);
      }
      if (!there) return;
      marked = show((text) => texts.get(text) ?? literal(query, text));
    } catch { /* the literal words stay marked */ }
    if (!there || !marked.length) return;
    uncover(marked);
    notice.ariaBusy = null;
    document.body.append(notice);
  };
  document.addEventListener("kb:content", () => there && showAll());
  await showAll();
}
