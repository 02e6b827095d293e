// node sets.js FOLDER WORK: asks all queries of all relevance sets, and compares with `kb search`.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { newPage, stop } from "./support/browser.js";
import { differences } from "./support/parity.js";
import { Server } from "./support/server.js";

const [shared, work] = process.argv.slice(2);
const sets = path.join(shared, "relevance");
const PART = 500; // queries asked at a time
let faults = 0;

for (const set of readdirSync(sets).filter((name) => statSync(path.join(sets, name)).isDirectory())) {
  const language = set.match(/-(zh-hant|[a-z]{2})$/)[1];
  const site = path.join(work, set);
  const own = path.join(sets, set, "articles");
  rmSync(site, { recursive: true, force: true });
  mkdirSync(path.join(site, "project"), { recursive: true });
  // One set asks a corpus.
  cpSync(existsSync(own) ? own : path.join(shared, "corpora/arduino/content"), path.join(site, "project/content"), { recursive: true });
  writeFileSync(path.join(site, "project/kb.toml"), `title = "${set}"\ndefault_language = "${language}"\n`);
  // 1 says that the articles have faults of their own; the site is complete all the same.
  const built = spawnSync(process.env.KB, ["build", "-q", path.join(site, "project"), "-o", path.join(site, "public")], { stdio: "ignore" });
  if (built.status > 1) throw new Error(`${set}: kb ended with ${built.status}`);
  const queries = readFileSync(path.join(sets, set, "queries.tsv"), "utf8").trimEnd().split("\n").map((line) => line.split("\t")[1]);
  const server = await Server.start(path.join(site, "public"));
  const ends = [];
  const page = await newPage({ after: (end) => ends.push(end) });
  await page.goto(server.root);
  const started = performance.now();
  const found = [];
  for (let at = 0; at < queries.length; at += PART) found.push(...await differences(page, server, queries.slice(at, at + PART), language));
  console.log(`${set}: ${queries.length} queries in ${((performance.now() - started) / 1000).toFixed(0)} s, ${found.length} differ`);
  for (const each of found.slice(0, 5)) console.log(`  ${JSON.stringify(each)}`);
  faults += found.length;
  for (const end of ends) await end();
  await server.close();
}
await stop();
process.exitCode = faults ? 1 : 0;
