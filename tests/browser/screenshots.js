// node screenshots.js KB PROJECT FOLDER [FILTER...]: builds a project and photographs its pages into a folder, with an
// index.html that shows all screenshots. A filter is a part of a screenshot's name: `home`, `phone-dark`, `ar-`.
// node screenshots.js --readme KB FOLDER: the two images of the README.
//
// `KB_THEMES` names a folder of themes to use instead of the theme built into kb.

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { launch, stop } from "./support/browser.js";
import { MANUAL, MANUAL_PAGES, SHOWCASE, SHOWCASE_PAGES, buildProject } from "./support/pages.js";
import { smaller } from "./support/png.js";
import { Server } from "./support/server.js";

const VIEWPORTS = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  narrow: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
};
// A screenshot of a whole page ends here.
const TALLEST = 6000;
// What an image of the README may weigh.
const README_BYTES = 150_000;

const escape = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

// Brings a page to what is to be seen. Gives why not, if it cannot.
async function show(page, root, { path: address, ready, status = 200 }) {
  const response = await page.goto(root + address);
  if (response.status() !== status) return `${response.status()}, not ${status}`;
  await page.evaluate(() => document.fonts.ready);
  try {
    await ready?.(page);
  } catch (error) {
    return error.message.split("\n")[0];
  }
}

async function shoot(page, file, { view } = {}) {
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: document.documentElement.scrollHeight }));
  const clip = { x: 0, y: 0, width, height: Math.min(height, TALLEST) };
  await page.screenshot({ path: file, ...(view ? {} : { fullPage: true, clip }), animations: "disabled" });
}

// Photographs all pages that a filter names in all windows; gives what went wrong.
async function all(root, pages, folder, filters) {
  const browser = await launch();
  const failures = [];
  for (const [window, options] of Object.entries(VIEWPORTS)) {
    for (const colorScheme of ["light", "dark"]) {
      const wanted = Object.entries(pages).filter(([name]) => {
        const full = `${name}-${window}-${colorScheme}`;
        return !filters.length || filters.some((filter) => full.includes(filter));
      });
      if (!wanted.length) continue;
      const context = await browser.newContext({ ...options, colorScheme, reducedMotion: "reduce", locale: "en-GB" });
      context.setDefaultTimeout(5000);
      for (const [name, what] of wanted) {
        const page = await context.newPage();
        const failed = await show(page, root, what);
        if (failed) failures.push(`${name} ${window} ${colorScheme}: ${failed}`);
        await shoot(page, path.join(folder, `${name}-${window}-${colorScheme}.png`), what);
        const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
        if (wide > 0) failures.push(`${name} ${window} ${colorScheme}: ${wide} px too wide`);
        await page.close();
      }
      await context.close();
    }
  }
  return failures;
}

// A page that shows all screenshots, those of a page in a row.
function contactSheet(folder, pages, failures) {
  const files = new Set(readdirSync(folder).filter((name) => name.endsWith(".png")));
  const rows = Object.keys(pages).map((name) => {
    const images = Object.keys(VIEWPORTS).flatMap((window) => ["light", "dark"].map((scheme) => `${name}-${window}-${scheme}`));
    const cells = images.filter((each) => files.has(`${each}.png`)).map((each) => `<figure><a href="${each}.png"><img src="${each}.png" alt="" loading="lazy"></a><figcaption>${each}</figcaption></figure>`);
    return cells.length ? `<h2>${name}</h2><div>${cells.join("")}</div>` : "";
  });
  writeFileSync(path.join(folder, "index.html"), `<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>body{font:14px system-ui;margin:1rem;background:#888}div{display:flex;gap:1rem;align-items:start;overflow-x:auto}figure{margin:0}img{max-height:28rem;max-width:32rem;object-fit:cover;object-position:top}</style>
<h1>Screenshots</h1><ul>${failures.map((each) => `<li>${escape(each)}`).join("")}</ul>${rows.join("\n")}`);
}

async function readme(kb, folder) {
  const site = path.join(folder, ".site");
  mkdirSync(folder, { recursive: true });
  buildProject(kb, SHOWCASE, site);
  const server = await Server.start(site);
  const browser = await launch();
  const images = [
    ["home.png", "home", { viewport: { width: 1280, height: 920 }, colorScheme: "light" }],
    ["article-phone-dark.png", "article", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
  ];
  for (const [file, name, options] of images) {
    const page = await browser.newPage({ ...options, reducedMotion: "reduce", locale: "en-GB" });
    const failed = await show(page, server.root, SHOWCASE_PAGES[name]);
    if (failed) throw new Error(`${name}: ${failed}`);
    const out = path.join(folder, file);
    await shoot(page, out, { view: true });
    const image = smaller(readFileSync(out));
    if (image.length > README_BYTES) throw new Error(`${out} would have ${image.length} bytes, more than ${README_BYTES}`);
    writeFileSync(out, image);
    console.log(`${out} (${image.length} bytes)`);
    await page.close();
  }
  await server.close();
  for (const folder of [site, `${site}.project`]) rmSync(folder, { recursive: true, force: true });
}

async function main([first, ...rest]) {
  if (first === "--readme") return readme(...rest);
  const [project, folder, ...filters] = rest;
  const manual = path.resolve(project) === MANUAL || !existsSync(path.join(project, "content/getting-started/mount-the-light"));
  const pages = manual ? MANUAL_PAGES : SHOWCASE_PAGES;
  mkdirSync(folder, { recursive: true });
  const site = path.join(folder, ".site");
  buildProject(first, project, site);
  const server = await Server.start(site);
  const failures = await all(server.root, pages, folder, filters);
  await server.close();
  contactSheet(folder, pages, failures);
  for (const each of failures) console.log(each);
  console.log(`${path.join(folder, "index.html")}: ${readdirSync(folder).filter((name) => name.endsWith(".png")).length} images`);
}

try {
  await main(process.argv.slice(2));
} finally {
  await stop();
}
