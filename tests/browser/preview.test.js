// The preview: what writers see in an open page while they save files.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { boxOf } from "./support/box.js";
import { NETWORK, axeScript, findings, newPage, until } from "./support/browser.js";
import { FILES, Preview, REFUND, article, long, overlayOf, reads, sameDocument } from "./support/preview.js";

const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };
// Time in which something that must not happen would have happened, in milliseconds.
const NOTHING = 400;

const scrolled = (page) => page.evaluate(() => Math.round(scrollY));
async function scrollToMiddle(page) {
  await page.evaluate(() => scrollTo({ top: document.body.scrollHeight / 2, behavior: "instant" }));
  const place = await scrolled(page);
  assert.ok(place > 300, `scrolled to ${place}`);
  return place;
}

test("a saved article changes in place: scroll, focus and what was typed stay", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  const { field } = boxOf(page);
  await field.pressSequentially("mon");
  const place = await scrollToMiddle(page);
  let loads = 0;
  page.on("load", () => (loads += 1));

  preview.edit(REFUND, "Refund 20:", "Refund twenty:");
  await reads(page, ".prose", /Refund twenty:/);
  assert.equal(await scrolled(page), place);
  preview.edit(REFUND, "title: Refunds", "title: Money back");
  await reads(page, "h1", "Money back");

  assert.equal(await page.title(), "Money back · Help");
  assert.equal(await scrolled(page), place);
  assert.equal(await field.inputValue(), "mon");
  assert.equal(await field.evaluate((element) => element === document.activeElement), true);
  assert.equal(loads, 0);
  assert.ok(await sameDocument(page));
});

test("what is saved while a page loads is shown", async (t) => {
  const preview = await Preview.start(t);
  const page = await newPage(t);
  for (const wait of [0, 30, 60, 120]) {
    await page.goto(`${preview.root}billing/invoice/`, { waitUntil: "commit" });
    await sleep(wait);
    preview.write({ "content/billing/invoice.md": article(`Invoices ${wait}`, "New.") });
    await reads(page, "h1", `Invoices ${wait}`);
  }
  await page.goto("about:blank");
});

test("of many saves in a row the last is shown", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/invoice/");
  for (let n = 1; n <= 20; n += 1) {
    preview.write({ "content/billing/invoice.md": article(`Invoices ${n}`, `Number ${n}.`) });
    await sleep(20);
  }
  await reads(page, "h1", "Invoices 20");
  await reads(page, ".prose", "Number 20.");
  assert.ok(await sameDocument(page));
});

test("the search finds a word that was just saved", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  preview.edit("content/account/password.md", "a new password.", "a new password or a xylophone.");
  await until(async () => (await preview.search("xylophone")).join() === "Passwords");
  const { field, hits, answer } = boxOf(page);
  await field.focus();
  assert.deepEqual(await answer("xylophone"), ["Passwords"]);
  await hits.first().locator("mark").getByText("xylophone").first().waitFor();
  assert.ok(await sameDocument(page));
});

test("broken front matter is shown with its place, over the last good page, until it is mended", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/", CLIPBOARD);
  const { dialog, badge, message, place, copied, marked, excerpt, hint, status } = overlayOf(page);
  assert.ok(await badge.isHidden(), "nothing is wrong");
  const top = await scrollToMiddle(page);

  preview.edit(REFUND, "title: Refunds\n---\n", "title: Refunds: how\n");
  await dialog.waitFor();
  assert.equal(await place.textContent(), "content/billing/refund.md:1:1", await message.textContent());
  assert.equal(await excerpt.textContent(), "---");
  assert.equal(await marked.textContent(), "---");
  assert.match(await hint.first().textContent(), /^Hint: ./);
  await sleep(NOTHING);
  assert.equal(await page.locator("h1").textContent(), "Refunds", "the last good page");
  assert.match(await page.locator(".prose").textContent(), /Refund 40:/);

  await place.click();
  await copied.getByText("copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "content/billing/refund.md:1:1");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await badge.textContent(), "1 error");
  preview.edit("content/billing/_index.md", "title: Billing", "title: Payments");
  await sleep(NOTHING);
  assert.ok(await dialog.isHidden(), "it does not open again for the same error");
  await badge.click();
  await dialog.waitFor();

  preview.edit(REFUND, "title: Refunds: how\n", "title: Refunds mended\n---\n");
  await dialog.waitFor({ state: "hidden" });
  await status.getByText("Mended").waitFor();
  await reads(page, "h1", "Refunds mended");
  await reads(page, ".crumbs li:last-child", "Payments");
  assert.ok(await badge.isHidden());
  assert.equal(await scrolled(page), top);
  assert.ok(await sameDocument(page));
});

