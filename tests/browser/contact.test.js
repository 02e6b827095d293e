// The contact page: a customer is shown answers while writing, loses no word, and the message arrives once.

import assert from "node:assert/strict";
import http from "node:http";
import path from "node:path";
import { test } from "node:test";
import { NETWORK, atEnd, axeScript, findings, newPage, nothingFound, serve, until } from "./support/browser.js";
import { TRAPS } from "./support/pages.js";
import { Server } from "./support/server.js";

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; base-uri 'none'";
const showcase = await serve("showcase", { receives: ["/messages"] });
const small = await serve("contact", { receives: ["/messages"] });
const CSP = /Content Security Policy/;

const partsOf = (page) => ({
  name: page.locator("[name=name]"),
  email: page.locator("[name=email]"),
  topic: page.locator("[name=topic]"),
  subject: page.locator("[name=subject]"),
  message: page.locator("[name=message]"),
  send: page.locator(".desk-form button[type=submit]"),
  alert: page.locator("[data-alert]"),
  said: page.locator("[data-said]"),
  again: page.locator("[data-again]"),
  sent: page.locator("[data-done=sent]"),
  answers: page.locator(".answer-open"),
  dialog: page.locator("dialog.answer"),
});

async function open(t, server, address = "contact/", options) {
  const page = await newPage(t, options);
  await page.goto(server.root + address);
  return { page, ...partsOf(page) };
}

// Opens the form with all that must be filled in.
async function filled(t, server, options, text = "Where is it?") {
  const form = await open(t, server, "contact/", options);
  await form.email.fill("anna@example.com");
  await form.subject.fill("A parcel");
  await form.message.fill(text);
  return form;
}

// What was sent: the names and values of a body, of either kind.
function fieldsOf({ type, body }) {
  if (type.startsWith("application/x-www-form-urlencoded")) return [...new URLSearchParams(body)];
  const boundary = `--${type.split("boundary=")[1]}`;
  return body.split(boundary).slice(1, -1).map((part) => {
    const [, name, file] = part.match(/name="([^"]*)"(?:; filename="([^"]*)")?/);
    const value = part.slice(part.indexOf("\r\n\r\n") + 4, -2);
    return [name, file === undefined ? value : `${file}: ${value}`];
  });
}

// Records the events of the page.
const listen = (page) => page.evaluate(() => {
  self.heard = [];
  for (const name of ["suggest", "suggest-open", "suggest-solved", "suggest-rejected", "suggest-assumed", "contact-sent", "contact-failed"]) {
    document.addEventListener(`kb:${name}`, ({ detail }) => {
      self.heard.push([name, detail]);
      sessionStorage.setItem("heard", JSON.stringify(self.heard));
    });
  }
});
const heard = (page) => page.evaluate(() => self.heard);

// An endpoint on another origin, which says whether pages of others may read its answers.
async function endpoint(t, { allows, answers = true, methods = "POST, OPTIONS", only = /./, redirect }) {
  const received = [];
  const asked = [];
  const server = http.createServer(async (request, response) => {
    asked.push(request.method);
    const parts = [];
    for await (const part of request) parts.push(part);
    if (request.method === "POST") received.push({ type: request.headers["content-type"], body: Buffer.concat(parts).toString(), accept: request.headers.accept });
    if (request.method === "POST" && !answers) return void response.destroy();
    const headers = allows && only.test(request.method) && { "access-control-allow-origin": "*", "access-control-allow-methods": methods };
    if (redirect && request.method === "POST") return void response.writeHead(302, { location: redirect, ...headers }).end();
    response.writeHead(200, { "content-type": "text/html", ...headers });
    response.end("<!doctype html><title>Thanks</title><link rel=icon href=data:,><p>Thank you.");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { received, asked, origin: `http://127.0.0.1:${server.address().port}` };
}

// The small site with another address of the endpoint and another policy.
async function siteFor(t, action, policy) {
  const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, "contact"), { policy, receives: ["/messages"] });
  atEnd(t, () => server.close());
  if (action) server.when(/^\/contact\/$/, { body: (bytes) => Buffer.from(bytes.toString().replace('action="/messages"', `action="${action}"`)) });
  return server;
}

test("without JavaScript, the form sends what it has, and every topic's channels are there", async (t) => {
  const { page, send, topic } = await filled(t, small, { javaScriptEnabled: false });
  await topic.selectOption("orders");
  await page.locator("[name=number]").fill("17");
  assert.ok(await page.locator('main a[href="tel:+15550111"]').first().isVisible());
  assert.ok(await page.locator('main a[href="/orders/return/"]').first().isVisible());
  assert.equal(await page.locator("[data-answers]").isVisible(), false, "nothing promises what needs JavaScript");
  await send.click();
  await page.getByText("Thank you.").waitFor();
  const [sent] = small.received;
  const fields = Object.fromEntries(fieldsOf(sent));
  assert.deepEqual(fields, {
    language: "en", url: "/contact/", name: "", email: "anna@example.com", topic: "orders", subject: "A parcel", message: "Where is it?", number: "17",
    ...Object.fromEntries(TRAPS.map((name) => [name, ""])),
  });
});

