// Signals: what pages report, to an access log or to a collector, and when they report nothing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { boxOf } from "./support/box.js";
import { atEnd, NETWORK, newPage, stop, until } from "./support/browser.js";
import { buildProject, writeProject } from "./support/pages.js";
import { article, Preview } from "./support/preview.js";
import { Server, STRICT } from "./support/server.js";

after(stop);

// Time in which something that must not happen would have happened, in milliseconds.
const NOTHING = 600;
const BEACON = "/help/signal.txt";

// The list of signals and the reader of beacons, in Rust.
const program = path.join(path.dirname(process.env.KB), "examples", "signals");
const KINDS = execFileSync(program, ["--kinds"]).toString().trim().split("\n").map((line) => JSON.parse(line));

const FILES = {
  "content/billing/_index.md": article("Billing", "Money."),
  "content/billing/refund.md": article("Get a refund", "Within 30 days you get your money back."),
  "content/billing/invoice.md": article("Find an invoice", "Invoices are in the settings, also for a refund."),
  "content/account/password.md": article("Reset your password", "Choose a new password."),
};

// A site in the folder /help/ of a server. `settings`: lines of kb.toml; `options`: of the build.
async function site(t, settings, { options = [], ...server } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "kb-signals-"));
  const project = writeProject(path.join(folder, "project"), {
    "kb.toml": `title = "Help"\nbase_url = "https://help.example/help/"\n[build]\ngit_dates = false\n[feedback]\nscript = true\n${settings}`,
    ...FILES,
  });
  const out = path.join(folder, "out");
  buildProject(process.env.KB, project, out, ...options);
  const running = await Server.start(out, { base: "/help", ...server });
  atEnd(t, async () => {
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return running;
}
const logging = (t, more = "queries = true\n", server = {}) => site(t, `[signals]\nbeacon = "/signal.txt"\n${more}`, server);

// A server of another host that takes what is posted, and the site that posts there.
async function collecting(t, more = "queries = true\n") {
  const collector = await Server.start("/nowhere", { receives: ["/c"], policy: null });
  atEnd(t, () => collector.close());
  const server = await site(t, `[signals]\nbeacon = "${collector.origin}/c?site=help"\n${more}`, { policy: STRICT.replace("connect-src 'self'", `connect-src 'self' ${collector.origin}`) });
  return { collector, server };
}

const beacons = (server) => server.log.filter((entry) => entry.path === BEACON);
// The texts of the beacons in the log of a server, as a line of it has them.
const texts = (server) => beacons(server).map(({ url }) => url.split("?")[1]);
// The signals in a text: [kind, { key: [value] }], without what every beacon has.
function signals(text) {
  const found = [];
  for (const [key, value] of new URLSearchParams(text)) {
    if (key === "k") found.push([value, {}]);
    else if (found.length) (found.at(-1)[1][key] ??= []).push(value);
  }
  return found;
}
const all = (server) => texts(server).flatMap(signals);
const flat = ([kind, fields]) => `${kind} ${Object.entries(fields).map(([key, values]) => `${key}=${values.join()}`).join(" ")}`.trim();
const told = (server) => all(server).map(flat);
// Waits for this list of signals, and whether more follows.
async function tells(server, ...wanted) {
  await until(() => told(server).length >= wanted.length, () => told(server).join("\n"));
  await sleep(50);
  assert.deepEqual(told(server), wanted);
}
// What the reader in Rust makes of them: the same text, if it understands everything in it.
function isRead(all) {
  const again = execFileSync(program, [], { input: all.map((text) => `${text}\n`).join("") }).toString().trim().split("\n");
  assert.deepEqual(again, all);
}

const tell = (page, event, detail) => page.evaluate(([name, data]) => void document.dispatchEvent(new CustomEvent(name, { detail: data })), [event, detail]);
const loaded = (page) => page.evaluate(() => Promise.all([...document.querySelectorAll("script[type=module]")].map((script) => import(script.src))));
// Waits until a search counts.
const searched = (page) => page.evaluate(() => new Promise((done) => document.addEventListener("kb:search", () => done(null), { once: true })));
const leave = (page) => page.goto("about:blank");

// An event of each kind as pages dispatch it, and what is sent for it.
const CLICKED = { url: "/help/account/password/", position: 2 };
const EVENTS = {
  "kb:search-failed": [{ query: "refund", error: "Error: 404" }, "search-failed q=refund"],
  "kb:feedback": [{ kind: "feedback", url: "/help/billing/refund/", title: "Get a refund", language: "en", helpful: false, reason: "unclear", comment: "I am Ann." }, "feedback h=0 w=unclear"],
  "kb:suggest-open": [{ ...CLICKED, confidence: 0.876 }, "suggest-open u=/help/account/password/ i=2 c=88"],
  "kb:suggest-solved": [CLICKED, "suggest-solved u=/help/account/password/ i=2"],
  "kb:suggest-rejected": [CLICKED, "suggest-rejected u=/help/account/password/ i=2"],
  "kb:suggest-assumed": [CLICKED, "suggest-assumed u=/help/account/password/ i=2"],
  "kb:contact-sent": [{ topic: "Billing", channel: "email", shown: 3, opened: ["/help/account/password/", "/help/billing/refund/"] }, "contact-sent t=Billing a=email n=3 u=/help/account/password/,/help/billing/refund/"],
  "kb:contact-failed": [{ error: "Error: 503" }, "contact-failed"],
  "kb:suggest": [{ suggestions: [{ ...CLICKED, title: "Reset your password", confidence: 0.9 }, { url: "/help/billing/refund/", title: "Get a refund", confidence: 0.2 }], language: "en" }, "suggest u=/help/account/password/,/help/billing/refund/ c=90"],
  "kb:search": [{ query: "refund", hits: 2, total: 2, relaxed: false, language: "en" }, "search q=refund n=2 r=0 e=left"],
  "kb:search-click": [{ query: "money", url: "/help/billing/refund/?highlight=money#how", position: 1 }, "search-click q=money u=/help/billing/refund/ i=1"],
};

async function tellAll(page) {
  for (const [event, [detail]] of Object.entries(EVENTS)) await tell(page, event, detail);
  await leave(page);
}

test("each kind arrives once with exactly its fields, in the log", async (t) => {
  const server = await logging(t);
  const page = await newPage(t);
  await page.goto(`${server.root}billing/refund/`);
  await tellAll(page);
  await until(() => all(server).length >= Object.keys(EVENTS).length, () => told(server).join("\n"));
  await sleep(NOTHING);
  assert.deepEqual(told(server).sort(), Object.values(EVENTS).map(([, signal]) => signal).sort());
  isRead(texts(server));
  const kinds = KINDS.filter(({ event }) => event);
  assert.deepEqual(all(server).map(([kind]) => kind).sort(), kinds.map(({ name }) => name).sort(), "the list in Rust");
  for (const [kind, fields] of all(server)) assert.deepEqual(Object.keys(fields), KINDS.find(({ name }) => name === kind).fields, kind);
  for (const { method, headers, url, status } of beacons(server)) {
    assert.deepEqual([method, status, headers.referer, headers.cookie, headers.origin], ["GET", 200, undefined, undefined, undefined]);
    assert.match(url, /\?v=1&p=%2Fhelp%2Fbilling%2Frefund%2F&l=en&k=/);
    assert.ok(url.length <= 1500, url);
  }
});

test("each kind arrives once with exactly its fields, at a collector", async (t) => {
  const { server, collector } = await collecting(t);
  const page = await newPage(t);
  await page.goto(`${server.root}billing/refund/`);
  await until(() => collector.received.length === 1);
  await page.evaluate(() => (document.cookie = "session=1; path=/"));
  await tellAll(page);
  const sent = () => collector.received.flatMap(({ body }) => signals(body).map(flat));
  await until(() => sent().length >= KINDS.length, () => sent().join("\n"));
  await sleep(NOTHING);
  assert.deepEqual(sent().sort(), ["view", ...Object.values(EVENTS).map(([, signal]) => signal)].sort());
  isRead(collector.received.map(({ body }) => body));
  for (const { path: where, type, headers } of collector.received) {
    assert.deepEqual([where, type, headers.cookie], ["/c", "text/plain;charset=UTF-8", undefined]);
    assert.deepEqual([headers.origin, headers.referer], [server.origin, `${server.origin}/`]);
  }
  assert.deepEqual(collector.log.map(({ method }) => method).filter((method) => method !== "POST"), [], "no preflight");
  assert.equal(server.asked(/signal\.txt/).length, 0);
});

test("a collector is told of articles that were opened, not of other pages", async (t) => {
  const { server, collector } = await collecting(t);
  const page = await newPage(t, { expect: /404/ });
  for (const where of ["", "billing/", "all/", "no/such/page/", "billing/invoice/"]) await page.goto(server.root + where);
  await until(() => collector.received.length > 0);
  assert.deepEqual(collector.received.map(({ body }) => body), ["v=1&p=%2Fhelp%2Fbilling%2Finvoice%2F&l=en&k=view"]);
});

test("how a search ends: nothing found, refined, opened, left", async (t) => {
  const server = await logging(t);
  const page = await newPage(t);
  await page.goto(server.root);
  const { field, answer, hits } = boxOf(page);
  // A search counts once the query has not changed for a second.
  const searches = async (query) => {
    const heard = searched(page);
    await answer(query);
    await heard;
  };
  await searches("xyzzy");
  assert.deepEqual(told(server), [], "it may still be refined");
  // Letters added to a word, or taken away: the same search goes on.
  await searches("ref");
  await tells(server, "search q=xyzzy n=0 r=1 e=refined");
  await searches("refund");
  await searches("refun");
  await searches("refund");
  await hits.nth(1).locator(".hit-link").click();
  await page.waitForURL(/billing/);
  const opened = "search q=refund n=2 r=0 e=opened";
  const clicked = "search-click q=refund u=/help/billing/invoice/ i=2";
  await tells(server, "search q=xyzzy n=0 r=1 e=refined", opened, clicked);
  assert.equal(beacons(server).length, 2, "what happens together is sent together");

  server.reset();
  await field.focus();
  await searches("password");
  await leave(page);
  await tells(server, "search q=password n=1 r=0 e=left");
  assert.match(texts(server)[0], /p=%2Fhelp%2Fbilling%2Finvoice%2F&/);
  isRead(texts(server));
});

test("a search that goes on on the search page counts once, and so does one that the back button repeats", async (t) => {
  const server = await logging(t);
  const page = await newPage(t);
  await page.goto(server.root);
  const { field } = boxOf(page);
  const heard = searched(page);
  await boxOf(page).answer("refund");
  await heard;
  await field.press("Enter");
  await page.waitForURL(/search\/\?q=refund/);
  await page.locator(".hits a.hit-link").first().click();
  await page.waitForURL(/billing/);
  const once = ["search q=refund n=2 r=0 e=opened", "search-click q=refund u=/help/billing/refund/ i=1"];
  await tells(server, ...once);
  await page.goBack();
  await page.locator(".hits a.hit-link").nth(1).click();
  await page.waitForURL(/billing/);
  await tells(server, ...once, "search-click q=refund u=/help/billing/invoice/ i=2");
  await page.goBack();
  await page.reload();
  await page.locator(".hits a.hit-link").nth(1).waitFor();
  await leave(page);
  await sleep(NOTHING);
  assert.equal(told(server).length, 3, told(server).join("\n"));
});

test("every request reaches the host, even if it allows caching", async (t) => {
  const server = await logging(t);
  const page = await newPage(t);
  await page.goto(`${server.root}billing/refund/`);
  for (let n = 0; n < 3; n += 1) await tell(page, "kb:suggest-solved", CLICKED);
  await tells(server, ...Array(3).fill("suggest-solved u=/help/account/password/ i=2"));
});

test("suggestions that follow each other while somebody writes are one", async (t) => {
  const server = await logging(t);
  const page = await newPage(t);
  await page.goto(`${server.root}billing/refund/`);
  const suggest = (...urls) => tell(page, "kb:suggest", { suggestions: urls.map((url) => ({ url, title: url, confidence: 0.5 })), language: "en" });
  await suggest("/help/billing/invoice/");
  await suggest("/help/billing/refund/");
  await suggest();
  await tell(page, "kb:suggest-rejected", { url: "/help/billing/refund/", position: 1 });
  const rejected = ["suggest u=/help/billing/refund/ c=50", "suggest-rejected u=/help/billing/refund/ i=1"];
  await tells(server, ...rejected);
  await suggest("/help/account/password/");
  await leave(page);
  await tells(server, ...rejected, "suggest u=/help/account/password/ c=50");
});

test("an answer that is sent again, because its endpoint failed, is one", async (t) => {
  const server = await logging(t);
  const page = await newPage(t);
  await page.goto(`${server.root}billing/refund/`);
  await page.locator("form[data-feedback] button[value=yes]").click();
  await tell(page, "kb:feedback", { helpful: true });
  await tell(page, "kb:feedback", { helpful: false });
  await tells(server, "feedback h=1", "feedback h=0");
});

test("the words of queries are sent only if the settings say so", async (t) => {
  const server = await logging(t, "");
  const page = await newPage(t);
  await page.goto(`${server.root}search/?q=secretword`);
  await page.locator(".search-none").waitFor();
  await page.locator("[data-search]").fill("refund");
  await page.locator(".hits a.hit-link").first().click();
  await page.waitForURL(/billing/);
  await tell(page, "kb:search-failed", { query: "secretword", error: "Error" });
  await tells(server, "search n=0 r=1 e=refined", "search n=2 r=0 e=opened", "search-click u=/help/billing/refund/ i=1", "search-failed");
  for (const { url, headers } of beacons(server)) assert.doesNotMatch(url + JSON.stringify(headers), /secretword|refund%20|q=/);
  isRead(texts(server));
});

test("words are masked, and an address that is missing is not told", async (t) => {
  const server = await logging(t);
  const page = await newPage(t, { expect: /404/ });
  await page.goto(`${server.root}reset/ann@example.com/?token=1`);
  await tell(page, "kb:search-failed", { query: "order 4711-0815 of ann@example.com", error: "Error" });
  await tell(page, "kb:contact-sent", { topic: "IBAN DE89 3704 0044 0532 0130 00", channel: "mail", shown: ["/a/", "/b/"], opened: [] });
  await tells(server, "search-failed q=order # of @", "contact-sent t=IBAN # a=mail n=2");
  for (const text of texts(server)) assert.match(text, /^v=1&p=%2F404\.html&l=en&/);
});

test("long words, long lists and links to other hosts leave a beacon short and valid", async (t) => {
  const server = await logging(t);
  const page = await newPage(t);
  await page.goto(`${server.root}billing/refund/`);
  const long = "返金 ".repeat(200);
  const deep = `/help/${"長".repeat(60)}/`;
  await tell(page, "kb:search", { query: long, hits: 1, total: 1, relaxed: true, language: "en" });
  await tell(page, "kb:search-click", { query: long, url: deep, position: 1 });
  await tell(page, "kb:suggest", { suggestions: Array.from({ length: 12 }, () => ({ url: deep, title: "", confidence: 1 })), language: "en" });
  await tell(page, "kb:contact-sent", { topic: long, channel: "mail", shown: 12, opened: Array(12).fill(deep) });
  await tell(page, "kb:search-click", { query: "x", url: "https://other.example/a", position: 1 });
  await until(() => all(server).length >= 4);
  await sleep(NOTHING);
  assert.deepEqual(all(server).map(([kind]) => kind).sort(), ["contact-sent", "search", "search-click", "suggest"]);
  for (const { url } of beacons(server)) assert.ok(url.length <= 1500, `${url.length}`);
  isRead(texts(server));
});

for (const [what, init] of [
  ["Do Not Track", 'Object.defineProperty(navigator, "doNotTrack", { value: "1" })'],
  ["Global Privacy Control", 'Object.defineProperty(navigator, "globalPrivacyControl", { value: true })'],
]) {
  test(`nothing is sent with ${what}`, async (t) => {
    const server = await logging(t);
    const { server: other, collector } = await collecting(t);
    const page = await newPage(t, { init });
    for (const each of [server, other]) {
      await page.goto(`${each.root}billing/refund/`);
      await page.locator("form[data-feedback] button[value=yes]").click();
      await tellAll(page);
    }
    await sleep(NOTHING);
    assert.deepEqual([beacons(server), collector.log, server.asked(/report\.js/)], [[], [], []]);
  });
}

test("nothing is sent without settings, and there is nothing that could", async (t) => {
  for (const settings of ["", "[signals]\nqueries = false\n"]) {
    const server = await site(t, settings);
    const page = await newPage(t);
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${server.root}billing/refund/`);
    await tellAll(page);
    await sleep(NOTHING);
    assert.deepEqual(asked.filter((url) => !url.startsWith(server.root) && url !== "about:blank"), []);
    assert.deepEqual(server.asked(/signal|report/), []);
  }
});

test("nothing is stored", async (t) => {
  const server = await logging(t);
  const page = await newPage(t);
  await page.goto(`${server.root}billing/refund/`);
  for (const [event, [detail]] of Object.entries(EVENTS)) await tell(page, event, detail);
  await until(() => all(server).length > 5);
  const stored = await page.evaluate(async () => [document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage), ...(await indexedDB.databases()), ...(await caches.keys().catch(() => []))]);
  assert.deepEqual(stored, [""]);
});

test("a preview sends nothing", async (t) => {
  const collector = await Server.start("/nowhere", { receives: ["/c"], policy: null });
  atEnd(t, () => collector.close());
  const preview = await Preview.start(t, FILES, { config: `[signals]\nbeacon = "${collector.origin}/c"\n[feedback]\nscript = true` });
  const page = await newPage(t);
  await page.goto(`${preview.root}billing/refund/`);
  const script = await page.locator("script[data-beacon]").getAttribute("src");
  assert.equal(await (await page.request.get(new URL(script, preview.root).href)).text(), "", "the script is there, and empty");
  await loaded(page);
  await page.locator("form[data-feedback] button[value=yes]").click();
  await tellAll(page);
  await sleep(NOTHING);
  assert.deepEqual(collector.log, []);
});

test("a site in a folder sends nothing", async (t) => {
  const collector = await Server.start("/nowhere", { receives: ["/c"], policy: null });
  atEnd(t, () => collector.close());
  const { folder } = await site(t, `[signals]\nbeacon = "${collector.origin}/c"\n`, { options: ["--offline"] });
  const page = await newPage(t);
  await page.goto(pathToFileURL(path.join(folder, "billing/refund/index.html")).href);
  assert.equal(await page.locator("script[data-beacon]").count(), 0);
  await tellAll(page);
  await sleep(NOTHING);
  assert.deepEqual(collector.log, []);
});

test("a collector that is dead, slow or refuses harms nothing", async (t) => {
  for (const rule of [{ abort: true }, { status: 500 }, { delay: 5000 }]) {
    const { server, collector } = await collecting(t);
    collector.when(/./, rule);
    const page = await newPage(t, { expect: NETWORK });
    await page.goto(`${server.root}billing/refund/`);
    await page.evaluate(() => addEventListener("unhandledrejection", () => (self.unhandled = true)));
    for (const [event, [detail]] of Object.entries(EVENTS)) await tell(page, event, detail);
    assert.deepEqual(await boxOf(page).answer("password"), ["Reset your password"]);
    await page.locator("form[data-feedback] button[value=yes]").click();
    await page.locator("[data-feedback-status]").getByText(/Thank you/).waitFor();
    assert.equal(await page.evaluate(() => self.unhandled), undefined);
  }
});

test("odd events harm nothing", async (t) => {
  const server = await logging(t);
  const page = await newPage(t);
  await page.goto(`${server.root}billing/refund/`);
  for (const { event } of KINDS.filter((kind) => kind.event)) {
    for (const detail of [null, 1, "", {}, { query: 1, url: {}, suggestions: 3, opened: "x", topic: {} }]) await tell(page, event, detail);
  }
  await tell(page, "kb:suggest-solved", CLICKED);
  await until(() => told(server).includes("suggest-solved u=/help/account/password/ i=2"), () => told(server).join("\n"));
  await page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
});

const { masked } = await import(`data:text/javascript,${encodeURIComponent(readFileSync(fileURLToPath(new URL("../../themes/default/static/js/shared/masked.js", import.meta.url)), "utf8"))}`);

test("queries are masked: examples", () => {
  for (const [query, wanted] of [
    ["how do I get a refund", "how do I get a refund"],
    ["  two\n words\t", "two words"],
    ["error 404 on iPhone 15 with 16 GB", "error 404 on iPhone 15 with 16 GB"],
    ["order 12345 late", "order # late"],
    ["order K-2026-0815x late", "order # late"],
    ["key AB1CD2EF3GH4", "key #"],
    ["call +49 (0)30 12 34 56 now", "call # now"],
    ["call 0170/12.34.56-7", "call #"],
    ["card 4111 1111 1111 1111 declined", "card # declined"],
    ["card 4111-1111-1111-1111", "card #"],
    ["DE89 3704 0044 0532 0130 00 wrong", "# wrong"],
    ["GB29 NWBK 6016 1331 9268 19", "#"],
    ["nl91abna0417164300", "#"],
    ["born 01.02.1985", "born #"],
    ["mail ann.lee@example.com bounces", "mail @ bounces"],
    ["ann @ example.com", "@"],
    ["ann＠example.com", "@"],
    ["ann%40example.com", "@"],
    ["ann (at) example.com, ann[AT]example.com", "@ @"],
    ["host 192.168.178.23, 2001:db8::1 or 00:1a:2b:3c:4d:5e", "host # or #"],
    ["https://ann:pw@example.com/a", "@"],
    ["https://example.com/reset?token=abc#x fails", "https://example.com/reset fails"],
    ["example.com?id=abc", "example.com"],
    ["/reset?token=abc", "/reset"],
    ["and/or? or not", "and/or or not"],
    ["c# .net", "c# .net"],
    ["رقم ٠١٧٠١٢٣٤", "رقم #"],
    ["番号１２３４５", "#"],
    ["می‌خواهم", "می‌خواهم"],
    ["\u0000\u001b[2Jhi\uE000", "[2Jhi"],
    ["", ""],
  ]) assert.equal(masked(query), wanted, query);
});

test("queries are masked: whatever surrounds a secret, nothing of it is left", () => {
  let state = 7;
  const random = (most) => (state = (state * 48271) % 2147483647) % most;
  const pick = (list) => list[random(list.length)];
  const digits = (n) => Array.from({ length: n }, () => random(10)).join("");
  const letters = (n) => Array.from({ length: n }, () => "qxzjkvwy"[random(8)]).join("");
  const secrets = [
    () => digits(4 + random(30)),
    () => Array.from({ length: 2 + random(6) }, () => digits(2 + random(3))).join(pick([" ", "-", ".", "/", " - "])),
    () => `${letters(3)}.${letters(5)}@${letters(6)}.${letters(2)}`,
    () => `DE${digits(2)} ${Array.from({ length: 4 }, () => digits(4)).join(" ")} ${digits(2)}`,
    () => `${letters(2)}${digits(2)}${letters(1)}${digits(3)}`,
  ];
  const words = ["refund", "für", "my", "order", "返金", "заказ", "?", "(", "why", "é", "👍"];
  for (let n = 0; n < 20000; n += 1) {
    const secret = pick(secrets)();
    const some = () => Array.from({ length: random(4) }, () => pick(words)).join(" ");
    const query = `${some()} ${secret} ${some()}`;
    const left = masked(query);
    assert.doesNotMatch(left, /\p{Nd}[^\p{L}\p{Nd}]{0,3}\p{Nd}[^\p{L}\p{Nd}]{0,3}\p{Nd}[^\p{L}\p{Nd}]{0,3}\p{Nd}|\w@|@\w|[qxzjkvwy]{4}/u, query);
    assert.match(left, /[#@]/, query);
  }
  const long = masked(`${"a".repeat(990)} ${digits(40)}@${letters(2000)}`);
  assert.ok([...long].length <= 100 && /^a*$/.test(long), long);
  assert.equal([...masked("👍".repeat(300))].length, 100);
  for (const bad of ["/", "@", "a@", "1a", "1 ", ".?", "a1b2", " "]) assert.ok([...masked(bad.repeat(100000))].length <= 100);
});