test("an article that lost its address by broken front matter stays in the page", async (t) => {
  const file = "content/billing/invoice.md";
  const preview = await Preview.start(t, { ...FILES, [file]: article("Invoices", "Text.", "slug: bills\n") });
  const page = await preview.open(t, "billing/bills/");
  preview.edit(file, "slug: bills\n---\n", "slug: bills: more\n");
  await overlayOf(page).dialog.waitFor();
  await sleep(NOTHING);
  assert.equal(await page.locator("h1").textContent(), "Invoices");
  preview.write({ [file]: article("Bills", "Text.", "slug: bills\n") });
  await reads(page, "h1", "Bills");
  assert.ok(await sameDocument(page));
});

test("with --strict warnings are shown as errors are", async (t) => {
  const preview = await Preview.start(t, FILES, { options: ["--strict"] });
  const page = await preview.open(t, "billing/refund/");
  const { dialog, badge, status } = overlayOf(page);
  preview.edit(REFUND, "title: Refunds", "titel: Refunds");
  await dialog.getByText("unknown key").waitFor();
  await dialog.getByText("did you mean `title`?").waitFor();
  preview.edit(REFUND, "titel: Refunds", "title: Refunds");
  await dialog.waitFor({ state: "hidden" });
  await status.getByText("Mended").waitFor();
  assert.ok(await badge.isHidden());
});

test("a place is copied too where pages have no clipboard", async (t) => {
  const refuse = () => Promise.reject(new Error("refused"));
  const init = `if (navigator.clipboard) navigator.clipboard.writeText = ${refuse}`;
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/", { permissions: ["clipboard-read"], init });
  const { dialog, place, copied } = overlayOf(page);
  preview.edit(REFUND, "title: Refunds", "title: Refunds: how");
  await dialog.waitFor();
  await place.click();
  await copied.getByText("copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "content/billing/refund.md:2:15");
  assert.ok(await place.evaluate((button) => button.getRootNode().activeElement === button), "the focus stays");
});

test("markup in messages is text", async (t) => {
  const markup = "<img src=x onerror=alert(1)>";
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  page.on("dialog", (shown) => assert.fail(shown.message()));
  const { dialog, message, excerpt, badge } = overlayOf(page);
  preview.edit(REFUND, "title: Refunds", `"${markup}": 1\ntitle: Refunds`);
  await badge.getByText("1 warning").waitFor();
  await badge.click();
  assert.ok((await message.textContent()).includes(markup), await message.textContent());
  assert.ok((await excerpt.textContent()).includes(markup), await excerpt.textContent());
  await page.keyboard.press("Escape");
  preview.edit(REFUND, "title: Refunds", `title: A: ${markup}`);
  await dialog.waitFor();
  assert.equal(await excerpt.first().textContent(), `title: A: ${markup}`);
  assert.equal(await page.locator("#_kb-live :is(img, script)").count(), 0);
});

test("styles change without a reload and without a moment unstyled", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  const place = await scrollToMiddle(page);
  const applies = (mark) => page.waitForFunction((wanted) => getComputedStyle(document.body).getPropertyValue("--mark") === wanted, mark);
  await page.evaluate(() => {
    const look = () => {
      self.unstyled ||= !getComputedStyle(document.documentElement).getPropertyValue("--kb-font");
      requestAnimationFrame(look);
    };
    look();
  });
  for (const file of ["static/css/print.css", "static/custom.css"]) {
    for (const mark of ["first", "second"]) {
      preview.write({ [file]: `body { --mark: ${mark}; }` });
      await applies(mark);
    }
    preview.remove(file);
    await applies("");
  }
  assert.equal(await page.locator("link[rel=stylesheet]").count(), 1);
  assert.equal(await page.evaluate(() => self.unstyled), false);
  assert.equal(await scrolled(page), place);
  assert.ok(await sameDocument(page));
});

