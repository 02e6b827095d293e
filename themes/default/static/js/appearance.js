// Runs before anything is painted: the chosen appearance, and that scripts run at all.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  // A page whose scripts do not come is one without scripts.
  addEventListener("error", ({ target }) => target.localName === "script" && delete root.dataset.js, true);
  try {
    const chosen = localStorage.getItem("kb-theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch { /* private mode */ }
})();