test("with JavaScript, the same fields are sent without leaving the page, and an id", async (t) => {
  const plain = await filled(t, small, { javaScriptEnabled: false }, "One\nTwo");
  await plain.topic.selectOption("orders");
  await plain.page.locator("[name=number]").fill("17");
  for (const name of TRAPS) await plain.page.locator(`[name=${name}]`).fill(`in ${name}`);
  await plain.send.click();
  await plain.page.getByText("Thank you.").waitFor();
  const { page, topic, send, sent } = await filled(t, small, {}, "One\nTwo");
  await listen(page);
  await topic.selectOption("orders");
  await page.locator("[name=number]").fill("17");
  for (const name of TRAPS) await page.locator(`[name=${name}]`).fill(`in ${name}`);
  await send.click();
  await sent.waitFor();
  const [before, after] = small.received;
  assert.equal(after.type.split(";")[0], before.type.split(";")[0]);
  const fields = fieldsOf(after);
  const id = fields.pop();
  assert.deepEqual(fields, fieldsOf(before));
  assert.equal(id[0], "id");
  assert.match(id[1], /^[0-9a-f]{32}$/);
  assert.match(await sent.innerText(), /within an hour/);
  assert.match(await sent.innerText(), /One\nTwo/);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.done), "sent");
  const { shown, ...said } = (await heard(page)).at(-1)[1];
  assert.deepEqual(said, { topic: "orders", channel: "endpoint", opened: [] });
  assert.ok(shown >= 0);
  assert.equal(await page.evaluate(() => sessionStorage.getItem("kb-contact")), null, "the draft is gone");
  await page.locator("[data-done=sent] [data-new]").click();
  assert.equal(await page.locator("[name=message]").inputValue(), "");
  assert.equal(await page.locator("[name=email]").inputValue(), "anna@example.com");
});

test("files are sent with the message", async (t) => {
  const { page, send, sent } = await filled(t, showcase);
  await page.locator("[name=files]").setInputFiles([{ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("one") }, { name: "b.txt", mimeType: "text/plain", buffer: Buffer.from("two") }]);
  await send.click();
  await sent.waitFor();
  const files = fieldsOf(showcase.received[0]).filter(([name]) => name === "files");
  assert.deepEqual(files, [["files", "a.txt: one"], ["files", "b.txt: two"]]);
  assert.match(await sent.innerText(), /a\.txt, b\.txt/);
});

test("articles are suggested beside the text, open in place, and the message stays as it is", async (t) => {
  // Where data is paid by volume, nothing is loaded ahead.
  const { page, subject, message, answers, dialog, send, sent, email } = await open(t, showcase, "contact/", { init: 'Object.defineProperty(navigator, "connection", { value: { saveData: true } })' });
  await listen(page);
  assert.equal(showcase.asked(/search\/engine/).length, 0, "nothing is loaded before somebody writes");
  await email.fill("anna@example.com");
  await subject.fill("Dead");
  await page.waitForTimeout(600);
  assert.equal(await answers.count(), 0, "one word says too little");
  const places = () => page.evaluate(() => [...document.querySelectorAll("[name=message], [name=subject], .desk-form [type=submit]")].map((each) => each.getBoundingClientRect().top + scrollY));
  await message.pressSequentially("my light does not", { delay: 15 });
  const before = await places();
  await message.pressSequentially(" turn on and the app does not find it any more", { delay: 15 });
  await answers.first().waitFor();
  assert.deepEqual(await places(), before, "nothing moves beside the text");
  assert.equal(await page.locator("[data-answers-status]").textContent(), "2 articles may help");
  assert.equal(await page.evaluate(() => document.activeElement.name), "message");
  const title = await answers.first().locator("b").innerText();
  assert.equal(title, "The light does not turn on");

  await answers.first().click();
  await dialog.locator(".prose :is(h2, h3, li)").first().waitFor();
  assert.equal(await dialog.locator("h2").first().innerText(), title);
  const inside = await dialog.evaluate((each) => ({
    relative: [...each.querySelectorAll(".prose [href], .prose [src]")].filter((part) => !/^https?:/.test(part.getAttribute("href") ?? part.getAttribute("src"))).length,
    doubled: [...document.querySelectorAll("[id]")].map((part) => part.id).filter((id, n, all) => all.indexOf(id) !== n),
    eager: [...each.querySelectorAll(".prose img:not([loading=lazy])")].length,
    here: [...each.querySelectorAll(".prose a")].filter((link) => link.target !== "_blank").length,
    scripts: each.querySelectorAll(".prose :is(script, .anchor, .code-copy)").length,
  }));
  assert.deepEqual(inside, { relative: 0, doubled: [], eager: 0, here: 0, scripts: 0 });
  assert.match(await dialog.locator("[data-whole]").getAttribute("href"), /^http.*\/light\/light-does-not-turn-on\/(#|$)/);
  await page.keyboard.press("Escape");
  assert.equal(await dialog.isVisible(), false);
  assert.ok(await answers.first().evaluate((each) => each === document.activeElement), "the focus comes back");

  await answers.nth(1).click();
  await dialog.locator("[data-rejected]").click();
  assert.equal(await page.evaluate(() => document.activeElement.name), "message");
  await send.click();
  await sent.waitFor();
  const events = await heard(page);
  const [, first] = events.find(([name]) => name === "suggest");
  assert.equal(first.language, "en");
  assert.ok(first.suggestions.every(({ url, title, confidence }) => url.startsWith("http") && title && confidence >= 0 && confidence <= 1));
  const opens = events.filter(([name]) => name === "suggest-open").map(([, { position }]) => position);
  assert.deepEqual(opens, [1, 2]);
  assert.equal(events.filter(([name]) => name === "suggest-rejected").length, 1);
  const [, last] = events.at(-1);
  assert.deepEqual([last.channel, last.opened.length], ["endpoint", 2]);
  assert.ok(last.shown >= 2);
  await page.locator("[data-done=sent] [data-new]").click();
  await until(async () => await answers.count() === 0);
  assert.doesNotMatch(JSON.stringify(events), /any more|anna@/, "no words of the message");
});

test("an article that solves it ends the message, which can be brought back", async (t) => {
  const { page, message, subject, answers, dialog } = await open(t, showcase);
  await listen(page);
  await subject.fill("Return");
  await message.fill("I want to return my order");
  await answers.first().click();
  await dialog.locator("[data-solved]").click();
  await page.locator("[data-done=solved]").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem("kb-contact")), null);
  assert.equal((await heard(page)).at(-1)[0], "suggest-solved");
  await page.locator("[data-done=solved] [data-back]").click();
  assert.equal(await message.inputValue(), "I want to return my order");
  await page.reload();
  assert.equal(await message.inputValue(), "I want to return my order", "the draft is back too");
});

