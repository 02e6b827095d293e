// Reports what happens on the page to the beacon in kb.toml, if it has one: without cookies, identifiers and storage, and
// not if the browser asks not to be tracked. `crates/kb-signals` has the list of signals and describes their form. This
// file contains only what every page needs; the rest, in signals/, is loaded when a form is used or something happens.

const EVENTS = ["search", "search-click", "search-all", "search-failed", "feedback", "suggest", "suggest-open", "suggest-solved", "suggest-rejected", "suggest-assumed", "contact-sent", "contact-failed"];

let report;
let loading;
// Acts that wait for the rest keep their order, because all wait for the same promise.
/** @type {(act?: () => void) => void} */
const start = (act) => {
  loading ??= import("./signals/report.js").then((module) => (report = module.default));
  loading.then(act).catch(() => {});
};

if (location.protocol.startsWith("http") && navigator.doNotTrack !== "1" && !navigator.globalPrivacyControl) {
  for (const name of EVENTS) {
    document.addEventListener(`kb:${name}`, (event) => start(() => report[name](/** @type {CustomEvent} */ (event).detail)));
  }
  addEventListener("focusin", ({ target }) => /** @type {Element} */ (target).closest("form") && start());
  addEventListener("pagehide", () => report && start(() => report.leave()));
  // A collector is told of every article that is opened, once the page is complete.
  if (document.querySelector("script[data-beacon^=h]")) addEventListener("load", () => start());
}
