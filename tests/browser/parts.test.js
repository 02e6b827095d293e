// What articles gain with JavaScript, apart from search: contents that follow, video after consent, code to copy.

import assert from "node:assert/strict";
import { test } from "node:test";
import { axeScript, findings, newPage, serve } from "./support/browser.js";
import { STRICT } from "./support/server.js";

const server = await serve("showcase");
// A host that shows video allows its frame.
const framed = await serve("showcase", { policy: `${STRICT}; frame-src https://www.youtube-nocookie.com` });
const PLAYER = "<!doctype html><title>Player</title><p>playing</p>";

test("the contents follow the reader", async (t) => {
  const page = await newPage(t, { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  await page.goto(`${server.root}app/every-setting/`);
  const current = page.locator(".toc a[aria-current]");
  for (const id of ["battery", "safety", "connection", "light-settings"]) {
    await page.evaluate((name) => document.getElementById(name).scrollIntoView({ behavior: "instant" }), id);
    await page.locator(`.toc a[href="#${id}"][aria-current]`).waitFor();
    assert.equal(await current.count(), 1);
    const inSight = await current.evaluate((link) => {
      const list = link.closest(".toc").getBoundingClientRect();
      const box = link.getBoundingClientRect();
      return box.top >= list.top - 1 && box.bottom <= Math.min(list.bottom, innerHeight) + 1;
    });
    assert.ok(inSight, `the mark at ${id} can be seen in the contents`);
  }
});

test("a video is loaded once it is wanted, and the choice can be kept", async (t) => {
  const page = await newPage(t);
  const asked = [];
  await page.route("https://www.youtube-nocookie.com/**", (route) => {
    asked.push(route.request().url());
    return route.fulfill({ contentType: "text/html", body: PLAYER });
  });
  await page.addInitScript(axeScript());
  await page.goto(`${framed.root}app/control-from-a-computer/`, { waitUntil: "networkidle" });
  const figure = page.locator("figure.video");
  const button = figure.locator("button");
  await button.scrollIntoViewIfNeeded();
  assert.match(await button.innerText(), /Control the light from a computer, in two minutes/);
  assert.match(await figure.innerText(), /YouTube/);
  assert.equal(await figure.locator("a").first().getAttribute("href"), "https://www.youtube.com/watch?v=aqz-KE-bpKQ", "the way without it stays");
  assert.deepEqual(asked, [], "nothing is asked of the host before");
  assert.deepEqual(await findings(page), []);
  await figure.locator("input[type=checkbox]").check();
  await button.focus();
  await page.keyboard.press("Enter");
  await page.frameLocator("figure.video iframe").getByText("playing").waitFor();
  assert.ok(await page.evaluate(() => document.activeElement.matches("iframe")), "the focus goes into the player");
  assert.match(await page.locator("figure.video iframe").getAttribute("title"), /Control the light from a computer/);
  assert.deepEqual(await findings(page), []);
  assert.match(asked[0], /^https:\/\/www\.youtube-nocookie\.com\/embed\/aqz-KE-bpKQ\?.*autoplay=1/);
  await page.reload();
  await page.waitForLoadState("networkidle");
  assert.ok(await page.evaluate(() => document.activeElement === document.body), "what is remembered takes no focus");
  await page.locator("figure.video iframe").scrollIntoViewIfNeeded();
  await page.frameLocator("figure.video iframe").getByText("playing").waitFor();
  assert.ok(!/autoplay=1/.test(asked.at(-1)), "what is remembered does not play by itself");
});

test("under a policy without frames a video stays a link", async (t) => {
  const page = await newPage(t, { expect: /frame-src|default-src/ });
  await page.goto(`${server.root}app/control-from-a-computer/`);
  await page.locator("figure.video button").click();
  const link = page.locator("figure.video a");
  await link.first().waitFor();
  assert.equal(await link.first().getAttribute("href"), "https://www.youtube.com/watch?v=aqz-KE-bpKQ");
  assert.match(await link.first().innerText(), /Control the light/);
  assert.equal(await page.locator("figure.video iframe").count(), 0);
});

test("code is copied as it is written", async (t) => {
  const page = await newPage(t, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(`${server.root}app/control-from-a-computer/`);
  const box = page.locator(".code").filter({ hasText: "import velumo" }).first();
  const button = box.locator(".code-copy");
  await button.focus();
  await page.keyboard.press("Enter");
  await button.getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^import velumo\n\nwith velumo\.connect\(\) as light:\n {4}if light/);
  assert.match(copied, /left"\)$/);
});

test("what is printed is the answer alone", async (t) => {
  const page = await newPage(t);
  await page.goto(`${server.root}light/charge-the-light/`);
  await page.emulateMedia({ media: "print" });
  for (const part of ["header.site-header nav", "form[data-feedback]", ".side", ".toc", ".pager", "a.skip"]) {
    assert.equal(await page.locator(part).first().isVisible(), false, `${part} is not printed`);
  }
  assert.ok(await page.locator(".prose").isVisible());
});