test("who leaves after reading is counted apart", async (t) => {
  const { page, message, answers, dialog } = await open(t, showcase);
  await listen(page);
  await message.fill("I want to return my order");
  await answers.first().click();
  await dialog.locator(".prose *").first().waitFor();
  await page.keyboard.press("Escape");
  await page.goto(`${showcase.root}all/`);
  const events = JSON.parse(await page.evaluate(() => sessionStorage.getItem("heard")));
  assert.deepEqual(events.at(-1)[0], "suggest-assumed");
});

test("suggestions do not change while the customer is elsewhere, and hold still below the pointer", async (t) => {
  const { page, message, subject, answers, email } = await open(t, showcase);
  await message.fill("I want to return my order");
  await answers.first().waitFor();
  const titles = () => answers.locator("b").allInnerTexts();
  const before = await titles();
  await message.fill("the app does not find my light with bluetooth");
  await email.focus();
  await page.waitForTimeout(900);
  assert.deepEqual(await titles(), before, "the focus is outside of the text");
  await subject.focus();
  await subject.pressSequentially("a", { delay: 10 });
  await page.mouse.move(300, 300);
  await page.mouse.move(500, 400);
  await page.waitForTimeout(900);
  assert.deepEqual(await titles(), before, "the pointer moves");
  await subject.pressSequentially("b");
  await until(async () => (await titles()).join() !== before.join());
});

test("the whole way with the keyboard alone", async (t) => {
  const { page, answers, dialog, sent } = await open(t, showcase);
  const tabTo = async (selector) => {
    for (let n = 0; n < 60; n += 1) {
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`never came to ${selector}`);
  };
  await tabTo("[name=email]");
  await page.keyboard.type("anna@example.com");
  await tabTo("[name=subject]");
  await page.keyboard.type("Charging");
  await tabTo("[name=message]");
  await page.keyboard.type("how long does the light charge");
  await answers.first().waitFor();
  await tabTo(".answer-open");
  await page.keyboard.press("Enter");
  await dialog.waitFor();
  assert.ok(await dialog.evaluate((each) => each.contains(document.activeElement)));
  await tabTo("footer [data-close]");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.name), "message");
  await tabTo(".desk-form [type=submit]");
  await page.keyboard.press("Enter");
  await sent.waitFor();
  assert.equal(showcase.received.length, 1);
});

test("a draft survives a reload and other pages, but only in its tab, and ends when it is emptied", async (t) => {
  const { page, message, topic, email } = await filled(t, small);
  await topic.selectOption("orders");
  await page.locator("[name=number]").fill("17");
  await page.reload();
  assert.deepEqual([await message.inputValue(), await email.inputValue(), await topic.inputValue()], ["Where is it?", "anna@example.com", "orders"]);
  assert.ok(await page.locator("[name=number]").isVisible());
  assert.equal(await page.locator("[name=number]").inputValue(), "17");
  await page.goto(`${small.root}orders/return/`);
  await page.goto(`${small.root}contact/`);
  assert.equal(await message.inputValue(), "Where is it?");
  const other = await page.context().newPage();
  await other.goto(`${small.root}contact/`);
  assert.equal(await other.locator("[name=message]").inputValue(), "");
  await topic.selectOption("");
  for (const field of ["email", "subject", "message"]) await page.locator(`[name=${field}]`).fill("");
  await page.reload();
  assert.equal(await page.evaluate(() => sessionStorage.getItem("kb-contact")), null);
});

test("a failure keeps the message; a retry has the same id, a changed message another one", async (t) => {
  const { page, send, said, again, message, sent } = await filled(t, small, { expect: NETWORK });
  await listen(page);
  let end = small.when(/messages/, { status: 500 });
  const ids = [];
  page.on("request", (request) => request.method() === "POST" && ids.push(new URLSearchParams(request.postData()).get("id")));
  await send.click();
  await said.waitFor();
  assert.match(await said.innerText(), /on our side \(500\)/);
  assert.equal(await message.inputValue(), "Where is it?");
  assert.match(await page.locator("[data-alert] [data-mail]").getAttribute("href"), /^mailto:help@example\.com\?subject=A%20parcel&body=.*Where%20is%20it%3F$/);
  assert.deepEqual((await heard(page)).at(-1), ["contact-failed", { error: "500" }]);
  await again.click();
  await until(() => ids.length === 2);
  await page.reload();
  await send.click();
  await until(() => ids.length === 3);
  assert.equal(new Set(ids).size, 1, ids.join());
  end();
  end = small.when(/messages/, { status: 413 });
  await message.fill("Where is it now?");
  await send.click();
  await page.getByText("too large").waitFor();
  end();
  await again.click();
  await sent.waitFor();
  assert.equal(new Set(ids).size, 2);
  assert.equal(ids.at(-1), ids.at(-2));
  assert.equal(small.received.length, 1);
});

