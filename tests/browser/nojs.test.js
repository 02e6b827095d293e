// Everything that helps must work without JavaScript.

import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, serve } from "./support/browser.js";

const server = await serve("showcase", { receives: ["/feedback"] });

async function open(t, path = "", options) {
  const page = await newPage(t, { javaScriptEnabled: false, ...options });
  await page.goto(server.root + path);
  return page;
}
const still = { reducedMotion: "reduce" };
const phone = { ...still, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test("from the home page to an answer by links alone", async (t) => {
  const page = await open(t);
  await page.locator("main").getByRole("link", { name: "Light and battery" }).click();
  await page.waitForURL(`${server.root}light/`);
  await page.locator("main").getByRole("link", { name: "Care", exact: true }).click();
  await page.waitForURL(`${server.root}light/care/`);
  await page.locator("main").getByRole("link", { name: "Clean the light" }).click();
  await page.waitForURL(`${server.root}light/care/clean-the-light/`);
  assert.match(await page.locator(".prose").innerText(), /damp cloth/);
  await page.getByRole("navigation").getByRole("link", { name: "Care" }).first().click();
  await page.waitForURL(`${server.root}light/care/`);
});

for (const [name, path] of [["home page", ""], ["article", "light/battery-life/"], ["page that is not found", "no/such/page/"]]) {
  test(`the search form of the ${name} leads to the list of all articles`, async (t) => {
    const page = await open(t, path, { expect: /404/ });
    await page.locator("[data-search]").first().fill("battery");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/all\/\?q=battery$/);
    await page.getByRole("link", { name: "How long does the battery last?" }).click();
    await page.waitForURL(/\/light\/battery-life\/$/);
  });
}

for (const [name, options] of [["a wide window", {}], ["a phone", phone]]) {
  test(`menus and languages on ${name}`, async (t) => {
    const page = await open(t, "light/charge-the-light/", options);
    const menu = page.locator("details.drop.menu");
    await menu.locator("summary").click();
    await menu.getByRole("link", { name: /^Orders and returns/ }).click();
    await page.waitForURL(`${server.root}orders/`);
    await page.goBack();
    const languages = page.locator("details.drop.languages");
    await languages.locator("summary").click();
    await languages.getByRole("link", { name: "Deutsch" }).click();
    await page.waitForURL(`${server.root}de/light/charge-the-light/`);
    assert.equal(await page.locator("h1").innerText(), "Das Licht laden");
    await languages.locator("summary").click();
    await languages.getByRole("link", { name: "العربية" }).click();
    await page.waitForURL(`${server.root}ar/light/charge-the-light/`);
    assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
  });
}

test("all tabs are shown, each below its title", async (t) => {
  const page = await open(t, "app/control-from-a-computer/");
  const tabs = page.locator(".tabs").first().locator(".tab");
  assert.equal(await tabs.count(), 3);
  for (const [n, title] of ["Windows", "macOS", "Linux"].entries()) {
    assert.ok(await tabs.nth(n).isVisible());
    assert.ok(await tabs.nth(n).locator(".tab-title").getByText(title, { exact: true }).isVisible(), title);
  }
});

test("accordions, closed callouts and questions open", async (t) => {
  const page = await open(t, "app/control-from-a-computer/");
  for (const [summary, inside] of [["The port is busy", "Another program uses it."], ["What does the program send to us?", "It asks for new firmware only"]]) {
    const text = page.getByText(inside);
    assert.equal(await text.isVisible(), false);
    await page.locator("summary").filter({ hasText: summary }).click();
    assert.ok(await text.isVisible(), summary);
  }
  await page.goto(`${server.root}faq/`);
  const item = page.locator("details.faq-item").filter({ hasText: "Do I need the app?" });
  const answer = item.getByText("The button changes the modes.");
  assert.equal(await answer.isVisible(), false);
  await item.locator("summary").click();
  assert.ok(await answer.isVisible());
});

test("a video and an image are links, and what needs JavaScript is not shown", async (t) => {
  const page = await open(t, "app/control-from-a-computer/");
  assert.match(await page.locator("figure.video a.video-open").getAttribute("href"), /^https:\/\/www\.youtube\.com\/watch\?v=/);
  assert.match(await page.locator("a.zoom").first().getAttribute("href"), /computer\.[0-9a-f]+\.png$/);
  assert.equal(await page.locator("[data-appearance]:visible, .code-copy:visible, [role=tab]:visible").count(), 0);
  assert.equal(await page.locator("details.appearance summary").isVisible(), false, "a menu that does nothing");
  await page.goto(`${server.root}faq/`);
  assert.equal(await page.locator("[data-expand]").isVisible(), false);
});

test("whoever still needs help finds a way to write", async (t) => {
  const page = await open(t, "light/battery-life/");
  const contact = page.getByRole("link", { name: "Contact us" }).first();
  await contact.click();
  await page.waitForURL(`${server.root}contact/`);
  for (const href of ["mailto:help@velumo.example", "tel:+15550137", "https://chat.velumo.example/"]) {
    assert.ok(await page.locator(`main a[href="${href}"]:visible`).first().isVisible(), href);
  }
  assert.match(await page.locator("main").innerText(), /within 4 hours/);
});

for (const answer of ["yes", "no"]) {
  test(`whether an article helped can be said: ${answer}`, async (t) => {
    const page = await open(t, "light/charge-the-light/");
    await page.locator(`form[data-feedback] button[name=helpful][value=${answer}]:visible`).first().click();
    await page.getByText("Thank you.").waitFor();
    assert.equal(server.received.length, 1);
    const [{ path, type, body }] = server.received;
    assert.equal(path, "/feedback");
    assert.equal(type, "application/x-www-form-urlencoded");
    const fields = Object.fromEntries(new URLSearchParams(body));
    assert.deepEqual({ ...fields, comment: undefined }, { kind: "feedback", url: "/light/charge-the-light/", title: "Charge the light", language: "en", helpful: answer, comment: undefined });
  });
}

test("the contents of a long article lead to its parts, which the header does not cover", async (t) => {
  for (const options of [still, phone]) {
    const page = await open(t, "app/every-setting/", options);
    const inline = page.locator("details.toc-inline > summary");
    if (await inline.isVisible()) await inline.click();
    await page.locator('.toc a[href="#connection"]:visible, .toc-inline a[href="#connection"]:visible').first().click();
    const { y } = await page.locator("#connection").boundingBox();
    const header = await page.locator("header.site-header").boundingBox();
    assert.ok(y >= Math.max(0, header.y + header.height) && y < 400, `heading at ${y}, header to ${header.y + header.height}`);
  }
});