test("templates change the page; a broken one leaves it as it was", async (t) => {
  const footer = "templates/partials/footer.html";
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  const { dialog, place } = overlayOf(page);
  const top = await scrollToMiddle(page);
  preview.write({ [footer]: "<footer>Our own</footer>" });
  await reads(page, "body > footer", "Our own");
  preview.write({ [footer]: "<footer>Broken {{ </footer>" });
  await dialog.waitFor();
  assert.match(await place.first().textContent(), /^templates\/partials\/footer\.html:1:\d+$/);
  await sleep(NOTHING);
  assert.equal(await page.locator("body > footer").textContent(), "Our own");
  preview.write({ [footer]: "<footer>Mended</footer>" });
  await reads(page, "body > footer", "Mended");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await scrolled(page), top);
  assert.ok(await sameDocument(page));
});

test("links that lead nowhere are marked, drafts have a ribbon", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "account/password/");
  const { dialog, message } = overlayOf(page);
  const link = page.locator("[data-broken-link]");
  preview.edit("content/account/password.md", "a new password", "a [new password](nowhere.md)");
  await link.waitFor();
  await dialog.waitFor();
  assert.equal(await link.getAttribute("title"), await message.evaluate((node) => node.firstChild.data));
  assert.match(await link.getAttribute("title"), /nowhere\.md/);
  assert.match(await link.evaluate((node) => getComputedStyle(node).textDecorationStyle), /wavy/);
  await page.keyboard.press("Escape");

  preview.write({ "content/account/password.md": article("Passwords", "Soon.", "draft: true\n") });
  await page.locator(".ribbon").waitFor();
  assert.equal(await link.count(), 0);
  await overlayOf(page).badge.waitFor({ state: "hidden" });
  preview.write({ "content/account/password.md": article("Passwords", "Now.") });
  await page.locator(".ribbon").waitFor({ state: "detached" });
  assert.ok(await sameDocument(page));
});

test("a deleted article is not found, and comes back with its file", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/invoice/", { expect: /404/ });
  const text = preview.read("content/billing/invoice.md");
  preview.remove("content/billing/invoice.md");
  await page.locator("body.page-404").waitFor();
  preview.write({ "content/billing/invoice.md": text });
  await page.locator("body.page-article").waitFor();
  await reads(page, "h1", "Invoices");
});

test("another title of a category changes menu and breadcrumb", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  const place = await scrollToMiddle(page);
  preview.edit("content/billing/_index.md", "title: Billing", "title: Payments & <fees>");
  await reads(page, ".crumbs li:last-child", "Payments & <fees>");
  await reads(page, ".menu li a[href='/billing/']", "Payments & <fees>");
  preview.write({ "content/shop/sizes.md": article("Sizes", "All sizes.") });
  await reads(page, ".menu ul", /Shop/);
  assert.equal(await scrolled(page), place);
  assert.ok(await sameDocument(page));
});

test("a page waits for the preview to run again and has then what was saved meanwhile", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/", { expect: NETWORK });
  const { status } = overlayOf(page);
  await preview.end();
  await status.getByText("Preview stopped, waiting").waitFor();
  preview.edit(REFUND, "title: Refunds", "title: Refunds later");
  await preview.begin();
  await reads(page, "h1", "Refunds later");
  await status.waitFor({ state: "detached" });
  preview.edit(REFUND, "title: Refunds later", "title: Refunds again");
  await reads(page, "h1", "Refunds again");
  assert.ok(await sameDocument(page));
});

