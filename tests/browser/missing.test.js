// A page, or a search, of which any single file does not come: it is missing on the server, or the connection breaks.
// Whatever it is, the page keeps its shape, its text can be read, and nothing that is shown is dead.

import assert from "node:assert/strict";
import path from "node:path";
import { after, test } from "node:test";
import { atEnd, axeScript, findings, launch, newPage, nothingFound, stop, until } from "./support/browser.js";
import { Server } from "./support/server.js";

after(stop);
const site = path.join(process.env.KB_BROWSER_SITES, "showcase");
const AT_ONCE = 3;
const FAULTS = { missing: { status: 404 }, aborted: { abort: true } };

// What somebody does on a page, until it has come to rest.
const SCENES = {
  "an article, and a search in its header": { path: "app/control-from-a-computer/", search: "battery" },
  "the search page": { path: "search/?q=battery", settled: "[data-answered]" },
  // Without its index the words are marked as they stand, which nothing of the page shows.
  "marked words": { path: "light/charge-the-light/?highlight=charge", files: /\/assets\// },
  questions: { path: "faq/" },
  "all articles": { path: "all/" },
  home: { path: "" },
  "the contact page": { path: "contact/" },
};

async function play(page, root, { path: address, search, settled }) {
  await page.goto(root + address, { waitUntil: "load" });
  if (search) {
    await page.locator("[data-search]").fill(search);
    // The list answers, says that it cannot, or (without the program) the form leads to all articles.
    await page.waitForFunction(() => {
      const pop = document.querySelector(".search-pop, .search-failed");
      return pop?.matches(".search-failed") || pop?.querySelector(".search-all, [data-failed]") || !customElements.get("kb-search");
    });
  }
  // Without the program there is nothing to wait for.
  if (settled) await page.waitForFunction((selector) => document.querySelector(selector) || !customElements.get("kb-search"), settled);
  await page.waitForFunction(() => document.readyState === "complete" && !document.querySelector("[aria-busy]"));
}

// Runs in pages: what is wrong with the page as it is seen. `normal`: what the whole page looks like.
function look(normal) {
  const wrong = [];
  const styled = getComputedStyle(document.documentElement).getPropertyValue("--kb-bg") !== "";
  const page = document.scrollingElement;
  const header = document.querySelector(".site-header").getBoundingClientRect().height;
  // Without its style sheet a page is plain text, as browsers show it.
  if (header > (styled ? normal.header + 1 : 420)) wrong.push(`the header is ${header} px high`);
  if (styled && page.scrollWidth > innerWidth) wrong.push(`${page.scrollWidth} px wide`);
  const text = (document.querySelector(".prose") ?? document.querySelector("main")).innerText.replace(/\s+/g, " ");
  const lost = normal.words.filter((word) => !text.includes(word));
  if (lost.length) wrong.push(`cannot be read: ${lost.slice(0, 5).join(", ")}`);
  for (const icon of document.querySelectorAll("svg.icon")) {
    const { width, height } = icon.getBoundingClientRect();
    if (Math.max(width, height) > 64) wrong.push(`an icon of ${width} x ${height} px`);
  }
  return wrong;
}

// Runs in pages: presses whatever is shown and can be pressed; gives what does nothing then.
async function deadControls() {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const dead = [];
  let acted;
  const observer = new MutationObserver(() => (acted = true));
  document.addEventListener("selectionchange", () => (acted = true));
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  // What leads away does something, but not here.
  const stay = (event) => {
    acted = true;
    event.preventDefault();
  };
  addEventListener("submit", stay);
  addEventListener("submit", (event) => {
    if (!event.target.closest("kb-search")) return;
    stay(event);
    event.stopImmediatePropagation();
  }, true);
  // An image's dialog covers what else there is.
  const seen = (each) => each.isConnected && each.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && each.getClientRects().length > 0;
  for (const details of document.querySelectorAll("header details")) details.open = true;
  await frame();
  for (const control of document.querySelectorAll("button, summary, input[type=checkbox], select, [role=tab]")) {
    if (!seen(control) || control.disabled) continue;
    const before = document.activeElement;
    acted = false;
    control.click();
    for (let n = 0; n < 60 && !acted && document.activeElement === before; n += 1) await frame();
    // Choosing changes no element.
    const chosen = control.matches("select, input[type=checkbox]");
    if (!acted && !chosen && document.activeElement === before) dead.push(control.outerHTML.slice(0, 120));
    document.querySelector("dialog[open]")?.close();
  }
  // A key that is shown works.
  const key = document.querySelector(".search-key");
  if (key && seen(key)) {
    document.activeElement.blur();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true }));
    if (!document.activeElement.matches("[data-search]")) dead.push("the key that is shown beside the field");
  }
  // A form leads somewhere.
  for (const form of document.forms) if (seen(form) && !form.getAttribute("action") && !form.closest("kb-search")) dead.push(form.outerHTML.slice(0, 120));
  observer.disconnect();
  return dead;
}

