// node lighthouse.js KB FOLDER: what Lighthouse, as on a phone, says of the showcase. Fails below 100.
//
// `KB_LIGHTHOUSE_MODULES` names the folder with Lighthouse's packages, which are too many for the gate.

import path from "node:path";
import { pathToFileURL } from "node:url";
import { SHOWCASE, SHOWCASE_PAGES, buildProject } from "../support/pages.js";
import { Server } from "../support/server.js";

const [kb, folder] = process.argv.slice(2);
const installed = (file) => import(pathToFileURL(path.join(process.env.KB_LIGHTHOUSE_MODULES, "node_modules", file)));
const { default: lighthouse } = await installed("lighthouse/core/index.js");
const { launch } = await installed("chrome-launcher/dist/index.js");

const PAGES = ["home", "article", "category", "search"];
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
// Other programs may hold up the machine: one good run of three is enough.
const RUNS = 3;
const YEAR = 365 * 24 * 3600;

// One run: the scores, the figures, and what was found wrong.
async function measure(url, port) {
  const { lhr } = await lighthouse(url, { port, onlyCategories: CATEGORIES, logLevel: "error" });
  const scores = Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(lhr.categories[name].score * 100)]));
  const figure = (name) => lhr.audits[name].displayValue;
  const failed = Object.values(lhr.audits).filter(({ score, scoreDisplayMode }) => score !== null && score < 0.9 && scoreDisplayMode !== "informative");
  return { scores, text: `LCP ${figure("largest-contentful-paint")}, CLS ${figure("cumulative-layout-shift")}, TBT ${figure("total-blocking-time")}`, failed: failed.map(({ id }) => id) };
}

const site = path.join(folder, "site");
const server = await Server.start(site, { compress: "gzip", cache: YEAR, receives: ["/feedback"] });
buildProject(kb, SHOWCASE, site, "--base-url", server.root);
const chrome = await launch({ chromePath: process.env.KB_CHROMIUM, chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
let low = 0;
try {
  for (const name of PAGES) {
    for (let run = 1; run <= RUNS; run += 1) {
      const { scores, text, failed } = await measure(server.root + SHOWCASE_PAGES[name].path, chrome.port);
      const good = CATEGORIES.every((category) => scores[category] === 100);
      console.log(`${name.padEnd(10)} ${CATEGORIES.map((category) => `${category} ${scores[category]}`).join(", ")}; ${text}${good ? "" : `; below: ${failed.join(", ")}`}`);
      if (good) break;
      if (run === RUNS) low += 1;
    }
  }
} finally {
  await chrome.kill();
  await server.close();
}
if (low) {
  console.error(`${low} of ${PAGES.length} pages stayed below 100`);
  process.exitCode = 1;
}
