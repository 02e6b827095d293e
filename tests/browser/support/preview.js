// `kb serve --watch` on a small project in a folder of its own, as writers run it, and what they see of it in a page.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { atEnd, LONG, newPage, stop, until } from "./browser.js";

const running = new Set();
after(async () => {
  await stop();
  for (const process of running) process.kill("SIGKILL");
});

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// The text of an article.
export const article = (title, text, more = "") => `---\ntitle: ${title}\n${more}---\n\n${text}\n`;

// Many paragraphs, for pages that scroll.
export const long = (name) =>
  Array.from({ length: 40 }, (_, n) => `${name} ${n + 1}: a sentence that fills a line of the page, so that there is something to scroll.`).join("\n\n");

// A small help centre, one article of which scrolls.
export const REFUND = "content/billing/refund.md";
export const FILES = {
  "content/billing/_index.md": article("Billing", "Money."),
  [REFUND]: article("Refunds", long("Refund")),
  "content/billing/invoice.md": article("Invoices", "Invoices are in the settings."),
  "content/account/_index.md": article("Account", "You."),
  "content/account/password.md": article("Passwords", "Choose a new password."),
};

export class Preview {
  // Begins with these files, by path in the project; `config`: lines of kb.toml; `options`: of the command.
  // It ends with the test.
  static async start(t, files = FILES, { config = "", options = [] } = {}) {
    const preview = new Preview();
    preview.options = ["serve", "--watch", ...options];
    preview.folder = mkdtempSync(path.join(tmpdir(), "kb-preview-"));
    preview.port = await freePort();
    preview.write({ "kb.toml": `title = "Help"\n${config}\n[build]\ngit_dates = false\n`, ...files });
    atEnd(t, async () => {
      try {
        if (preview.process) await preview.end();
      } finally {
        rmSync(preview.folder, { recursive: true, force: true });
      }
    });
    await preview.begin();
    return preview;
  }

  async begin() {
    this.process = spawn(process.env.KB, [...this.options, "--port", String(this.port)], { cwd: this.folder, stdio: ["ignore", "ignore", "pipe"] });
    this.said = "";
    const started = this.process;
    running.add(started);
    started.once("exit", () => running.delete(started));
    const url = await new Promise((resolve, reject) => {
      started.stderr.setEncoding("utf8").on("data", (text) => {
        this.said += text;
        const ready = /^ +(http:\S+)$[^]*Watching/m.exec(this.said);
        if (ready) resolve(ready[1]);
      });
      started.once("exit", (code) => reject(new Error(`kb ended with ${code}: ${this.said}`)));
    });
    assert.equal(new URL(url).port, String(this.port), this.said);
    this.root = url;
  }

  // Ends it as Ctrl-C does.
  async end() {
    const ending = this.process;
    this.process = undefined;
    const ended = ending.exitCode === null ? once(ending, "exit", { signal: AbortSignal.timeout(LONG) }) : [ending.exitCode];
    ending.kill("SIGINT");
    const [code] = await ended;
    assert.equal(code, 0, this.said);
  }

  write(files) {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  read(name) {
    return readFileSync(path.join(this.folder, name), "utf8");
  }

  // Saves a file with one part of it replaced.
  edit(name, from, to) {
    const text = this.read(name);
    assert.ok(text.includes(from), `${name} has ${from}`);
    this.write({ [name]: text.replace(from, () => to) });
  }

  remove(name) {
    rmSync(path.join(this.folder, name));
  }

  // The titles that `api/search` finds.
  async search(query) {
    const { hits } = await (await fetch(`${this.root}api/search?q=${query}`)).json();
    return hits.map((hit) => hit.title);
  }

  // A page, once it follows the preview.
  async open(t, address = "", options) {
    const page = await newPage(t, options);
    await page.addInitScript(tellOfHello);
    // live.js asks for the page as it was built.
    const url = this.root + address;
    const compared = page.waitForEvent("requestfinished", (request) => request.resourceType() === "fetch" && request.url() === url);
    await Promise.all([compared, page.goto(url)]);
    await page.waitForFunction(() => self.heardOfPreview);
    await page.evaluate(() => (self.neverReloaded = true));
    return page;
  }
}

// Runs in pages: notes that the preview's first event was received.
function tellOfHello() {
  const Source = self.EventSource;
  self.EventSource = class extends Source {
    constructor(...options) {
      super(...options);
      this.addEventListener("hello", () => setTimeout(() => (self.heardOfPreview = true)));
    }
  };
}

// Whether the page is the very one that was opened.
export const sameDocument = (page) => page.evaluate(() => self.neverReloaded === true);

// Waits until the text of the first element that is selected is this, or matches it.
export async function reads(page, selector, wanted) {
  const element = page.locator(selector).first();
  let text;
  const matches = async () => {
    // It may be on its way, or the page may.
    text = (await element.textContent({ timeout: 1000 }).catch(() => ""))?.trim();
    return wanted instanceof RegExp ? wanted.test(text) : text === wanted;
  };
  await until(matches, () => `${selector} reads ${JSON.stringify(text)}, not ${wanted}`);
}

// What the preview adds to a page.
export function overlayOf(page) {
  const own = page.locator("#_kb-live");
  return {
    dialog: own.locator("dialog"),
    badge: own.locator(".badge"),
    message: own.locator(".message"),
    place: own.locator(".place"),
    copied: own.locator(".copied"),
    excerpt: own.locator("pre code"),
    marked: own.locator("pre mark"),
    hint: own.locator(".hint"),
    close: own.locator(".close"),
    status: own.locator(".corner [role=status]:visible"),
  };
}