test("a slow endpoint gets one message, however often the button is pressed; without an answer, it may have arrived", async (t) => {
  const { page, send, sent, said } = await filled(t, small, { expect: NETWORK });
  const end = small.when(/messages/, { delay: 1500 });
  await send.click();
  assert.match(await send.innerText(), /Sending/);
  await send.click({ force: true });
  await page.locator("[name=subject]").press("Enter");
  await sent.waitFor();
  assert.equal(small.received.length, 1);
  end();
  const slow = await newPage(t, { expect: NETWORK });
  await slow.clock.install();
  await slow.goto(`${small.root}contact/`);
  const form = partsOf(slow);
  for (const [name, text] of [["email", "a@example.com"], ["subject", "S"], ["message", "M"]]) await form[name].fill(text);
  small.when(/messages/, { delay: 100000 });
  await form.send.click();
  await until(() => small.asked(/messages/).length === 2);
  await slow.clock.fastForward(31000);
  await form.said.waitFor();
  assert.match(await form.said.innerText(), /no confirmation/);
  assert.equal(await said.count(), 0);
});

test("an endpoint that is not there is not taken for one: a host may send a page for any address", async (t) => {
  const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, "contact"), { missing: 200 });
  atEnd(t, () => server.close());
  const home = await (await fetch(server.root)).text();
  const { page, send, said, message } = await filled(t, server, { expect: NETWORK });
  await page.route("**/messages", (route) => route.fulfill({ status: 200, contentType: "text/html", body: home }));
  await send.click();
  await said.waitFor();
  assert.match(await said.innerText(), /not accepted \(404\)/);
  assert.equal(await message.inputValue(), "Where is it?");
});

test("an endpoint may redirect to a page of the help centre that says thank you", async (t) => {
  const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, "contact"));
  atEnd(t, () => server.close());
  const { page, send, sent } = await filled(t, server);
  await page.route("**/messages", (route) => route.fulfill({ status: 303, headers: { location: `${server.root}faq/` } }));
  await send.click();
  await sent.waitFor();
});

test("an endpoint elsewhere that lets the page read its answer", async (t) => {
  const other = await endpoint(t, { allows: true });
  const server = await siteFor(t, `${other.origin}/messages`, `${POLICY}; connect-src 'self' ${other.origin}; form-action ${other.origin}`);
  const { send, sent } = await filled(t, server);
  await send.click();
  await sent.waitFor();
  assert.equal(other.received.length, 1);
  assert.equal(other.received[0].accept, "application/json");
  assert.ok(other.asked.indexOf("OPTIONS") < other.asked.indexOf("POST"), "the browser asks before it sends");
});

test("an endpoint elsewhere that does not gets the form as without JavaScript, once", async (t) => {
  const other = await endpoint(t, { allows: false });
  const server = await siteFor(t, `${other.origin}/messages`, `${POLICY}; connect-src 'self' ${other.origin}; form-action ${other.origin}`);
  const { page, send, message } = await filled(t, server, { expect: /CORS|ERR_FAILED/ });
  await listen(page);
  await send.click();
  await page.getByText("Thank you.").waitFor();
  assert.equal(other.received.length, 1);
  const fields = Object.fromEntries(fieldsOf(other.received[0]));
  assert.equal(fields.message, "Where is it?");
  assert.match(fields.id, /^[0-9a-f]{32}$/);
  await page.goBack();
  await page.locator("[data-done=handed]").waitFor();
  assert.deepEqual(JSON.parse(await page.evaluate(() => sessionStorage.getItem("heard"))).map(([name]) => name).filter((name) => /contact/.test(name)), ["contact-sent"]);
  assert.equal(await message.isVisible(), false);
  await page.locator("[data-done=handed] [data-back]").click();
  assert.equal(await message.inputValue(), "Where is it?");
  assert.equal(other.received.length, 1);
});

test("an endpoint that answers only POST and OPTIONS for others, or does not list OPTIONS, is used in the background too", async (t) => {
  for (const kind of [{ only: /POST|OPTIONS/ }, { methods: "GET,HEAD,POST" }]) {
    const other = await endpoint(t, { allows: true, ...kind });
    const server = await siteFor(t, `${other.origin}/messages`, `${POLICY}; connect-src 'self' ${other.origin}; form-action ${other.origin}`);
    const { send, sent } = await filled(t, server, { expect: /CORS|ERR_FAILED/ });
    await send.click();
    await sent.waitFor();
    assert.equal(other.received.length, 1);
  }
});