// A search that was asked for answers, or says that it cannot, with ways on.
function searchSays() {
  const seen = (selector) => [...document.querySelectorAll(selector)].some((each) => each.checkVisibility({ visibilityProperty: true }) && each.getClientRects().length);
  if (seen(".hit-title")) return [];
  if (seen("[data-failed]") && seen("[data-failed] a[href], [data-failed] button")) {
    const box = [...document.querySelectorAll("[data-failed]")].find((each) => each.getClientRects().length).getBoundingClientRect();
    return box.left >= 0 && box.right <= innerWidth && box.top < innerHeight ? [] : ["the message is out of sight"];
  }
  // Without the program: a form that leads to all articles, and on the search page a sentence that says so.
  if (customElements.get("kb-search")) return ["neither an answer nor a message"];
  if (!document.querySelector("form[role=search][action]")) return ["no form"];
  return !document.querySelector("[data-search-page]") || seen("[data-search-page] a[href]") ? [] : ["an empty page of results"];
}

const options = { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", locale: "en-GB" };

// Every worker has a server of its own, which breaks for it alone.
async function inTurn(jobs, work) {
  const left = [...jobs];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    const server = await Server.start(site, { receives: ["/feedback"], cache: null });
    const context = await (await launch()).newContext(options);
    context.setDefaultTimeout(10000);
    // Nothing is fetched ahead, at a time that nobody knows; nothing is remembered from the page before.
    await context.addInitScript(() => {
      Object.defineProperty(navigator, "connection", { value: { saveData: false, effectiveType: "3g" } });
      try { localStorage.clear(); } catch { /* a page of the browser's own */ }
      // All pages share one clipboard, which only the one in front may write.
      if (navigator.clipboard) navigator.clipboard.writeText = async () => {};
    });
    for (let job = left.shift(); job; job = left.shift()) {
      server.reset();
      const page = await context.newPage();
      await work(server, page, job);
      await page.close();
    }
    await context.close();
    await server.close();
  }));
}

for (const [name, scene] of Object.entries(SCENES)) {
  test(`any single file is lost: ${name}`, async (t) => {
    const jobs = [];
    let normal;
    await inTurn([scene], async (server, page) => {
      await play(page, server.root, scene);
      await page.waitForLoadState("networkidle");
      normal = await page.evaluate(() => {
        const parts = document.querySelectorAll(".prose :is(p, li, h2, h3, td)");
        const text = [...parts.length ? parts : document.querySelectorAll("h1")].map((part) => part.innerText).join(" ");
        return { header: document.querySelector(".site-header").offsetHeight, words: [...new Set(text.split(/[^\p{L}]+/u))].filter((word) => word.length > 6) };
      });
      // As the server was asked, but for the icon, which browsers ask for when they please.
      const files = [...new Set(server.log.map((entry) => entry.path))].slice(1).filter((file) => !/favicon/.test(file) && (scene.files ?? /./).test(file));
      assert.ok(files.length > 2, files.join());
      // A program that fetches sees two kinds of failure; for an element there is one.
      const faults = Object.keys(FAULTS);
      files.forEach((file, n) => (/\.bin$|\/$/.test(file) ? faults : [faults[n % faults.length]]).forEach((fault) => jobs.push({ file, fault })));
    });
    const found = {};
    await inTurn(jobs, async (server, page, { file, fault }) => {
      server.when({ test: (asked) => asked === file }, FAULTS[fault]);
      const wrong = [];
      try {
        await play(page, server.root, scene);
        // Images come as they come near.
        await until(() => server.log.some((entry) => entry.path === file), () => "was never asked for");
        if (scene.search || scene.settled) wrong.push(...await page.evaluate(searchSays));
        wrong.push(...await page.evaluate(look, normal));
        wrong.push(...(await page.evaluate(deadControls)).map((each) => `does nothing: ${each}`));
      } catch (error) {
        wrong.push(error.message.split("\n")[0]);
      }
      if (wrong.length) found[`${file} ${fault}`] = wrong;
    });
    t.diagnostic(`${jobs.length} cases`);
    nothingFound(found);
  });
}

