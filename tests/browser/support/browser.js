// Chromium, and pages in it whose consoles must stay empty.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { after, beforeEach } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "./server.js";

// The packages are installed elsewhere: the repository holds no installed files.
const installed = createRequire(path.join(process.env.KB_BROWSER_MODULES, "/"));
const { chromium } = installed("playwright-core");

// What browsers themselves write when the network fails, which a page cannot prevent.
export const NETWORK = /Failed to load resource|net::ERR_/;

// How long anything may take, in milliseconds. What is waited for comes at once; the rest is for busy machines.
export const LONG = 60000;

let browser;

// One for all tests of a file, however many ask at once.
export function launch() {
  browser ??= chromium.launch({
    executablePath: process.env.KB_CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
  return browser;
}

export const stop = async () => (await browser)?.close();

const endings = new WeakMap();

// Runs with the end of the test, the last one given first: a page is closed before the server that it may still ask.
// The hooks of `t.after` run in the order in which they were given.
export function atEnd(t, end) {
  if (!endings.has(t)) {
    const ends = [];
    endings.set(t, ends);
    t.after(async () => {
      const failures = [];
      while (ends.length) await Promise.resolve().then(ends.pop()).catch((error) => failures.push(error));
      if (failures.length) throw failures[0];
    });
  }
  endings.get(t).push(end);
}

// A page of its own profile, closed with the test. At its end the console must have said nothing but what `expect` allows.
export async function newPage(t, { expect, init, ...options } = {}) {
  const context = await (await launch()).newContext({ locale: "en-GB", ...options });
  context.setDefaultTimeout(LONG);
  if (init) await context.addInitScript(init);
  const said = [];
  context.on("console", (message) => said.push(`${message.type()}: ${message.text()} ${message.location().url}`));
  context.on("weberror", (error) => said.push(`error: ${error.error().stack}`));
  atEnd(t, async () => {
    await context.close();
    assert.deepEqual(said.filter((line) => !expect?.test(line)), [], "the console");
  });
  return context.newPage();
}

// A server of one of the built sites for the tests of a file, whose browser ends with them.
export async function serve(name = "plain", options) {
  const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, name), options);
  beforeEach(() => server.reset());
  after(async () => {
    await stop();
    await server.close();
  });
  return server;
}

// Waits until the condition holds; `failed` says what else there is.
export async function until(condition, failed = () => "it never came") {
  const end = Date.now() + LONG;
  while (!(await condition())) {
    if (Date.now() > end) assert.fail(failed());
    await sleep(20);
  }
}

const axe = () => installed("axe-core").source;

// A script to give to `newPage` as `init`, so that `findings` can be asked.
export const axeScript = () => ({ content: axe() });

// The rules that look at colours: all that another colour scheme of the same page can break.
export const COLOURS = ["color-contrast", "link-in-text-block"];

// What axe-core finds wrong on a page, by all of its rules but those of level AAA: best practice, experiments, and what
// is off unless asked for, such as the size of targets of WCAG 2.2. `within` selects a part of the page; `only` some rules.
export async function findings(page, within, only) {
  const { violations } = await page.evaluate(([part, named]) => {
    // It takes offence at the regions that scroll by keyboard, which another of its rules demands.
    const wanted = globalThis.axe.getRules().filter(({ ruleId, tags }) => !tags.includes("wcag2aaa") && ruleId !== "focus-order-semantics");
    const rules = Object.fromEntries(wanted.map(({ ruleId }) => [ruleId, { enabled: true }]));
    const runOnly = named && { type: "rule", values: named };
    return globalThis.axe.run(part ?? document, { ...(named ? { runOnly } : { rules }), resultTypes: ["violations"] });
  }, [within, only]);
  const reason = ({ target, failureSummary }) => `${target.join(" ")} (${failureSummary.split("\n").slice(1, 2).join("").trim()})`;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(reason).join("; ")}`);
}

// Fails if anything was found: { page: [what is wrong] }, a line each.
export function nothingFound(found, what) {
  const lines = Object.entries(found).flatMap(([page, wrong]) => wrong.map((each) => `${page}: ${each}`));
  assert.equal(lines.length, 0, [what, ...lines].filter(Boolean).join("\n"));
}