test("a page that shows nothing of a change is left alone", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  const other = await preview.open(t, "account/password/");
  const asked = [];
  other.on("request", (request) => asked.push(request.url()));
  preview.edit(REFUND, "Refund 1:", "Refund one:");
  await reads(page, ".prose", /Refund one:/);
  await sleep(NOTHING);
  assert.deepEqual(asked, []);
  preview.edit("content/account/password.md", "Choose a new", "Choose another");
  await reads(other, ".prose", /Choose another/);
  assert.deepEqual(asked, [`${preview.root}account/password/`], "the page, once");
  assert.ok(await sameDocument(page) && await sameDocument(other));
});

test("copy buttons and tabs work in what was swapped in", async (t) => {
  const tabs = (second) => `\`\`\`sh\necho ${second}\n\`\`\`\n\n:::tabs\n:::tab Windows\nPress E.\n:::\n:::tab macOS\n${second}.\n:::\n:::`;
  const file = "content/account/password.md";
  const preview = await Preview.start(t, { ...FILES, [file]: article("Passwords", tabs("before")) });
  const page = await preview.open(t, "account/password/", CLIPBOARD);
  const tab = page.getByRole("tab", { name: "macOS" });
  await tab.click();
  await page.getByRole("tabpanel").getByText("before.").waitFor();
  preview.write({ [file]: article("Passwords", tabs("after")) });
  await page.getByRole("tabpanel").getByText("after.").waitFor();
  assert.equal(await tab.getAttribute("aria-selected"), "true", "the choice stays");
  await page.getByRole("tab", { name: "Windows" }).click();
  await page.getByRole("tabpanel").getByText("Press E.").waitFor();
  assert.equal(await page.getByRole("tab").count(), 2);
  await page.locator(".code-copy").click();
  await page.locator(".code-copy").getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "echo after");
  assert.equal(await page.locator(".code-copy").count(), 1);
  assert.ok(await sameDocument(page));
});

test("odd articles do not stop what others gain", async (t) => {
  const odd = `## One {#100%}

<figure class="video" data-video="https://www.youtube-nocookie.com/embed/x"><p>Written by hand.</p></figure>

:::tabs
:::tab Same
First.
:::
:::tab Same
Second.
:::
:::

\`\`\`
code
\`\`\`
`;
  const preview = await Preview.start(t, { ...FILES, [REFUND]: article("Refunds", odd) });
  const page = await preview.open(t, "billing/refund/", { permissions: ["clipboard-read", "clipboard-write"] });
  await page.evaluate(() => (location.hash = "#%zz"));
  await page.locator(".code-copy").waitFor();
  await page.getByRole("tab", { name: "Same" }).nth(1).click();
  await page.getByText("Second.").waitFor();
  assert.ok(!(await page.getByText("First.").isVisible()));
});

test("a page that was opened with broken front matter follows when it is mended", async (t) => {
  const preview = await Preview.start(t, { ...FILES, [REFUND]: article("Refunds: how", "Text.") });
  const page = await preview.open(t, "billing/refund/");
  const { dialog, badge } = overlayOf(page);
  await badge.getByText("1 error").waitFor();
  assert.ok(await dialog.isHidden(), "only what is new opens the list");
  preview.edit(REFUND, "Text.", "Other text.");
  await reads(page, ".prose", /Other text\.$/);
  preview.edit(REFUND, "title: Refunds: how", "title: Refunds");
  await reads(page, "h1", "Refunds");
  await badge.waitFor({ state: "hidden" });
  assert.ok(await sameDocument(page));
});

test("a broken kb.toml leaves the site as it was", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  const { dialog, place } = overlayOf(page);
  const config = preview.read("kb.toml");
  preview.write({ "kb.toml": `titel = 1\n${config}` });
  await dialog.waitFor();
  assert.match(await place.first().textContent(), /^kb\.toml:1:1$/);
  preview.edit(REFUND, "Refund 1:", "Refund one:");
  await sleep(NOTHING);
  assert.equal(await page.locator("h1").textContent(), "Refunds");
  preview.write({ "kb.toml": config.replace('"Help"', '"Helpful"') });
  await dialog.waitFor({ state: "hidden" });
  await reads(page, ".brand", "Helpful");
  await reads(page, ".prose", /Refund one:/);
  assert.ok(await sameDocument(page));
});