test("an endpoint that redirects to where nothing can be read gets one message, and another one only if the customer says so", async (t) => {
  const thanks = await endpoint(t, { allows: false });
  const expect = /CORS|ERR_FAILED|Content Security Policy|violates|Failed to load resource/;
  // On another host; the target may be read by nobody, or a policy forbids it.
  for (const connect of [thanks.origin, ""]) {
    const other = await endpoint(t, { allows: true, redirect: `${thanks.origin}/thanks` });
    const server = await siteFor(t, `${other.origin}/messages`, `${POLICY}; connect-src 'self' ${other.origin} ${connect}; form-action ${other.origin} ${thanks.origin}`);
    const { page, send, said, again } = await filled(t, server, { expect });
    await send.click();
    await said.waitFor();
    assert.match(await said.innerText(), /may or may not have arrived/);
    assert.ok(page.url().endsWith("/contact/"));
    assert.equal(other.received.length, 1);
    await again.click();
    await page.getByText("Thank you.").waitFor();
    assert.equal(other.received.length, 2);
    const [first, second] = other.received.map(({ body }) => new URLSearchParams(body).get("id"));
    assert.equal(first, second);
  }
  // On the same host.
  for (const policy of ["connect-src 'self'", `connect-src 'self' ${thanks.origin}`]) {
    const server = await siteFor(t, "", `${POLICY}; ${policy}; form-action 'self' ${thanks.origin}`);
    server.when(/messages/, { redirect: `${thanks.origin}/thanks` });
    const { page, send, said } = await filled(t, server, { expect });
    await send.click();
    await said.waitFor();
    assert.match(await said.innerText(), /may or may not have arrived/);
    assert.ok(page.url().endsWith("/contact/"));
    assert.equal(server.log.filter(({ method }) => method === "POST").length, 1);
  }
});

test("a redirect to the home page or to the contact page is no success", async (t) => {
  for (const target of ["", "contact/?done"]) {
    const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, "contact"));
    atEnd(t, () => server.close());
    const { page, send, said, message } = await filled(t, server);
    await page.route("**/messages", (route) => route.fulfill({ status: 303, headers: { location: server.root + target } }));
    await send.click();
    await said.waitFor();
    assert.match(await said.innerText(), /not accepted/);
    assert.equal(await message.inputValue(), "Where is it?");
  }
});

test("to try again checks the fields, and the focus stays in the form", async (t) => {
  const { page, send, said, again, email } = await filled(t, small, { expect: NETWORK });
  small.when(/messages/, { status: 500 });
  await send.click();
  await said.waitFor();
  await email.fill("");
  await again.click();
  await until(() => page.evaluate(() => document.activeElement.name === "email"));
  assert.equal(small.asked(/messages/).length, 1);
  await email.fill("anna@example.com");
  await again.focus();
  await page.keyboard.press("Enter");
  await until(() => small.asked(/messages/).length === 2);
  await again.waitFor();
  assert.ok(await page.evaluate(() => document.activeElement.matches(".desk-form [type=submit]")));
});

test("what is being sent cannot be changed, and is what the page says was sent", async (t) => {
  const { page, send, sent, message, topic } = await filled(t, small);
  small.when(/messages/, { delay: 1500 });
  await message.focus();
  await send.click();
  await page.keyboard.type("more");
  assert.equal(await message.evaluate((each) => each.closest("[inert]") !== null), true);
  assert.equal(await topic.evaluate((each) => each.closest("[inert]") !== null), true);
  await sent.waitFor();
  const { message: got } = Object.fromEntries(fieldsOf(small.received[0]));
  assert.equal(got, "Where is it?");
  assert.match(await sent.innerText(), /Where is it\?/);
  await page.locator("[data-done=sent] [data-new]").click();
  assert.equal(await page.locator("[inert]").count(), 0);
});

test("a message that was sent does not come back with the back button, and the next one is another", async (t) => {
  const { page, send, sent, message, subject, email } = await filled(t, small);
  await send.click();
  await sent.waitFor();
  await page.goto(`${small.root}orders/return/`);
  await page.goBack();
  assert.equal(await message.inputValue(), "");
  assert.equal(await subject.inputValue(), "");
  if (await sent.isVisible()) await page.locator("[data-done=sent] [data-new]").click();
  for (const [field, text] of [[email, "anna@example.com"], [subject, "A parcel"], [message, "Where is it?"]]) await field.fill(text);
  await send.click();
  await sent.waitFor();
  const [first, second] = small.received.map((each) => Object.fromEntries(fieldsOf(each)).id);
  assert.notEqual(first, second, "the same words are another message");
});

test("an article that solves it ends the message for the back button too, but not its files", async (t) => {
  const { page, message, answers, dialog } = await open(t, showcase);
  await message.fill("I want to return my order");
  await page.locator("[name=files]").setInputFiles([{ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("one") }]);
  await answers.first().click();
  await dialog.locator("[data-solved]").click();
  assert.equal(await message.inputValue(), "");
  await page.locator("[data-done=solved] [data-back]").click();
  assert.equal(await message.inputValue(), "I want to return my order");
  assert.deepEqual(await page.locator("[name=files]").evaluate((each) => [...each.files].map((file) => file.name)), ["a.txt"]);
  await answers.first().click();
  await dialog.locator("[data-solved]").click();
  await page.goto(`${showcase.root}all/`);
  await page.goBack();
  assert.equal(await message.inputValue(), "");
});

test("a message counts once, with its own articles, and who writes on has not found the answer", async (t) => {
  const { page, message, answers, dialog, send, sent, subject } = await filled(t, showcase, {}, "I want to return my order");
  await listen(page);
  await message.press("End");
  await answers.first().click();
  await page.keyboard.press("Escape");
  await send.click();
  await sent.waitFor();
  await page.locator("[data-done=sent] [data-new]").click();
  assert.equal(await answers.count(), 0);
  await subject.fill("Hello");
  await message.fill("xyzzy");
  await send.click();
  await sent.waitFor();
  const counted = (await heard(page)).filter(([name]) => name === "contact-sent").map(([, { shown, opened }]) => [shown > 0, opened.length]);
  assert.deepEqual(counted, [[true, 1], [false, 0]]);
  await page.locator("[data-done=sent] [data-new]").click();
  await message.fill("I want to return my order");
  await answers.first().click();
  await page.keyboard.press("Escape");
  await message.pressSequentially(" today");
  await page.goto(`${showcase.root}all/`);
  const events = JSON.parse(await page.evaluate(() => sessionStorage.getItem("heard")));
  assert.equal(events.filter(([name]) => name === "suggest-assumed").length, 0);
  assert.equal(await dialog.count(), 0);
});

