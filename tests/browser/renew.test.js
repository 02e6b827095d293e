// A tab that stays open while the site is built anew searches the new site, whatever the host makes of files that are gone.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { boxOf } from "./support/box.js";
import { atEnd, NETWORK, newPage, stop } from "./support/browser.js";
import { Server } from "./support/server.js";

after(stop);

const BOOT = /\/boot\.bin$/;

// Words that make an index large enough to be cut into pieces.
const filler = (n) => Array.from({ length: 400 }, (_, k) => `w${((n * 401 + k) * 2654435761 % 4294967296).toString(36)}`).join(" ");

// A project in a folder of its own, its site and a server of that. `pieces`: whether its index is cut into some.
async function site(t, { pieces = false, ...options } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "kb-renew-"));
  const out = path.join(folder, "out");
  const write = (name, text) => {
    const file = path.join(folder, "project", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const article = (name, title, text) => write(`content/${name}.md`, `---\ntitle: ${title}\n---\n\n${text}\n`);
  if (process.env.KB_THEMES) cpSync(process.env.KB_THEMES, path.join(folder, "project/themes"), { recursive: true });
  const build = () => execFileSync(process.env.KB, ["build", "-q", path.join(folder, "project"), "-o", out], { stdio: "inherit" });
  const config = (more = "") => write("kb.toml", `title = "Help"\n[build]\ngit_dates = false\n[contact]\nemail = "help@example.com"\n${more}`);
  config();
  article("stays", "What stays", "The numbat stays where it is.");
  article("old", "What was", "The wombat is only here.");
  if (pieces) for (let n = 0; n < 60; n += 1) article(`many/filler-${n}`, `Filler ${n}`, filler(n));
  build();
  const server = await Server.start(out, options);
  atEnd(t, async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  // Another article takes the place of the old one.
  const change = () => {
    rmSync(path.join(folder, "project/content/old.md"));
    article("new", "What will be", "The quokka is new, as is the numbat beside it.");
    build();
  };
  return { server, out, change, config, build };
}

async function open(t, server, where = "stays/") {
  const page = await newPage(t, { expect: NETWORK });
  await page.goto(server.root + where);
  await page.evaluate(() => (self.neverReloaded = true));
  const box = boxOf(page);
  const titles = async (query) => {
    await box.answer(query);
    return box.pop.locator(".hit-title").allTextContents();
  };
  // Waits until this is all that is found.
  const finds = async (query, ...wanted) => {
    await box.field.fill(query);
    await page.waitForFunction(([text, all]) => {
      const found = [...document.querySelectorAll(".search-pop .hit-title")].map((title) => title.textContent);
      const answered = [...document.querySelectorAll(".search-all, .search-none")].some((part) => part.textContent.includes(text));
      return answered && JSON.stringify(found.sort()) === all;
    }, [query, JSON.stringify(wanted.sort())]);
  };
  return { page, titles, finds, sameDocument: () => page.evaluate(() => self.neverReloaded === true), ...box };
}

// Lets the page believe that a while has passed.
const later = (page) => page.clock.setFixedTime(Date.now() + 60_000);

for (const [what, options] of [
  ["an index of one file", {}],
  ["an index in pieces", { pieces: true }],
  ["an index in pieces, on a host that answers with a page where there is no file", { pieces: true, missing: 200 }],
]) {
  test(`${what}: what is new is found, and what is gone is not`, async (t) => {
    const { server, change } = await site(t, options);
    const { finds, sameDocument } = await open(t, server);
    await finds("wombat", "What was");
    change();
    await finds("quokka", "What will be");
    await finds("wombat");
    await finds("numbat", "What stays", "What will be");
    assert.ok(await sameDocument());
  });

  test(`${what}: an answer from the old index does not stay`, async (t) => {
    const { server, change } = await site(t, options);
    const { finds, page } = await open(t, server);
    await finds("numbat", "What stays");
    await finds("wombat", "What was");
    change();
    await later(page);
    await finds("wombats");
  });
}

test("the search page goes on with the new index too", async (t) => {
  const { server, change } = await site(t);
  const { page, field } = await open(t, server, "search/?q=wombat");
  await page.locator(".hits").getByText("What was").first().waitFor();
  change();
  await field.fill("quokka");
  await page.locator(".hits").getByText("What will be").first().waitFor();
});

test("parts of a host that lag behind do not bring the old index back", async (t) => {
  const { server, out, change } = await site(t, { pieces: true });
  const old = readFileSync(path.join(out, "search/pack/en/boot.bin"));
  const { finds, warning, page } = await open(t, server);
  await finds("numbat", "What stays");
  change();
  // The beginning of the index comes from a cache, unless its address is another.
  server.when(BOOT, { body: (bytes, url) => (url.includes("?") ? bytes : old) });
  // These words are in pieces that no search has asked for.
  for (const n of [3, 23, 43]) await finds(filler(n).split(" ")[n], `Filler ${n}`);
  await finds("numbat", "What stays", "What will be");
  await later(page);
  await finds("quokka", "What will be");
  assert.equal(await warning.count(), 0);
});

test("the beginning of the index is gone: the search goes on with what it has", async (t) => {
  for (const missing of [404, 200]) {
    const { server } = await site(t, { missing });
    const { finds, failed } = await open(t, server);
    await finds("numbat", "What stays");
    server.when(BOOT, { status: 404 });
    await finds("wombat", "What was");
    await finds("quokka");
    assert.equal(await failed.count(), 0);
  }
});

// A beginning of an index as a kb to come would write it.
const ofAnotherVersion = (bytes) => {
  const boot = gunzipSync(bytes);
  boot[4] = 99;
  return gzipSync(boot);
};

for (const when of ["before the first search", "between two searches"]) {
  test(`an index that this engine cannot read, ${when}: a message, and a reload mends it`, async (t) => {
    const { server } = await site(t);
    const { page, field, finds, pop } = await open(t, server);
    if (when === "between two searches") await finds("numbat", "What stays");
    const mend = server.when(BOOT, { body: ofAnotherVersion });
    await field.fill("quokka");
    const message = pop.locator("[data-outdated]");
    await message.waitFor();
    assert.match(await message.textContent(), /The help centre has changed since this page was opened/);
    assert.equal(await pop.locator(".hit").count(), 0);
    mend();
    await message.getByRole("button", { name: "Reload the page" }).click();
    await page.waitForFunction(() => !self.neverReloaded);
    await finds("wombat", "What was");
  });
}

test("the search page says so too, and keeps the query", async (t) => {
  const { server } = await site(t);
  const mend = server.when(BOOT, { body: ofAnotherVersion });
  const { page } = await open(t, server, "search/?q=wombat");
  const message = page.locator(".search-results [data-outdated]");
  await message.waitFor();
  mend();
  await message.getByRole("button").click();
  await page.locator(".hits").getByText("What was").first().waitFor();
});

test("a new engine is taken from the site as it is now", async (t) => {
  const { server, out, change } = await site(t);
  const length = gunzipSync(readFileSync(path.join(out, "search/pack/en/boot.bin"))).length;
  const { finds, sameDocument } = await open(t, server);
  // The engine that this page began with reads no other index.
  const glue = /\/search\/engine\/engine-[0-9a-f]+\.js$/;
  const end = server.when(glue, { body: (bytes) => Buffer.from(`${bytes}`.replace("constructor(boot) {", `constructor(boot) { if (boot.length !== ${length}) throw new Error("another version");`)) });
  await finds("numbat", "What stays");
  end();
  change();
  server.when(/\/search\/$/, { body: (bytes) => Buffer.from(`${bytes}`.replace(/data-glue="[^"]*"/, 'data-glue="/search/engine/new.js"')) });
  const engines = path.join(out, "search/engine");
  copyFileSync(path.join(engines, readdirSync(engines).find((name) => name.endsWith(".js"))), path.join(engines, "new.js"));
  await finds("quokka", "What will be");
  await finds("numbat", "What stays", "What will be");
  assert.ok(await sameDocument());
});

test("the scripts of the page are gone: a message, and a reload mends it", async (t) => {
  const { server, config, build } = await site(t);
  const { page, finds } = await open(t, server);
  config('[theme]\naccent = "#3333cc"\n');
  build();
  await page.locator("[data-search]").first().focus();
  const message = page.locator("[data-outdated]:visible");
  await message.waitFor();
  await message.getByRole("button").click();
  await page.waitForFunction(() => !self.neverReloaded);
  await finds("wombat", "What was");
});
