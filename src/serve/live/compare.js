// Compares two versions of a page: the loaded one, and the current one of the server.

// Scripts that run; others are data.
export const programs = (root) =>
  [...root.querySelectorAll("script"), ...(root.localName === "script" ? [root] : [])].filter(
    (script) => !script.type || /javascript|module|importmap|speculationrules/.test(script.type),
  );
// Parts that a script of the theme has changed permanently, such as the list of results of the search page.
export const isProgram = (part) => part.matches("[data-kb-reload]") || part.querySelector("[data-kb-reload]") !== null;
// Text directly in the body, outside of elements.
export const looseText = (doc) =>
  [...doc.body.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join("");

const alike = (a, b) => a.localName === b.localName && a.id === b.id;

// The original parts of the shown page, without those added by scripts.
function liveParts(parts) {
  const from = [...document.body.children];
  const found = parts.map((part) => {
    while (from.length && !alike(part, from[0])) from.shift();
    return from.shift();
  });
  return found.every(Boolean) ? found : null;
}

// The parts of the body that differ: the old parts, the new parts, and how to insert them. None if the shown page has
// changed so much that they cannot be found.
export function bodyParts(old, now) {
  const before = [...old.body.children];
  const after = [...now.body.children];
  const live = liveParts(before);
  if (!live) return null;
  const equal = (a, b) => a.outerHTML === b.outerHTML;
  const replace = (made, gone) => gone[0].replaceWith(...made);
  if (before.length === after.length && before.every((part, n) => alike(part, after[n]))) {
    const pairs = before.map((part, n) => ({ gone: [live[n]], made: [after[n]], place: replace }));
    return pairs.filter((pair, n) => !equal(before[n], after[n]));
  }
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && equal(before[start], after[start])) start++;
  let end = 0;
  while (end < shorter - start && equal(before.at(-1 - end), after.at(-1 - end))) end++;
  const next = live[before.length - end] ?? null;
  return [{
    gone: live.slice(start, live.length - end),
    made: after.slice(start, after.length - end),
    place(made, gone) {
      if (next) next.before(...made);
      else if (live.length) live.at(-1).after(...made);
      else document.body.prepend(...made);
      gone.forEach((part) => part.remove());
    },
  }];
}