test("a changed script loads the page anew, at the same place", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/");
  const script = await (await fetch(await page.locator('script[src$="/kb.js"]').evaluate((node) => node.src))).text();
  const place = await scrollToMiddle(page);
  preview.write({ "static/js/kb.js": `${script}\nself.changed = true;\n` });
  await page.waitForFunction(() => self.changed);
  await page.waitForFunction((wanted) => Math.abs(scrollY - wanted) <= 1, place);
  assert.equal(await sameDocument(page), false);
});

test("images are changed in place, beside the article and in static/", async (t) => {
  const image = (width) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="10"/>`;
  const [own, shared] = ["content/billing/invoice.svg", "static/shared.svg"];
  const preview = await Preview.start(t, {
    ...FILES,
    "content/billing/invoice.md": article("Invoices", "![Invoice](invoice.svg) ![Shared](/shared.svg)"),
    [own]: image(20),
    [shared]: image(20),
  });
  const page = await preview.open(t, "billing/invoice/");
  const widths = (...wanted) => page.waitForFunction((wanted) => [...document.querySelectorAll(".prose img")].map((img) => img.naturalWidth).join() === wanted, wanted.join());
  await widths(20, 20);
  preview.write({ [own]: image(30) });
  await widths(30, 20);
  preview.write({ [shared]: image(40) });
  await widths(30, 40);
  assert.ok(await sameDocument(page));
});

test("the list of all articles keeps its filter", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "all/?q=invoice");
  const rows = page.locator("[data-filter] li:visible");
  await rows.getByText("Invoices").waitFor();
  preview.write({ "content/account/invoice.md": article("Invoices of members", "Here.") });
  await rows.getByText("Invoices of members").waitFor();
  assert.equal(await rows.count(), 2);
});

test("whatever is saved, the page becomes what is served", async (t) => {
  const preview = await Preview.start(t);
  const page = await preview.open(t, "billing/refund/", { expect: /404/ });
  const footer = "templates/partials/footer.html";
  const config = (title) => `title = "${title}"\n[build]\ngit_dates = false\n`;
  let state = 20261122;
  const some = (count) => (state = (state * 48271) % 2147483647) % count;
  const saves = [
    () => preview.write({ [REFUND]: article(`Refunds ${some(99)}`, long(`Refund ${some(99)}`)) }),
    () => preview.write({ [REFUND]: "---\ntitle: Refunds\n" }),
    () => preview.remove(REFUND),
    () => preview.write({ [footer]: `<footer>${some(99)}</footer>` }),
    () => preview.write({ [footer]: "<footer>{{ </footer>" }),
    () => preview.write({ "static/css/print.css": `body { --mark: ${some(99)}; }` }),
    () => preview.write({ "content/billing/_index.md": article(`Billing ${some(99)}`, "Money.") }),
    () => preview.write({ "content/billing/more.md": article(`More ${some(99)}`, "More.") }),
    () => preview.write({ "kb.toml": config(`Help ${some(99)}`) }),
    () => preview.write({ "kb.toml": "titel = 1\n" }),
  ];
  for (let round = 1; round <= 3; round += 1) {
    for (let n = 0; n < 12; n += 1) {
      saves[some(saves.length)]();
      await sleep(some(100));
    }
    const last = `The last of round ${round}`;
    preview.write({ [REFUND]: article(last, long("Refund")), [footer]: `<footer>${last}</footer>`, "kb.toml": config(last) });
    await until(async () => (await page.title()) === `${last} · ${last}`, () => `round ${round} is not shown`);
    let parts;
    const isServed = async () => {
      // A page that is loaded again has its title before its body.
      await page.waitForLoadState("domcontentloaded");
      parts = await page.evaluate(partsOfPage);
      return parts.shown === parts.served;
    };
    await until(isServed, () => `round ${round}: ${JSON.stringify(parts)}`);
  }
  await overlayOf(page).badge.waitFor({ state: "hidden" });
});

// Runs in pages: what the page has, and what the server would send. Scripts that run stay from their former folder, the
// search adds to its box, and files that are fetched early are no part of the page.
async function partsOfPage() {
  const response = await fetch(location.pathname, { headers: { accept: "*/*" } });
  const served = new DOMParser().parseFromString(await response.text(), "text/html");
  const parts = (root) => [...root.children].filter((part) => part.localName !== "script" && part.rel !== "prefetch").map((part) => part.outerHTML);
  const text = ({ head, body }) => [...parts(head).sort(), ...parts(body)].join("\n").replace(/<kb-search>[^]*?<\/kb-search>/g, "");
  return { shown: text(document), served: text(served) };
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing in overlay and badge, ${colorScheme}, at 320 pixels`, async (t) => {
    const preview = await Preview.start(t);
    const page = await preview.open(t, "billing/refund/", { colorScheme, viewport: { width: 320, height: 640 }, reducedMotion: "reduce", init: axeScript() });
    const { dialog, badge, close } = overlayOf(page);
    preview.write({
      [REFUND]: article("Refunds", `[Nowhere](${"a-very-long-name-".repeat(8)}.md), ![Image](no.png)`, "unknown: key\n"),
      "content/account/password.md": article("Passwords: how", "Text."),
    });
    await dialog.waitFor();
    await badge.getByText("3 errors, 1 warning").waitFor({ state: "attached" });
    assert.deepEqual(await findings(page), [], "the overlay");
    const list = dialog.locator(".list");
    assert.ok(await list.evaluate((node) => node.scrollWidth <= node.clientWidth), "nothing sticks out");
    const box = await dialog.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
    await close.click();
    await dialog.waitFor({ state: "hidden" });
    assert.deepEqual(await findings(page), [], "the badge");
    const size = await badge.boundingBox();
    assert.ok(size.height >= 44 && size.x + size.width <= 320, JSON.stringify(size));
  });
}

