// The header, with names and menus as sites have them: nothing sticks out or lies over something else, at any width.

import assert from "node:assert/strict";
import path from "node:path";
import { after, test } from "node:test";
import { atEnd, newPage, nothingFound, stop } from "./support/browser.js";
import { Server } from "./support/server.js";

after(stop);

const NAMES = {
  en: ["Help", "Customer support of the municipal works", "The complete help centre for everything that we make and do"],
  de: ["Hilfe", "Kundendienst der Stadtwerke", "Kraftfahrzeughaftpflichtversicherungsgesellschaft Hilfezentrum"],
  ar: ["مساعدة", "مركز المساعدة لعملائنا الكرام", "مركز المساعدة الشامل لكل ما نصنعه من أضواء للدراجات الهوائية"],
};
const ENTRIES = ["Contact us", "Barrierefreiheitserklärung", "company.example", "تواصل معنا", "Status", "Rückgabe und Erstattung", "Community", "مدونة الشركة"];

// Runs in a page whose frames hold pages of the site: the header of each at every width.
async function measure({ names, entries, widths }) {
  const frames = [...document.querySelectorAll("iframe")];
  const wrong = [];
  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  for (const frame of frames) {
    const page = frame.contentDocument;
    // What stands below takes time to lay out, and says nothing of the header.
    page.querySelectorAll("main, main ~ *").forEach((part) => part.remove());
    const nav = page.querySelector(".site-nav");
    const label = page.querySelector(".brand > :last-child") ?? page.querySelector(".brand");
    const plain = !page.querySelector(".bar");
    const own = [...page.querySelectorAll(".site-link")];
    for (const name of names) {
      for (const count of entries) {
        label.textContent = name;
        // So many ways in the header, each as the theme writes them.
        page.querySelectorAll(".added").forEach((each) => each.remove());
        own.forEach((link, n) => (link.hidden = n >= count));
        const model = own[0] ?? nav.querySelector("li");
        for (let n = own.length; n < count; n += 1) {
          const more = model.cloneNode(true);
          more.hidden = false;
          more.classList.add("added");
          (more.querySelector("a") ?? more).textContent = self.entryNames[n];
          (own.at(-1) ?? model).after(more);
        }
        for (const width of widths) {
          frame.style.width = `${width}px`;
          const where = `${frame.title}, "${name}", ${count} entries, ${width} px`;
          const root = page.scrollingElement;
          if (root.scrollWidth > width) wrong.push(`${where}: ${root.scrollWidth} px wide`);
          const box = (part) => part.getBoundingClientRect();
          const parts = [...page.querySelectorAll(".site-header :is(.brand, .search-bar, .site-nav .site-link, summary, .inline a)")].filter((part) => part.getClientRects().length && !part.closest(".drop-panel"));
          for (const part of parts) {
            const { left, right, width: own } = box(part);
            if (left < -0.5 || right > width + 0.5) wrong.push(`${where}: ${part.className || part.textContent} sticks out`);
            if (own < 1) wrong.push(`${where}: ${part.className} has no room`);
          }
          for (const [n, one] of parts.entries()) for (const other of parts.slice(n + 1)) {
            if (overlap(box(one), box(other))) wrong.push(`${where}: ${one.className || one.textContent} lies over ${other.className || other.textContent}`);
          }
          const field = page.querySelector(".site-header .search-bar");
          if (field && box(field).width < 160) wrong.push(`${where}: the field has ${box(field).width} px`);
          // One row where there is room, and never a wall.
          const height = box(page.querySelector(".site-header")).height;
          if (!plain && height > (width < 1024 ? 200 : 180)) wrong.push(`${where}: ${height} px high`);
          if (!plain && width >= 1440 && count <= 3 && height > 80) wrong.push(`${where}: ${height} px high, though there is room`);
          if (label.getBoundingClientRect().width < 24) wrong.push(`${where}: no room for the name`);
        }
      }
    }
  }
  return wrong.slice(0, 20);
}

for (const [site, pages] of Object.entries({ showcase: { en: ["", "light/charge-the-light/"], de: ["de/light/charge-the-light/"], ar: ["ar/light/charge-the-light/"] }, "bare-plain": { en: ["orders/return/"] } })) {
  test(`the header holds together from 280 to 2,000 pixels: ${site}`, async (t) => {
    // Frames are no wider than the page asks, and their media queries follow them.
    const frames = (addresses) => addresses.map((address) => `<iframe src="/${address}" title="${address || "home"}" style="height:300px;border:0"></iframe>`).join("");
    const hosts = Object.fromEntries(Object.entries(pages).map(([language, addresses]) => [`/frames-${language}.html`, `<!doctype html><html lang="en"><title>Frames</title><link rel="icon" href="data:,">${frames(addresses)}`]));
    const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, site), { policy: null, pages: hosts });
    atEnd(t, () => server.close());
    const page = await newPage(t, { viewport: { width: 2100, height: 700 } });
    const found = {};
    const widths = [];
    for (let width = 280; width <= 2000; width += width < 1100 ? 40 : 130) widths.push(width);
    widths.push(320, 767, 768, 1023, 1024, 1025, 2000);
    for (const language of Object.keys(pages)) {
      await page.goto(`${server.origin}/frames-${language}.html`, { waitUntil: "load" });
      await page.evaluate((names) => (self.entryNames = names), ENTRIES);
      const wrong = await page.evaluate(measure, { names: site === "showcase" ? NAMES[language] : Object.values(NAMES).flat(), entries: [1, 3, 8], widths });
      if (wrong.length) found[language] = wrong;
    }
    nothingFound(found);
  });
}

test("a header of two rows covers nothing that one goes to", async (t) => {
  const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, "showcase"));
  atEnd(t, () => server.close());
  const page = await newPage(t, { viewport: { width: 1024, height: 700 }, reducedMotion: "reduce" });
  await page.goto(`${server.root}app/every-setting/`);
  await page.evaluate((names) => {
    const link = document.querySelector(".site-link");
    for (const name of names) {
      const more = link.cloneNode(true);
      more.textContent = name;
      link.after(more);
    }
  }, ENTRIES);
  const header = page.locator(".site-header");
  await page.waitForFunction(() => document.querySelector(".site-header").offsetHeight > 90 && document.documentElement.style.getPropertyValue("--kb-header") === `${document.querySelector(".site-header").offsetHeight}px`);
  for (const id of ["battery", "safety", "connection"]) {
    await page.evaluate((name) => (location.hash = name), id);
    await page.waitForFunction((name) => document.getElementById(name).getBoundingClientRect().top < 500, id);
    const { y, height } = await header.boundingBox();
    const top = (await page.locator(`#${id}`).boundingBox()).y;
    assert.ok(top >= y + height, `${id} stands at ${top}, the header ends at ${y + height}`);
  }
});