test("a box that must be ticked says so, and no ids are doubled", async (t) => {
  const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, "contact-fields"), { receives: ["/messages"] });
  atEnd(t, () => server.close());
  const { page, send } = await filled(t, server);
  await send.click();
  assert.equal(await page.locator("#_e-terms").innerText(), "Please tick this box.");
  const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map((each) => each.id));
  assert.deepEqual(ids.filter((id, n) => ids.indexOf(id) !== n), []);
  const hint = (name) => page.locator(`[name=${name}]`).evaluate((each) => document.getElementById(each.getAttribute("aria-describedby")).innerText);
  assert.equal(await hint("order"), "On the invoice.");
  assert.equal(await hint("order-hint"), "Anything.");
});

test("what left the browser is not sent again by itself", async (t) => {
  const other = await endpoint(t, { allows: true, answers: false });
  const server = await siteFor(t, `${other.origin}/messages`, `${POLICY}; connect-src 'self' ${other.origin}; form-action ${other.origin}`);
  const { page, send, said } = await filled(t, server, { expect: NETWORK });
  await send.click();
  await said.waitFor();
  assert.match(await said.innerText(), /may or may not have arrived/);
  assert.ok(page.url().endsWith("/contact/"));
});

test("a host that is down is told, and the page stays", async (t) => {
  const gone = await endpoint(t, { allows: true });
  const free = http.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => free.once("listening", resolve));
  const { port } = free.address();
  await new Promise((resolve) => free.close(resolve));
  const server = await siteFor(t, `http://127.0.0.1:${port}/messages`, `${POLICY}; connect-src 'self' http://127.0.0.1:${port}; form-action http://127.0.0.1:${port}`);
  const { page, send, said, message } = await filled(t, server, { expect: NETWORK });
  await send.click();
  await said.waitFor();
  assert.match(await said.innerText(), /could not be delivered/);
  assert.ok(page.url().endsWith("/contact/"));
  assert.equal(await message.inputValue(), "Where is it?");
  assert.equal(gone.received.length, 0);
});

test("a policy that forbids to fetch leaves the plain form; one that forbids both is told", async (t) => {
  const other = await endpoint(t, { allows: true });
  const action = `${other.origin}/messages`;
  const one = await siteFor(t, action, `${POLICY}; connect-src 'self'; form-action ${other.origin}`);
  const first = await filled(t, one, { expect: CSP });
  await first.send.click();
  await first.page.getByText("Thank you.").waitFor();
  assert.equal(other.received.length, 1);
  const both = await siteFor(t, action, `${POLICY}; connect-src 'self'; form-action 'self'`);
  const second = await filled(t, both, { expect: CSP });
  await second.send.click({ noWaitAfter: true });
  const state = () => second.page.evaluate(() => [document.querySelector("[data-said]")?.innerText ?? "", document.querySelector("[name=message]").value]);
  await until(async () => (await state())[0]);
  assert.match((await state())[0], /could not be delivered/);
  assert.equal((await state())[1], "Where is it?");
  assert.equal(other.received.length, 1);
  assert.ok(await second.page.evaluate(() => document.activeElement.matches(".desk-form [type=submit]")), "the focus stays in the form");
});

test("offline, the message waits", async (t) => {
  const { page, send, said, again, sent } = await filled(t, small, { expect: NETWORK });
  await page.context().setOffline(true);
  await send.click();
  assert.match(await said.innerText(), /You are offline/);
  await page.context().setOffline(false);
  await again.click();
  await sent.waitFor();
  assert.equal(small.received.length, 1);
});

test("a topic has its channels, promise, articles and fields", async (t) => {
  const { page, topic, send } = await filled(t, small);
  const seen = (selector) => page.locator(selector).filter({ visible: true }).count();
  assert.equal(await seen("[name=number]"), 0);
  assert.match(await page.locator(".desk-promise").filter({ visible: true }).innerText(), /within a day/);
  assert.equal(await seen('main a[href="tel:+15550111"]'), 0);
  await topic.selectOption("orders");
  assert.match(await page.locator(".desk-promise").filter({ visible: true }).innerText(), /within an hour/);
  assert.equal(await seen('.contact-ways a[href="tel:+15550111"]'), 1);
  assert.equal(await seen('.contact-ways a[href="tel:+15550100"]'), 0);
  assert.equal(await seen('.desk-topic a[href="/orders/return/"]'), 1);
  await send.click();
  assert.equal(await page.evaluate(() => document.activeElement.name), "number", "the field of the topic is required");
  assert.equal(await page.locator("#_e-number").innerText(), "Please fill in this field.");
  assert.equal(await page.locator("[name=number]").getAttribute("aria-describedby"), "_e-number");
  await page.locator("[name=number]").fill("1");
  assert.equal(await page.locator("#_e-number").isVisible(), false);
  await topic.selectOption("other");
  assert.equal(await seen("[name=number]"), 0);
  assert.match(await page.locator(".desk-promise").filter({ visible: true }).innerText(), /within a day/);
  await send.click();
  await page.locator("[data-done=sent]").waitFor();
  assert.equal(fieldsOf(small.received[0]).some(([name]) => name === "number"), false);
});

