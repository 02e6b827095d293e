// Highlights broken links and images in the page.

import { sheet } from "./browser.js";

document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet(`
  [data-broken-link] {
    text-decoration: underline wavy light-dark(#b0183f, #ff8fa8) from-font;
    text-underline-offset: .2em;
    cursor: help;
  }
  img[src$="/img/missing.svg"] { outline: 2px dashed light-dark(#b0183f, #ff8fa8); outline-offset: 2px; }
`)];

let problemsHere = [];

// Highlights them. `problems`: those of this page, if they have changed.
export function markBroken(problems = problemsHere) {
  problemsHere = problems;
  const mark = (selector, codes, otherwise) => {
    const nodes = [...document.querySelectorAll(selector)];
    const fitting = problemsHere.filter(({ code }) => codes.includes(code))
      .sort((a, b) => a.line - b.line || a.column - b.column);
    nodes.forEach((node, n) => {
      if (node.title && !node.dataset.kbLiveTitle) return;
      // They can be matched only if their numbers are equal.
      node.title = nodes.length === fitting.length ? fitting[n].message : otherwise;
      node.dataset.kbLiveTitle = "yes";
    });
  };
  mark("[data-broken-link]", ["link-missing", "link-unpublished", "link-script", "link-scheme", "file-active"], "This link leads nowhere.");
  mark('img[src$="/img/missing.svg"]', ["image-missing"], "This image is missing.");
}
