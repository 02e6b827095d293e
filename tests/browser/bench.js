// node bench.js SIZE KB_SITE PAGEFIND_SITE: what a search costs in the browser, with kb and with Pagefind, side by side.
// Prints tables; ends with 1 where kb is above a ceiling.

import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launch, stop } from "./support/browser.js";
import { Server, SLOW_4G } from "./support/server.js";

const [size, kbSite, pagefindSite] = process.argv.slice(2);

// Of one, two and six words.
const QUERIES = [
  ["instance", "security group", "how to create a security group"],
  ["bucket", "bucket policy", "allow access to an s3 bucket"],
  ["endpoint", "delete endpoint", "how do i delete an endpoint"],
];
const WORDS = [1, 2, 6];
const CEILINGS = {
  kilobytes: { 200: 90, 1000: 110, 10000: 160 }[size], // two words, until the results are painted
  roundTrips: 3,
  longestTask: 50, // milliseconds
  ...(size === "10000" && { median: 10, p95: 30, packShare: 0.2 }), // milliseconds; of Pagefind's bytes on disk
};

const PAGEFIND = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pagefind</title>
<link href="/pagefind/pagefind-ui.css" rel="stylesheet"><script src="/pagefind/pagefind-ui.js"></script>
<div id="search"></div><script>new PagefindUI({ element: "#search", showImages: false, pageSize: 10 });</script>`;

// `own`: what of a page's first load belongs to search; `painted`: whether all results are there, asked in the page.
const KB = {
  folder: kbSite,
  begin: (page) => page.keyboard.press("/"),
  field: "[data-search]",
  ask: (query) => kb.search(query, { limit: 10 }),
};
const ENGINES = {
  "kb's box": {
    ...KB,
    results: "six",
    start: "",
    own: /\/js\/kb\.js$/,
    painted: () => document.querySelector(".search-pop [data-position]") !== null,
  },
  "kb's search page": {
    ...KB,
    results: "ten",
    start: "search/",
    own: /\/js\/|\/search\/(engine|pack)\//,
    painted: () => document.querySelector(".hits > li") !== null,
  },
  Pagefind: {
    folder: pagefindSite,
    results: "ten",
    start: "bench.html",
    pages: { "/bench.html": PAGEFIND },
    own: /\/pagefind\//,
    begin: (page) => page.focus(".pagefind-ui__search-input"),
    field: ".pagefind-ui__search-input",
    painted: () => {
      const found = document.querySelector(".pagefind-ui__message")?.textContent.match(/^(\S+) result/)?.[1];
      return found && document.querySelectorAll(".pagefind-ui__result-link").length >= Math.min(10, Number(found.replace(/\D/g, "")));
    },
    ask: async (query) => {
      globalThis.pagefind ??= await import("/pagefind/pagefind.js");
      const { results } = await pagefind.search(query);
      await Promise.all(results.slice(0, 10).map((result) => result.data()));
    },
  },
};

const now = () => performance.timeOrigin + performance.now();
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1];
const folderBytes = (folder) => readdirSync(folder, { recursive: true })
  .map((name) => statSync(path.join(folder, name)))
  .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);

// The longest chain of requests, each begun after the one before it had ended. The server speaks HTTP/1.1, of which
// browsers open six connections: what waits for one of them counts as a trip of its own.
function roundTrips(log) {
  const depths = [];
  log.toSorted((a, b) => a.started - b.started).forEach((entry, n, all) => {
    depths[n] = 1 + Math.max(0, ...depths.filter((_, before) => all[before].ended <= entry.started));
  });
  return Math.max(0, ...depths);
}

// Remembers when a condition was first seen painted, and how long tasks were.
const WATCH = `
self.tasks = [];
new PerformanceObserver((list) => self.tasks.push(...list.getEntries())).observe({ type: "longtask" });
self.whenPainted = (condition) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("no results in a minute")), 60000);
  const look = () => condition() ? requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now()))) : requestAnimationFrame(look);
  look();
});
// Without prefetching: what is counted is what a search needs.
Object.defineProperty(navigator, "connection", { value: { effectiveType: "3g" } });
`;

async function open(engine, link) {
  const server = await Server.start(engine.folder, { policy: null, compress: true, pages: engine.pages });
  server.link = link;
  const context = await (await launch()).newContext();
  context.setDefaultTimeout(60000);
  await context.addInitScript(WATCH);
  const page = await context.newPage();
  await page.goto(server.root + engine.start, { waitUntil: "networkidle" });
  const loaded = server.log.filter((entry) => engine.own.test(entry.path));
  server.reset();
  return { server, page, loaded, close: async () => { await context.close(); await server.close(); } };
}

const quiet = async (server) => {
  for (let before = -1; before !== server.log.length || server.log.some((entry) => !entry.ended);) {
    before = server.log.length;
    await sleep(1000);
  }
};

// One search on a fresh profile, from the search key on. Bytes and requests include what the page had loaded for search
// before; time and round trips do not.
async function measure(engine, link, query) {
  const { server, page, loaded, close } = await open(engine, link);
  const until = (time) => {
    const log = server.log.filter((entry) => entry.started + performance.timeOrigin <= time);
    const all = [...loaded, ...log];
    return { ms: time - begun, bytes: all.reduce((sum, entry) => sum + entry.bytes, 0), requests: all.length, trips: roundTrips(log) };
  };
  const begun = now();
  await engine.begin(page);
  await page.locator(engine.field).fill(query);
  const painted = until(await page.evaluate(`whenPainted(${engine.painted})`));
  await quiet(server);
  const tasks = await page.evaluate((from) => self.tasks.filter((task) => performance.timeOrigin + task.startTime >= from).map((task) => task.duration), begun);
  const result = { painted, quiet: until(now()), longest: Math.max(0, ...tasks) };
  await close();
  return result;
}

// Milliseconds of searches whose files are all there.
async function warm(engine, queries) {
  const { page, close } = await open(engine, null);
  const times = await page.evaluate(`(async (ask, queries) => {
    const times = [];
    for (const query of queries) await ask(query);
    for (const query of queries) {
      const begun = performance.now();
      await ask(query);
      times.push(performance.now() - begun);
    }
    return times;
  })(${engine.ask}, ${JSON.stringify(queries)})`);
  const tasks = await page.evaluate(() => self.tasks.map((task) => task.duration));
  await close();
  return { median: median(times), p95: percentile(times, 0.95), longest: Math.max(0, ...tasks) };
}

// Queries of one to six words, from the titles of articles all over the site.
function titles() {
  const all = [...readFileSync(path.join(kbSite, "llms.txt"), "utf8").matchAll(/^- \[(.+?)\]\(/gm)].map((match) => match[1]);
  return Array.from({ length: 72 }, (_, n) => {
    const words = all[Math.floor((n * all.length) / 72)].match(/[\p{L}\p{N}]+/gu) ?? ["instance"];
    return words.slice(0, 1 + (n % 6)).join(" ");
  });
}

const line = (name, cells) => console.log(name.padEnd(34) + cells.map((cell) => String(cell).padStart(13)).join(""));
const missed = [];
const check = (what, value, ceiling) => ceiling !== undefined && value > ceiling && missed.push(`${what}: ${value.toFixed(2)}, the ceiling is ${ceiling}`);

console.log(`\n${size} articles; medians of ${QUERIES.length} queries each, KB of 1000 bytes as sent, without prefetching`);
for (const [n, words] of WORDS.entries()) {
  const results = {};
  for (const [name, engine] of Object.entries(ENGINES)) {
    const runs = [];
    for (const queries of QUERIES) runs.push({ fast: await measure(engine, null, queries[n]), slow: await measure(engine, SLOW_4G, queries[n]) });
    const of = (stage, net, key) => median(runs.map((run) => run[net][stage][key]));
    results[name] = Object.fromEntries(["painted", "quiet"].map((stage) => [stage, {
      bytes: of(stage, "fast", "bytes") / 1000,
      requests: of(stage, "fast", "requests"),
      // Without a delay, requests at the same time look like one after the other.
      trips: of(stage, "slow", "trips"),
      fast: of(stage, "fast", "ms"),
      slow: of(stage, "slow", "ms"),
    }]));
    results[name].longest = median(runs.map((run) => run.fast.longest));
  }
  console.log();
  line(`${words} ${words > 1 ? "words" : "word"}`, ["KB", "requests", "round trips", "ms", "ms slow 4G", "longest task"]);
  for (const [name, { results: many }] of Object.entries(ENGINES)) {
    const { painted, quiet, longest } = results[name];
    line(`  ${name}, ${many} painted`, [painted.bytes.toFixed(1), painted.requests, painted.trips, painted.fast.toFixed(0), painted.slow.toFixed(0), longest.toFixed(0)]);
    line(`  ${name}, quiet`, [quiet.bytes.toFixed(1), quiet.requests, quiet.trips]);
  }
  for (const name of ["kb's box", "kb's search page"]) {
    const [mine, theirs] = [results[name].painted, results.Pagefind.painted];
    line(`  ${name} / Pagefind`, ["bytes", "requests", "trips", "fast", "slow"].map((key) => `${(mine[key] / theirs[key]).toFixed(2)}x`));
    if (words === 2) check(`${name}: KB until results are painted, two words`, mine.bytes, CEILINGS.kilobytes);
    if (name === "kb's box") check(`${name}: round trips, words: ${words}`, mine.trips, CEILINGS.roundTrips);
    check(`${name}: longest task in ms, words: ${words}`, results[name].longest, CEILINGS.longestTask);
  }
}

const queries = titles();
const times = {};
for (const name of ["kb's box", "Pagefind"]) times[name] = await warm(ENGINES[name], queries);
console.log();
line(`${queries.length} queries, files there`, ["median ms", "p95 ms", "longest task"]);
for (const [name, of] of Object.entries(times)) line(`  ${name}`, [of.median.toFixed(2), of.p95.toFixed(2), of.longest.toFixed(0)]);
check("median ms of a query", times["kb's box"].median, CEILINGS.median);
check("p95 ms of a query", times["kb's box"].p95, CEILINGS.p95);
check("longest task in ms, queries one after the other", times["kb's box"].longest, CEILINGS.longestTask);

const pack = folderBytes(path.join(kbSite, "search/pack"));
const pagefind = folderBytes(path.join(pagefindSite, "pagefind"));
console.log();
line("on disk", ["MB"]);
line("  kb's pack", [(pack / 1e6).toFixed(2)]);
line("  Pagefind", [(pagefind / 1e6).toFixed(2)]);
line("  kb / Pagefind", [`${(pack / pagefind).toFixed(3)}x`]);
check("pack on disk, share of Pagefind's", pack / pagefind, CEILINGS.packShare);

await stop();
for (const fault of missed) console.log(`above its ceiling: ${fault}`);
process.exitCode = missed.length ? 1 : 0;
