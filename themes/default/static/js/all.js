// A-Z: shows the articles with every word of the query in title, category, questions or keywords.

import { all } from "./shared/lib.js";

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const [index] = all("[data-filter]");
const [field] = all("[data-search]");
const [status] = all("[data-filter-status]");
const [full] = all("[data-filter-search]");
const groups = all("section", index).map((section) => ({
  section,
  items: all("li", section).map((item) => ({ item, text: "" })),
}));
const filter = () => {
  const query = fold(field.value).split(/[\s,;.?!]+/).filter(Boolean);
  let found = 0;
  groups.forEach(({ section, items }) => {
    let here = 0;
    items.forEach((entry) => {
      entry.text ||= fold(`${entry.item.textContent} ${entry.item.dataset.k || ""}`);
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
  all("[data-filter-empty]")[0].hidden = found > 0;
  if (full) full.search = `?q=${encodeURIComponent(field.value)}`;
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