test("what was read and searched comes along in the fragment, is shown, and can be removed", async (t) => {
  const page = await newPage(t);
  const { send, email, message, subject, sent } = partsOf(page);
  await page.goto(`${small.root}orders/invoice/?highlight=receipt`);
  await page.locator(".contact").getByRole("link", { name: "Send a message" }).click();
  await page.waitForURL(/\/contact\/$/);
  const lines = page.locator("[data-context] li");
  await lines.first().waitFor();
  assert.deepEqual(await lines.locator("span").allInnerTexts(), ["You read: Find an invoice", "You searched for: receipt"]);
  assert.equal(await subject.inputValue(), "");
  assert.ok(small.log.every((entry) => !/receipt|Find/.test(entry.path)));
  await page.goto(`${small.root}search/?q=xyzzy`);
  await page.locator(".search-none").waitFor();
  await page.locator("main ~ .contact, .search-contact").getByRole("link", { name: "Send a message" }).first().click();
  await page.waitForURL(/\/contact\/$/);
  assert.equal(await subject.inputValue(), "xyzzy", "the query without an answer is the subject");
  assert.equal(await lines.count(), 3);
  await lines.getByRole("button", { name: "Remove: You searched for: receipt" }).click();
  await email.fill("anna@example.com");
  await message.fill("Where is it?");
  await send.click();
  await sent.waitFor();
  const fields = Object.fromEntries(fieldsOf(small.received[0]));
  assert.equal(fields.context, `You read: Find an invoice ${small.root}orders/invoice/\r\nYou searched for: xyzzy`);
  await page.reload();
  assert.equal(await lines.count(), 0, "nothing is kept after sending");
});

test("without an endpoint, the mail program gets the message; without JavaScript, there is a link", async (t) => {
  const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, "contact-mail"));
  atEnd(t, () => server.close());
  const still = await open(t, server, "contact/", { javaScriptEnabled: false });
  assert.ok(await still.page.locator('.desk a.button[href="mailto:help@example.com"]').isVisible());
  assert.equal(await still.page.locator(".desk-form").isVisible(), false);
  const { page, send, subject, message, topic } = await open(t, server);
  await listen(page);
  await page.evaluate(() => document.addEventListener("click", (event) => event.target.closest("a[href^=mailto]") && event.preventDefault(), true));
  const prevented = () => page.evaluate(() => (HTMLAnchorElement.prototype.click = function () { self.mail = this.href; }));
  await prevented();
  await topic.selectOption("orders");
  await page.locator("[name=number]").fill("17 & 18");
  await subject.fill("Ä?");
  await message.fill("Line one\n\u{1F600} two");
  await send.click();
  await page.locator("[data-done=mail]").waitFor();
  assert.equal(await page.evaluate(() => self.mail), `mailto:orders@example.com?subject=%C3%84%3F&body=${encodeURIComponent("Topic: Orders\r\nOrder number: 17 & 18\r\n\r\nLine one\r\n\u{1F600} two")}`);
  assert.equal(await page.locator("[data-mail-note]").filter({ visible: true }).count(), 0);
  const { shown, ...told } = (await heard(page)).at(-1)[1];
  assert.deepEqual(told, { topic: "orders", channel: "mail", opened: [] });
  assert.ok(shown >= 0);
  await page.locator("[data-done=mail] [data-back]").click();
  await message.fill(`${"\u{1F600}".repeat(3000)} end`);
  await send.click();
  assert.equal((await heard(page)).filter(([name]) => name === "contact-sent").length, 1, "it is one message");
  const { length } = await page.evaluate(() => self.mail);
  assert.ok(length > 1500 && length < 2000, `${length}`);
  assert.ok(await page.evaluate(() => decodeURIComponent(self.mail).endsWith("…")), "no half character");
  assert.equal(await page.locator("[data-mail-note]").filter({ visible: true }).count(), 1);
});

test("a broken or outdated search costs nothing", async (t) => {
  for (const rule of [{ status: 404 }, { abort: true }, { body: () => Buffer.from("nonsense") }]) {
    const end = showcase.when(/search\/(engine|pack)|js\/search/, rule);
    const { page, message, send, sent, answers } = await filled(t, showcase, { expect: /Failed to load|ERR_|MIME|Unexpected|SyntaxError/ }, "my light does not turn on");
    await message.pressSequentially(" any more", { delay: 10 });
    await page.waitForTimeout(1200);
    assert.equal(await answers.count(), 0);
    await send.click();
    await sent.waitFor();
    end();
  }
});

