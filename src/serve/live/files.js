// The files that a page loads: style sheets are exchanged, and other files loaded again from the same address.

import { programs } from "./compare.js";

// Whether the theme's scripts that run in this page are the same in the new folder. The old ones come from the
// browser's cache; `Content-Location` shows that the server no longer has them. `folders`: all since the page was opened.
export async function sameScripts(folders, to) {
  const urls = new Set([
    ...performance.getEntriesByType("resource").map((entry) => entry.name),
    ...programs(document).map((script) => script.src),
  ]);
  const pairs = [...urls].flatMap((url) => {
    const folder = [...folders].find((name) => url.includes(`/${name}/`));
    return folder && new URL(url).pathname.endsWith(".js") ? [[url, url.replace(`/${folder}/`, `/${to}/`)]] : [];
  });
  const same = await Promise.all(pairs.map(async ([old, now]) => {
    const answers = await Promise.all([fetch(old, { cache: "force-cache" }), fetch(now)]);
    if (!answers.every((answer) => answer.ok && !answer.headers.has("Content-Location"))) return false;
    const [a, b] = await Promise.all(answers.map((answer) => answer.text()));
    return a === b;
  }));
  return same.every(Boolean);
}

// Loads the style sheets of the new page beside the current ones. Returns a function that activates the new ones and
// removes the old ones at the same time, so that nothing flashes; or nothing if one cannot be loaded.
export async function loadStyles(was, now) {
  const texts = (doc) => styles(doc).map((link) => link.outerHTML).join();
  if (texts(was) === texts(now)) return () => {};
  const old = new Set(styles(was).map(addressOf));
  const outgoing = styles(document).filter((link) => old.has(addressOf(link)));
  return exchange(outgoing, styles(now).map((link) => document.importNode(link)));
}

const styles = (doc) => [...doc.querySelectorAll('head link[rel~="stylesheet"]')];
// A suffix of the address makes the browser load a file again.
const again = "?kb-live=";
const addressOf = (node) => (node.getAttribute("href") ?? node.getAttribute("src") ?? "").split(again)[0];

async function exchange(outgoing, incoming) {
  const medias = incoming.map((link) => link.getAttribute("media"));
  const loaded = incoming.map((link) => new Promise((resolve) => {
    link.media = "not all"; // loaded, but without effect
    link.onload = () => resolve(true);
    link.onerror = () => resolve(false);
  }));
  if (outgoing.length) outgoing.at(-1).after(...incoming);
  else document.head.append(...incoming);
  if (!(await Promise.all(loaded)).every(Boolean)) {
    incoming.forEach((link) => link.remove());
    return null;
  }
  return () => {
    incoming.forEach((link, n) => (medias[n] === null ? link.removeAttribute("media") : (link.media = medias[n])));
    outgoing.forEach((link) => link.remove());
  };
}

// Loads files again whose names are the same but whose bytes differ: `linked` and `now` have the hashes by address. False
// if that requires a new page.
export async function loadAgain(linked, now) {
  const changed = Object.keys(now).filter((url) => linked[url] && linked[url] !== now[url]);
  if (programs(document).some((script) => changed.includes(addressOf(script)))) return false;
  for (const url of changed) {
    const fresh = url + again + now[url];
    for (const link of styles(document).filter((link) => addressOf(link) === url)) {
      const incoming = link.cloneNode();
      incoming.setAttribute("href", fresh);
      const done = await exchange([link], [incoming]);
      if (!done) return false;
      done();
    }
    for (const node of document.querySelectorAll("img, source, input[type=image], link[rel~=icon]")) {
      if (addressOf(node) === url) node.setAttribute(node.hasAttribute("src") ? "src" : "href", fresh);
    }
  }
  return true;
}

// Images and data of the theme are loaded from its new folder. Scripts stay, and the style sheets are exchanged.
export function renameAttributes(from, to) {
  for (const node of document.querySelectorAll("*")) {
    if (node.matches('script, link[rel~="stylesheet"]')) continue;
    for (const { name, value } of node.attributes) {
      if (value.includes(`/${from}/`)) node.setAttribute(name, value.replaceAll(`/${from}/`, `/${to}/`));
    }
  }
}
