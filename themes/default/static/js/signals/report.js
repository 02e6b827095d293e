// Makes signals of the events on the page.

import { masked } from "../shared/masked.js";

// Characters of a beacon, as in `crates/kb-signals`.
const MAX = 1400;

/** @type {any} */
const own = document.querySelector("script[data-beacon]");
const { beacon, queries } = own.dataset;
const toCollector = !beacon.startsWith("/");
const is = (kind) => document.body.classList.contains(`page-${kind}`);

// The beginning of every beacon. Missing addresses may contain anything.
const p = is(404) ? "/404.html" : location.pathname;
const head = `${new URLSearchParams({ v: "1", p, l: document.documentElement.lang })}`;
const post = (body) => {
  // The address of a page may contain a query, so the referrer must not get into logs.
  const how = toCollector ? { method: "POST", body, referrerPolicy: "origin" } : { referrerPolicy: "no-referrer" };
  const always = { mode: "no-cors", cache: "no-store", credentials: "omit", keepalive: true };
  fetch(toCollector ? beacon : `${beacon}?${body}`, /** @type {RequestInit} */ ({ ...always, ...how })).catch(() => {});
};

// Fields without a value are left out, and lists repeat their key.
const encoded = (signals) => {
  const pairs = signals.flatMap(Object.entries).flatMap(([key, value]) => [value].flat().map((each) => [key, each]));
  return `${head}&${new URLSearchParams(pairs.filter(([, value]) => value !== undefined))}`;
};
// Signals that happen together are sent in one request.
const send = (...signals) => {
  const text = encoded(signals);
  if (text.length <= MAX) return signals.length && post(text);
  if (signals.length > 1) return signals.forEach((signal) => send(signal));
  // Too long: without words and lists.
  const [{ q, t, a, ...rest }] = signals;
  const short = encoded([{ ...rest, u: Array.isArray(rest.u) ? [] : rest.u }]);
  if (short.length <= MAX) post(short);
};

const text = (words) => (words ? masked(words) : undefined);
const q = (query) => (queries === undefined ? undefined : masked(query));
// A page on another host is not reported.
const path = (url) => {
  const { origin, pathname } = new URL(url, location.href);
  if (origin !== location.origin) throw new Error(url);
  return pathname;
};
const paths = (urls) => urls.slice(0, 10).map(path);
const percent = (confidence) => (confidence >= 0 ? Math.round(100 * Math.min(1, confidence)) : undefined);

// A search is reported once, when it ends: only then is it known whether a result was opened.
let last;
const ended = (how) => {
  if (!last || last.done) return [];
  last.done = true;
  return [{ k: "search", q: q(last.query), n: last.total, r: Number(last.relaxed), e: how }];
};
// Whether a query only adds letters to the last word of another.
const isInside = (part, whole) => whole.startsWith(part) && /^[\p{L}\p{M}\p{N}]/u.test(whole.slice(part.length));
// A search page that is loaded again, or reached with the back button, repeats its search.
const kind = /** @type {any} */ (performance.getEntriesByType("navigation")[0])?.type;
let repeated = /reload|back/.test(kind) && new URLSearchParams(location.search).get("q");

// Of the lists of suggestions that follow each other while somebody writes, the last one before an act is reported.
let list = [];
const act = (signal) => send(...list.splice(0), signal);
const judged = (k) => ({ url, position }) => act({ k, u: path(url), i: position });

// An access log has a line for every page; a collector has not.
const view = () => send({ k: "view" });
if (toCollector && is("article")) {
  if (document.prerendering) document.addEventListener("prerenderingchange", view, { once: true });
  else view();
}

let failing = false;
let answer;

export default {
  search({ query, total, relaxed }) {
    failing = false;
    if (query === last?.query) return;
    const typing = last && (isInside(last.query, query) || isInside(query, last.query));
    if (!typing) send(...ended("refined"));
    last = { query, total, relaxed, done: query === repeated };
    repeated = false;
  },
  "search-click"({ query, url, position }) {
    const click = { k: "search-click", q: q(query), u: path(url), i: position };
    send(...(query === last?.query ? ended("opened") : []), click);
  },
  // The search page reports it.
  "search-all"({ query }) {
    if (query === last?.query) last.done = true;
  },
  "search-failed"({ query }) {
    if (!failing) send({ k: "search-failed", q: q(query) });
    failing = true;
  },
  // An answer that could not be sent to its endpoint is given again.
  feedback({ helpful, reason }) {
    const given = `${helpful} ${reason}`;
    if (given !== answer) send({ k: "feedback", h: Number(helpful), w: reason || undefined });
    answer = given;
  },
  suggest({ suggestions }) {
    if (!suggestions.length) return;
    list = [{ k: "suggest", u: paths(suggestions.map(({ url }) => url)), c: percent(suggestions[0].confidence) }];
  },
  "suggest-open": ({ url, position, confidence }) => act({ k: "suggest-open", u: path(url), i: position, c: percent(confidence) }),
  "suggest-solved": judged("suggest-solved"),
  "suggest-rejected": judged("suggest-rejected"),
  "suggest-assumed": judged("suggest-assumed"),
  "contact-sent": ({ topic, channel, shown, opened = [] }) =>
    act({ k: "contact-sent", t: text(topic), a: text(channel), n: shown?.length ?? shown ?? 0, u: paths(opened) }),
  "contact-failed": () => act({ k: "contact-failed" }),
  leave: () => send(...ended("left"), ...list.splice(0)),
};
