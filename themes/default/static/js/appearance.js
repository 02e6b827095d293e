// Runs before the first paint: sets the chosen appearance, and which scripts of the theme are expected.
(() => {
  const root = document.documentElement;
  // If one of them fails to load, its parts of the page work as without JavaScript. Other scripts do not matter.
  const scripts = new Set(["kb", "article", "all", "contact"]);
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const folder = src.replace(/[^/]*$/, "");
  const expect = () => (root.dataset.js = [...scripts].join(" "));
  addEventListener("error", ({ target }) => {
    const { localName, src } = /** @type {HTMLScriptElement} */ (target);
    if (localName === "script" && src?.startsWith?.(folder) && scripts.delete(src.slice(folder.length, -".js".length))) expect();
  }, true);
  expect();
  try {
    const chosen = localStorage.getItem("kb-theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
    // Storage of a private window may throw.
  } catch {}
})();
