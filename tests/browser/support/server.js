// A plain static file server, as kb's sites must work on: it knows a few types, rewrites nothing and, unless asked
// to, compresses nothing. It can be told to fail, and to be slow.

import http from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

// What is not here goes out as application/octet-stream.
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".txt": "text/plain; charset=utf-8",
  ".xml": "application/xml",
  ".wasm": "application/wasm",
};

// The strictest policy that the manual promises kb's sites to work under.
export const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'";

// What has the hash of its content in its name.
const HASHED = /\/(assets|search\/(pack|engine))\/|\.[0-9a-f]{8}\.\w+$/;

// A slow mobile connection: before the first byte of each response, and over all of them together.
export const SLOW_4G = { latency: 150, bytesPerMs: 200 };

export class Server {
  // Requests so far: { path, url, method, headers, started, ended, status, bytes }, `url` with its query, times in
  // milliseconds, bytes as sent.
  log = [];
  // What was sent to paths of `receives`: { path, type, body, headers }.
  received = [];
  link = null; // `SLOW_4G`, or null for no limit
  #rules = [];
  #compressed = new Map();
  #linkFree = 0;

  // `base` as in "/help"; `policy` null for none; `compress`: types of text as brotli, as large hosts do, or as "gzip";
  // `pages`: further pages, by path; `receives`: paths that take what is posted; `cache`: for how many seconds what may
  // be kept for ever is kept, null for nothing; `missing`: the status for what is not there, 200 on hosts for apps of one
  // page.
  static async start(folder, { base = "", policy = STRICT, compress = false, pages = {}, receives = [], cache = 600, missing = 404 } = {}) {
    const server = new Server();
    Object.assign(server, { folder, base, policy, compress, pages, receives, cache, missing });
    // A page that is gone breaks off what it sends.
    server.http = http.createServer((request, response) => server.#answer(request, response).catch(() => response.destroy()));
    await new Promise((resolve) => server.http.listen(0, "127.0.0.1", resolve));
    server.origin = `http://127.0.0.1:${server.http.address().port}`;
    server.root = `${server.origin}${base}/`;
    return server;
  }

  // What happens to requests whose path matches: { status }, { abort: true } (the connection breaks), { delay }, { redirect } (where a POST is sent on to),
  // { body(bytes, url) -> bytes }. Gives what ends it.
  when(pattern, rule) {
    const entry = { pattern, rule };
    this.#rules.push(entry);
    return () => (this.#rules = this.#rules.filter((other) => other !== entry));
  }

  // Paths that were asked for and match.
  asked(pattern) {
    return this.log.map((entry) => entry.path).filter((each) => pattern.test(each));
  }

  reset() {
    this.log = [];
    this.received = [];
    this.#rules = [];
    this.#linkFree = 0;
  }

  close() {
    this.http.closeAllConnections();
    return new Promise((resolve) => this.http.close(resolve));
  }

  async #answer(request, response) {
    const entry = { path: decodeURIComponent(request.url.split("?")[0]), url: request.url, method: request.method, headers: request.headers, started: performance.now(), bytes: 0 };
    this.log.push(entry);
    response.on("close", () => (entry.ended = performance.now()));
    const rules = this.#rules.filter(({ pattern }) => pattern.test(entry.path)).map(({ rule }) => rule);
    const delay = rules.reduce((sum, rule) => sum + (rule.delay ?? 0), this.link?.latency ?? 0);
    if (delay) await sleep(delay);
    if (rules.some((rule) => rule.abort)) return void response.destroy();
    if (request.method === "POST") return this.#receive(entry, request, response, rules);
    let { name, body } = rules.some((rule) => rule.status === 404) ? {} : await this.#find(entry.path);
    let status = 200;
    if (!body) {
      status = this.missing;
      name = "404.html";
      body = await readFile(path.join(this.folder, name)).catch(() => Buffer.from("not found"));
    }
    for (const rule of rules) if (rule.body) body = rule.body(body, request.url);
    const headers = { "content-type": TYPES[path.extname(name)] ?? "application/octet-stream", "cache-control": this.cache === null ? "no-store" : `max-age=${HASHED.test(entry.path) ? this.cache : 600}` };
    if (this.policy) headers["content-security-policy"] = this.policy;
    if (this.compress && path.extname(name) in TYPES && path.extname(name) !== ".png") {
      headers["content-encoding"] = this.compress === "gzip" ? "gzip" : "br";
      body = this.#pack(body);
    }
    entry.status = status;
    entry.bytes = body.length;
    response.writeHead(status, { ...headers, "content-length": body.length });
    if (this.link) await this.#trickle(response, body);
    response.end(this.link ? undefined : body);
  }

  async #find(asked) {
    if (asked in this.pages) return { name: "page.html", body: Buffer.from(this.pages[asked]) };
    if (!asked.startsWith(`${this.base}/`)) return {};
    let name = path.join(this.folder, path.normalize(asked.slice(this.base.length)));
    if (name.endsWith(path.sep)) name += "index.html";
    const body = await readFile(name).catch(() => undefined);
    return { name, body };
  }

  // Keeps what was posted, and says thanks, as a form without JavaScript shows it.
  async #receive(entry, request, response, rules) {
    const parts = [];
    try {
      for await (const part of request) parts.push(part);
    } catch {
      return; // the page was closed
    }
    const redirect = rules.find((rule) => rule.redirect)?.redirect;
    if (redirect) return void response.writeHead(302, { location: redirect }).end();
    const taken = this.receives.includes(entry.path) && !rules.some((rule) => rule.status);
    if (taken) this.received.push({ path: entry.path, type: request.headers["content-type"], headers: request.headers, body: Buffer.concat(parts).toString() });
    entry.status = taken ? 200 : rules.find((rule) => rule.status)?.status ?? 405;
    response.writeHead(entry.status, { "content-type": TYPES[".html"], ...(this.policy && { "content-security-policy": this.policy }) });
    response.end(`<!doctype html><html lang="en"><title>Answer</title><link rel="icon" href="data:,"><p>${taken ? "Thank you." : "Not taken."}</p>`);
  }

  #pack(body) {
    const key = body.length + body.toString("latin1", 0, 4000);
    if (!this.#compressed.has(key)) {
      const packed = this.compress === "gzip" ? gzipSync(body) : brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
      this.#compressed.set(key, packed);
    }
    return this.#compressed.get(key);
  }

  // All responses share one link.
  async #trickle(response, body) {
    for (let at = 0; at < body.length; at += 4096) {
      const part = body.subarray(at, at + 4096);
      this.#linkFree = Math.max(this.#linkFree, performance.now()) + part.length / this.link.bytesPerMs;
      const wait = this.#linkFree - performance.now();
      if (wait > 1) await sleep(wait);
      response.write(part);
    }
  }
}
