// Keeps the state of a page when its parts are replaced: scroll positions, focus, fields, open elements.

import { all } from "../../../themes/default/static/js/shared/lib.js";

// Records the state of the page; returns a function that restores it after parts were replaced.
export function remember() {
  /** @type {ScrollToOptions} */
  const place = { left: scrollX, top: scrollY, behavior: "instant" };
  const path = (node) => {
    const steps = [];
    for (let at = node; at && at !== document.body; at = at.parentElement) {
      steps.unshift([[...at.parentElement.children].indexOf(at), at.localName]);
    }
    return steps;
  };
  const at = (steps) => steps.reduce((node, [n, name]) => {
    const child = node?.children[n];
    return child?.localName === name ? child : null;
  }, document.body);
  const nodes = all("*", document.body);
  const scrolled = nodes.filter((node) => node.scrollTop || node.scrollLeft)
    .map((node) => ({ node, steps: path(node), top: node.scrollTop, left: node.scrollLeft }));
  const summary = (details) => details.querySelector("summary")?.textContent;
  const open = nodes.filter((node) => node.localName === "details")
    .map((node) => ({ node, summary: summary(node), open: node.open }));
  const fields = nodes.filter((node) => node.id && node.matches("textarea, input:not([type=hidden])"))
    .filter((node) => node.value !== node.defaultValue)
    .map((node) => ({ node, id: node.id, value: node.value }));
  /** @type {any} */
  const active = document.activeElement;
  const hasFocus = document.body.contains(active) && active !== document.body;
  const focused = hasFocus ? { node: active, id: active.id, steps: path(active) } : null;
  return () => {
    for (const former of open.filter(({ node }) => !node.isConnected)) {
      const same = all("details").find((details) => summary(details) === former.summary);
      if (same && !open.some(({ node }) => node === same)) same.open = former.open;
    }
    for (const { id, value } of fields.filter(({ node }) => !node.isConnected)) {
      /** @type {any} */
      const same = document.getElementById(id);
      if (!same) continue;
      same.value = value;
      same.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (focused && !focused.node.isConnected) {
      const same = (focused.id && document.getElementById(focused.id)) || at(focused.steps);
      same?.focus({ preventScroll: true });
    }
    for (const { node, steps, top, left } of scrolled) {
      if (!node.isConnected) at(steps)?.scrollTo({ top, left, behavior: "instant" });
    }
    scrollTo(place);
  };
}