test("everything works below the path of the base URL, under the policy that it is served with", async (t) => {
  const preview = await Preview.start(t, FILES, { config: 'base_url = "https://x.example/help/"' });
  assert.match(preview.root, /\/help\/$/);
  const served = await fetch(`${preview.root}billing/refund/`, { headers: { accept: "text/html" } });
  const policy = served.headers.get("content-security-policy");
  assert.match(policy, /script-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')/);

  const page = await preview.open(t, "billing/refund/");
  const place = await scrollToMiddle(page);
  preview.edit(REFUND, "title: Refunds", "title: Refunds and xylophones");
  await reads(page, "h1", "Refunds and xylophones");
  assert.equal(await scrolled(page), place);
  assert.ok(await sameDocument(page));
  const { field, hits, answer } = boxOf(page);
  await field.focus();
  assert.deepEqual(await answer("xylophones"), ["Refunds and xylophones"]);
  assert.match(await hits.first().locator("a").first().getAttribute("href"), /\/help\/billing\/refund\/\?highlight=xylophones$/);
  const found = await (await fetch(`${preview.root}api/search?q=xylophones`)).json();
  assert.deepEqual(found.hits.map((hit) => hit.url), ["/help/billing/refund/"]);
});

test("a message that nothing receives in the preview is not lost, nor is it while the page changes", async (t) => {
  const config = '[contact]\nendpoint = "/messages"\nresponse_time = "a day"\n';
  const preview = await Preview.start(t, FILES, { config });
  const page = await preview.open(t, "contact/", { expect: NETWORK });
  await page.locator("[name=email]").fill("anna@example.com");
  await page.locator("[name=subject]").fill("Invoice");
  await page.locator("[name=message]").fill("Where is it?");
  await page.locator(".desk-form [type=submit]").click();
  await page.getByText("was not accepted (405)").waitFor();
  preview.write({ "kb.toml": `title = "Help"\n${config.replace("a day", "an hour")}\n[build]\ngit_dates = false\n` });
  await reads(page, ".desk-promise dd", "an hour");
  assert.equal(await page.locator("[name=message]").inputValue(), "Where is it?");
});