test("an article that is gone is shown by its excerpt, with its link", async (t) => {
  const { page, message, answers, dialog } = await open(t, showcase, "contact/", { expect: NETWORK });
  await message.fill("I want to return my order");
  await answers.first().waitFor();
  showcase.when(/^\/orders\//, { status: 404 });
  await page.evaluate(() => caches?.keys?.());
  await answers.first().click();
  await dialog.locator(".prose p").first().waitFor();
  assert.match(await dialog.locator(".prose").innerText(), /\S/);
  assert.ok(await dialog.locator("[data-whole]").isVisible());
});

test("a site that is opened from a folder suggests articles too", async (t) => {
  const page = await newPage(t);
  const { message, answers, dialog } = partsOf(page);
  await page.goto(`file://${path.join(process.env.KB_BROWSER_SITES, "offline")}/contact/index.html`);
  await message.fill("how do I get a refund");
  await answers.first().click();
  assert.match(await dialog.locator(".prose").innerText(), /\S/);
  assert.match(await dialog.locator("[data-whole]").getAttribute("href"), /^file:.*index\.html/);
});

test("whatever a customer writes is text, and arrives as it is", async (t) => {
  const nasty = '<img src=x onerror="document.title=1"><script>document.title = 2</script> {status} $& ‮abc \u{1F600}';
  const page = await newPage(t, { expect: NETWORK });
  await page.goto(`${small.root}contact/#read=${encodeURIComponent(nasty)}&at=/x/&searched=${encodeURIComponent(nasty)}`);
  const { email, subject, message, send, sent, said } = partsOf(page);
  await email.fill("anna@example.com");
  await subject.fill(nasty);
  await message.fill(nasty);
  const end = small.when(/messages/, { status: 500 });
  await send.click();
  await said.waitFor();
  end();
  await page.reload();
  await send.click();
  await sent.waitFor();
  assert.match(await page.title(), /Contact us/);
  assert.equal(await page.locator("main img[src=x]").count(), 0);
  assert.equal(Object.fromEntries(fieldsOf(small.received[0])).message, nasty);
  for (const text of [`${"> quoted line\n".repeat(7000)}end`, "\u{1F600}\u{1F600}\u{1F600} \u{1F600}", "-- \nAnna", "אין לי אור, מה לעשות עכשיו?", "   \n  x"]) {
    const next = await filled(t, small, {}, "x");
    // Typing thousands of lines is slow in browsers.
    await next.message.evaluate((field, value) => {
      field.value = value;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }, text);
    await next.page.waitForTimeout(500);
    await next.send.click();
    await next.sent.waitFor();
    const { message: got } = Object.fromEntries(fieldsOf(small.received.at(-1)));
    assert.equal(got, text.replaceAll("\n", "\r\n"));
  }
});

test("text beyond the limit of a field is not lost in silence", async (t) => {
  const { page, message } = await open(t, small);
  await message.focus();
  await page.evaluate(() => document.execCommand("insertText", false, "word ".repeat(200000)));
  assert.equal((await message.inputValue()).length, 100000);
  assert.match(await page.locator("#_e-message").innerText(), /100,000 characters/);
  await page.reload();
  assert.equal((await message.inputValue()).length, 100000);
});

test("spaces are no message", async (t) => {
  const { page, send } = await filled(t, small, {}, "  \n ");
  await send.click();
  assert.equal(await page.evaluate(() => document.activeElement.name), "message");
  assert.equal(small.received.length, 0);
});

test("the plain theme has the form too", async (t) => {
  const server = await Server.start(path.join(process.env.KB_BROWSER_SITES, "contact-plain"), { receives: ["/messages"] });
  atEnd(t, () => server.close());
  const { page, send, sent, answers, dialog, message } = await filled(t, server, { init: axeScript(), reducedMotion: "reduce" }, "how do I send an order back");
  await message.press("End");
  await answers.first().click();
  await dialog.locator(".prose *").first().waitFor();
  assert.deepEqual(await findings(page), []);
  await page.keyboard.press("Escape");
  await send.click();
  await sent.waitFor();
  const still = await filled(t, server, { javaScriptEnabled: false });
  await still.send.click();
  await still.page.getByText("Thank you.").waitFor();
  assert.equal(server.received.length, 2);
});

test("every state has nothing for axe-core to find, and nothing sticks out", async (t) => {
  const found = {};
  const words = { "": "my light does not turn on", "de/": "mein Licht geht nicht an", "ar/": "الضوء لا يعمل عندي" };
  for (const [name, prefix, options] of [
    ["light", "", { viewport: { width: 1280, height: 900 } }],
    ["dark", "de/", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }],
    ["rtl, narrow", "ar/", { viewport: { width: 320, height: 700 }, hasTouch: true, isMobile: true }],
  ]) {
    const page = await newPage(t, { ...options, reducedMotion: "reduce", init: axeScript(), expect: NETWORK });
    await page.goto(`${showcase.root}${prefix}contact/#asked=x&read=y&at=/`);
    const { email, subject, message, topic, send, answers, dialog, said, again, sent } = partsOf(page);
    const look = async (state) => {
      const wrong = await findings(page);
      if (await page.evaluate(() => document.scrollingElement.scrollWidth > innerWidth)) wrong.push("sticks out");
      if (wrong.length) found[`${name}: ${state}`] = wrong;
    };
    await topic.selectOption("orders");
    await send.click();
    await look("errors");
    await email.fill("anna@example.com");
    await page.locator("[name=order]").fill("1");
    await subject.fill("x");
    await message.fill(words[prefix]);
    await answers.first().waitFor();
    await look("suggestions");
    await answers.first().click();
    await dialog.locator(".prose > :not([aria-busy])").first().waitFor();
    await page.waitForFunction(() => !document.querySelector("dialog [aria-busy]"));
    await look("article");
    await dialog.locator("[data-rejected]").click();
    const end = showcase.when(/messages/, { status: 503 });
    await send.click();
    await said.waitFor();
    await look("failure");
    end();
    await again.click();
    await sent.waitFor();
    await look("sent");
  }
  nothingFound(found);
});
