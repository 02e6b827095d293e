// What pages gain with JavaScript: menus that close, copy buttons, tabs, the A-Z filter, "/" for the search field.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const words = document.body.dataset;

// Menus close on Escape and on a press outside of them.
const menus = all("details.drop");
const close = (except) => menus.forEach((menu) => menu !== except && (menu.open = false));
document.addEventListener("click", (event) => close(event.target.closest("details.drop")));
menus.forEach((menu) => {
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
});

// "/" goes to the search field, unless one is typing.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = menus.find((menu) => menu.open);
    close();
    open?.querySelector("summary").focus();
  }
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.querySelector("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// Code can be copied.
if (navigator.clipboard) {
  all(".code").forEach((box) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "code-copy";
    button.textContent = words.copy;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(box.querySelector("code").textContent.replace(/\n$/, ""));
      button.textContent = words.copied;
      setTimeout(() => (button.textContent = words.copy), 2000);
    });
    box.append(button);
  });
}

// Tabs: one choice for all sets on all pages, kept in this browser.
const memory = {
  get() { try { return JSON.parse(localStorage.getItem("kb-tabs")) || []; } catch { return []; } },
  add(title) {
    try { localStorage.setItem("kb-tabs", JSON.stringify([title, ...this.get().filter((t) => t !== title)].slice(0, 20))); } catch { /* private mode */ }
  },
};
const sets = all(".tabs").map((box, set) => {
  const panels = all(":scope > .tab", box);
  const list = document.createElement("div");
  list.className = "tab-list";
  list.setAttribute("role", "tablist");
  const tabs = panels.map((panel, n) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `_tab-${set}-${n}`;
    tab.setAttribute("role", "tab");
    tab.textContent = panel.dataset.title;
    panel.id ||= `_panel-${set}-${n}`;
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => choose(tab.textContent, box));
    // Find-in-page and links to an anchor open the tab that holds their target.
    panel.addEventListener("beforematch", () => select(n));
    list.append(tab);
    return tab;
  });
  const select = (n) => panels.forEach((panel, i) => {
    tabs[i].setAttribute("aria-selected", i === n);
    tabs[i].tabIndex = i === n ? 0 : -1;
    if (i === n) panel.removeAttribute("hidden");
    else panel.setAttribute("hidden", "until-found");
  });
  list.addEventListener("keydown", (event) => {
    const now = tabs.indexOf(event.target);
    const step = getComputedStyle(box).direction === "rtl" ? -1 : 1;
    const to = { ArrowRight: now + step, ArrowLeft: now - step, Home: 0, End: tabs.length - 1 }[event.key];
    if (now < 0 || to === undefined) return;
    event.preventDefault();
    const tab = tabs.at(to % tabs.length);
    tab.focus();
    choose(tab.textContent, box);
  });
  box.prepend(list);
  const titles = tabs.map((tab) => tab.textContent);
  select(Math.max(0, titles.indexOf(memory.get().find((title) => titles.includes(title)))));
  return { box, titles, panels, select };
});
function choose(title, box) {
  const before = box.getBoundingClientRect().top;
  memory.add(title);
  sets.forEach((set) => set.titles.includes(title) && set.select(set.titles.indexOf(title)));
  // Sets above may have changed their height: what was pressed stays where it is.
  scrollBy({ top: box.getBoundingClientRect().top - before, behavior: "instant" });
}
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  sets.forEach(({ panels, select }) => {
    const n = panels.findIndex((panel) => panel.contains(target));
    if (n >= 0) select(n);
  });
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

// A-Z: shows what holds every word of the query, in title, topic, questions or keywords.
const index = document.querySelector("[data-filter]");
if (index) {
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const field = document.querySelector("[data-search]");
  const status = document.querySelector("[data-filter-status]");
  const groups = all("section", index).map((section) => ({
    section,
    items: all("li", section).map((item) => ({ item, text: null })),
  }));
  const filter = () => {
    const query = fold(field.value).split(/[\s,;.?!]+/).filter(Boolean);
    let found = 0;
    groups.forEach(({ section, items }) => {
      let here = 0;
      items.forEach((entry) => {
        entry.text ??= fold(`${entry.item.textContent} ${entry.item.dataset.k || ""}`);
        const hit = query.every((word) => entry.text.includes(word));
        entry.item.hidden = !hit;
        here += hit;
      });
      section.hidden = !here;
      found += here;
    });
    index.classList.toggle("filtered", query.length > 0);
    status.textContent = query.length ? status.dataset.found.replace("{n}", found.toLocaleString(document.documentElement.lang)) : "";
    all("[data-filter-hide]").forEach((part) => (part.hidden = query.length > 0));
    document.querySelector("[data-filter-empty]").hidden = found > 0;
  };
  let wait;
  field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(filter, 80); });
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", field.value ? `?q=${encodeURIComponent(field.value)}` : location.pathname);
    filter();
  });
  const query = new URLSearchParams(location.search).get("q");
  if (query) { field.value = query; filter(); }
}
