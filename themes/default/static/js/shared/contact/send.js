// Sends a message so that it arrives once at most: what may have arrived is not sent again, unless the customer says so.

// Milliseconds without progress after which a message counts as not confirmed.
const PATIENCE = 30000;
// The longest link to a mail program, in characters: some take about 2,000.
const MAIL_LINK = 1900;

/**
 * `sent`; `blocked`: nothing was sent, and the page may not know why; `failed`, with the name of a message.
 * @typedef {{ sent?: true, blocked?: true, failed?: string, status?: number, error?: string }} Outcome
 */

// The answer of an endpoint. A page of this help centre at the same address is none: a static host may send one for any
// address. After a redirect it may be a page that says thank you.
const judged = ({ status, responseText, responseURL }, url) => {
  const path = (address) => new URL(address, location.href).pathname.replace(/\/$/, "");
  if (status >= 200 && status < 300) {
    let said;
    try { said = JSON.parse(responseText); } catch { /* not JSON */ }
    const refused = said && [said.success, said.ok].some((flag) => flag === false || flag === "false");
    const ours = responseText.includes("_search-kit") && path(responseURL) === path(url);
    if (!refused && !ours) return { sent: true };
    return { failed: "refused", status: refused ? status : 404 };
  }
  if (status === 413) return { failed: "large", status };
  return { failed: status >= 500 ? "broken" : "refused", status };
};

/**
 * Posts a message.
 *
 * XMLHttpRequest tells what `fetch` does not: whether the body left the browser. With a listener for that, a browser asks
 * another origin before it sends anything; if that is refused, nothing was sent.
 * @type {(url: string, body: URLSearchParams | FormData) => Promise<Outcome>}
 */
export const post = (url, body) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  let left = false;
  let forbidden = false;
  let timer;
  const finish = (outcome) => {
    clearTimeout(timer);
    document.removeEventListener("securitypolicyviolation", forbid);
    resolve(outcome);
  };
  const forbid = ({ disposition, effectiveDirective }) => (forbidden ||= disposition === "enforce" && effectiveDirective === "connect-src");
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => request.abort(), PATIENCE);
  };
  const progress = () => {
    left = true;
    wait();
  };
  // The event of a policy may come after the error.
  const lost = () => setTimeout(async () => {
    if (left) return finish({ failed: "unconfirmed", error: "no answer" });
    if (!navigator.onLine) return finish({ failed: "offline", error: "offline" });
    const elsewhere = new URL(url, location.href).origin !== location.origin;
    // A host that refuses can be reached, unlike one that is down.
    const reached = !forbidden && elsewhere && await fetch(url, { method: "HEAD", mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }).then(() => true, () => false);
    finish(forbidden || reached ? { blocked: true } : { failed: "unreachable", error: "unreachable" });
  }, 50);
  document.addEventListener("securitypolicyviolation", forbid);
  for (const event of ["progress", "load"]) request.upload.addEventListener(event, progress);
  request.addEventListener("load", () => finish(judged(request, url)));
  request.addEventListener("error", lost);
  request.addEventListener("abort", () => finish({ failed: "unconfirmed", error: "timeout" }));
  request.open("POST", url);
  request.setRequestHeader("Accept", "application/json");
  wait();
  request.send(body);
});

/**
 * A link that opens a mail program with a message, and whether its end had to be cut off.
 * @type {(to: string, subject: string, text: string) => { href: string, cut: boolean }}
 */
export const mailLink = (to, subject, text) => {
  // A half of a character, as a field can contain it, cannot be encoded.
  const encode = (part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, "\uFFFD"));
  let href = `${to}?subject=${encode(subject)}&body=`;
  let cut = false;
  for (const char of text.slice(0, MAIL_LINK).replace(/\n/g, "\r\n")) {
    const next = encode(char);
    cut = href.length + next.length > MAIL_LINK;
    if (cut) break;
    href += next;
  }
  cut ||= text.length > MAIL_LINK;
  return { href: cut ? `${href}${encode("…")}` : href, cut };
};