test("when nothing of the search comes, its message stands below the field and has no findings", async (t) => {
  const server = await Server.start(site, { cache: null });
  atEnd(t, () => server.close());
  for (const [width, address] of [[1280, "light/charge-the-light/"], [390, "light/charge-the-light/"], [800, "ar/light/charge-the-light/"], [1280, ""]]) {
    const page = await newPage(t, { viewport: { width, height: 800 }, init: axeScript(), expect: /Failed to load|ERR_|preload assets/ });
    await page.goto(server.root + address, { waitUntil: "networkidle" });
    const header = page.locator(".site-header");
    const before = await header.boundingBox();
    const lost = server.when(/./, { abort: true });
    await page.locator("[data-search]").first().fill("battery");
    await page.locator(".search-failed").waitFor();
    assert.equal((await header.boundingBox()).height, before.height, "the header keeps its height");
    assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth), true, "nothing sticks out");
    assert.deepEqual(await findings(page), [], `${address} ${width}`);
    lost();
    await page.locator(".search-failed button").click();
    await page.locator(".search-pop .hit-title").first().waitFor();
    assert.equal(await page.locator(".search-failed").count(), 0);
  }
});

for (const theme of ["showcase", "bare-plain"]) {
  test(`scripts of others may fail or throw: ${theme}`, async (t) => {
    const article = theme === "showcase" ? "app/control-from-a-computer/" : "faq/";
    const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, theme), { policy: null });
    atEnd(t, () => server.close());
    const page = await newPage(t, { expect: /blocked-by|throws|Failed to load|ERR_|theirs/ });
    // As the manual says to add one, in the head of every page: blocked, missing, broken, and one that throws later.
    const snippet = '<script defer src="https://blocked.invalid/script.js" data-domain="a"></script><script async src="/nowhere/article.js"></script><script src="/nowhere/kb.js"></script><script>throw new Error("theirs");</script><script>Promise.reject(new Error("theirs")); setTimeout(() => { throw new Error("theirs"); });</script>';
    await page.route("**/*", async (route) => {
      if (/blocked\.invalid/.test(route.request().url())) return route.abort("blockedbyclient");
      if (route.request().resourceType() !== "document") return route.continue();
      const response = await route.fetch();
      return route.fulfill({ response, body: (await response.text()).replace("</head>", `${snippet}<img src="/nowhere.png" alt=""><link rel="stylesheet" href="/nowhere.css"></head>`) });
    });
    await page.goto(server.root + article, { waitUntil: "networkidle" });
    assert.equal(await page.evaluate(() => document.documentElement.dataset.js), "kb article all contact");
    if (theme === "showcase") {
      await page.locator("details.appearance > summary").click();
      await page.locator("[data-appearance=dark]").click();
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
      assert.ok(await page.locator("form[data-feedback] button").first().isVisible());
      assert.ok(await page.locator("[role=tab]").first().isVisible());
    } else assert.ok(await page.locator("[data-expand]").isVisible());
  });
}
