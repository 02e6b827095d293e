// The problems: a badge, and a dialog that lists them.

import { make } from "../../../themes/default/static/js/shared/lib.js";
import { sheet } from "./browser.js";
import { OVERLAY_STYLE } from "./overlay-style.js";

const plural = (n, one, more) => `${n.toLocaleString("en")} ${n === 1 ? one : more}`;

const host = make("div", { id: "_kb-live", lang: "en" });
const shadow = host.attachShadow({ mode: "open" });
shadow.adoptedStyleSheets = [sheet(OVERLAY_STYLE)];
const badge = make("button", { type: "button", className: "badge", dir: "ltr", hidden: true, "aria-haspopup": "dialog" });
const lost = make("p", { className: "lost", dir: "ltr", role: "status" });
const told = make("p", { dir: "ltr", role: "status" });
const heading = make("h2", { id: "heading" });
const closing = make("button", { type: "button", className: "close", textContent: "×", "aria-label": "Close" });
// The list can be scrolled with the keyboard.
const list = make("div", { className: "list", tabIndex: 0, role: "region", "aria-labelledby": "heading" });
// All of this is in English, independent of the language of the page; only its corner depends on the page.
const dialog = make("dialog", { dir: "ltr", "aria-labelledby": "heading" }, make("div", { className: "head" }, heading, closing), list);
shadow.append(make("div", { className: "corner" }, lost, told, badge), dialog);
// Beside the body, so that its parts stay those of the site.
document.documentElement.append(host);

// The browser keeps the focus in a modal dialog, closes it on Escape and gives the focus back.
export const openProblems = () => {
  if (dialog.open) return;
  dialog.showModal();
  list.scrollTop = 0;
};
export const closeProblems = () => dialog.close();
badge.addEventListener("click", openProblems);
closing.addEventListener("click", closeProblems);
// Beside it: a press inside meets its parts.
dialog.addEventListener("pointerdown", (event) => event.target === dialog && closeProblems());

const groups = [["error", "Errors"], ["warning", "Warnings"], ["info", "Information"]];
const placeOf = ({ file, line, column }) => (line ? `${file}:${line}:${column}` : file);

export function showProblems({ errors, warnings, total, list: problems }) {
  const counts = [errors && plural(errors, "error", "errors"), warnings && plural(warnings, "warning", "warnings")];
  const text = counts.filter(Boolean).join(", ");
  badge.hidden = !text;
  badge.textContent = text;
  badge.classList.toggle("errors", errors > 0);
  heading.textContent = text || "No problems";
  const at = list.scrollTop;
  const focused = shadow.activeElement?.dataset.place;
  list.replaceChildren(...groups.flatMap(([severity, title]) => {
    const those = problems.filter((problem) => problem.severity === severity);
    if (!those.length) return [];
    const entries = make("ol", {}, ...those.map(entry));
    return [make("section", { className: severity }, make("h3", { textContent: title }), entries)];
  }));
  const more = total - problems.length;
  const rest = `and ${more.toLocaleString("en")} more in the terminal`;
  if (more > 0) list.append(make("p", { className: "more", textContent: rest }));
  list.scrollTop = at;
  if (!focused) return;
  const same = [...list.querySelectorAll(".place")].find((button) => button.dataset.place === focused);
  (same ?? closing).focus();
}

function entry(problem) {
  const message = make("p", { className: "message", dir: "auto", textContent: problem.message });
  if (problem.here) message.append(make("span", { className: "tag", textContent: "this page" }));
  const item = make("li", {}, message);
  if (problem.file) item.append(copyButton(placeOf(problem)));
  if (problem.excerpt.trim()) item.append(excerpt(problem));
  const hints = problem.hints.map((hint) => `Hint: ${hint}`);
  item.append(...hints.map((hint) => make("p", { className: "hint", dir: "auto", textContent: hint })));
  return item;
}

// The marked characters with what stands around them; lines may be whole paragraphs.
function excerpt({ excerpt, line, column, end_column }) {
  const around = 80;
  const characters = [...excerpt];
  const text = (from, to) => characters.slice(Math.max(0, from), Math.max(0, to)).join("");
  const [start, end] = [column - 1, Math.max(end_column - 1, column)];
  const before = start > around ? `…${text(start - around, start)}` : text(0, start);
  const marked = end - start > 2 * around ? `${text(start, start + 2 * around)}…` : text(start, end);
  const after = characters.length - end > around ? `${text(end, end + around)}…` : text(end, characters.length);
  const code = make("code", {}, before, make("mark", { textContent: marked || " " }), after);
  return make("pre", {}, make("span", { className: "number", textContent: line, ariaHidden: "true" }), code);
}

function copyButton(place) {
  const button = make("button", { type: "button", className: "place", textContent: place, title: "Copy" });
  button.dataset.place = place;
  const said = make("span", { className: "copied", role: "status" });
  button.addEventListener("click", async () => {
    said.textContent = (await copy(place)) ? "copied" : "not copied: the browser does not permit it";
    setTimeout(() => (said.textContent = ""), 2000);
  });
  return make("div", {}, button, said);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers give the clipboard to local and to encrypted pages only; this older way works for others too.
    const focused = shadow.activeElement;
    const field = make("textarea", { value: text });
    dialog.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return done;
  }
}

// Shows a message for a moment; an empty text removes it.
let telling;
export function tell(text) {
  told.textContent = text;
  clearTimeout(telling);
  telling = setTimeout(() => (told.textContent = ""), 2000);
}

// Shows that there is no connection; an empty text removes the message.
export const sayLost = (text) => (lost.textContent = text);
