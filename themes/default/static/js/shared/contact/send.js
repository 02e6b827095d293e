// Sends a message so that it arrives once at most: what may have arrived is not sent again, unless the customer says so.

// Milliseconds without progress after which a message counts as not confirmed.
const PATIENCE = 30000;
// The longest link to a mail program, in characters: some take about 2,000.
const MAIL_LINK = 1900;

/**
 * `sent`; `blocked`: nothing was sent, and only a plain form can; `failed`, with the name of a message, and whether the
 * next attempt should be a plain form.
 * @typedef {{ sent?: true, blocked?: true, failed?: string, status?: number, error?: string, plain?: boolean }} Outcome
 */

// The answer of an endpoint. A page of this help centre at the same address is none, nor are its home, contact and "not
// found" pages: a static host may send them or lead to them for any address. Another page may be one that says thank you.
/** @type {(answer: any, url: string) => Outcome} */
const judged = ({ status, responseText, responseURL }, url) => {
  const path = (address) => new URL(address, location.href).pathname.replace(/\/$/, "");
  if (status >= 200 && status < 300) {
    let said;
    try { said = JSON.parse(responseText); } catch { /* not JSON */ }
    const refused = said && [said.success, said.ok].some((flag) => flag === false || flag === "false");
    const general = /<body class="page-(home|contact|404)\b/.test(responseText) || path(responseURL) === path(location.href);
    const ours = responseText.includes("_search-kit") && (general || path(responseURL) === path(url));
    if (!refused && !ours) return { sent: true };
    return { failed: "refused", status: refused ? status : 404 };
  }
  if (status === 413) return { failed: "large", status };
  return { failed: status >= 500 ? "broken" : "refused", status };
};

// Whether one of several requests without a message gets an answer that this page may have, and whether a policy for
// pages forbids them. Its event may come after the error of the request.
/** @type {(url: string, ...requests: RequestInit[]) => Promise<{ answers: boolean, forbidden: boolean }>} */
const probe = async (url, ...requests) => {
  let forbidden = false;
  const forbid = ({ disposition, effectiveDirective }) => (forbidden ||= disposition === "enforce" && effectiveDirective === "connect-src");
  document.addEventListener("securitypolicyviolation", forbid);
  const sent = requests.map((request) => fetch(url, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE), ...request }));
  const answers = await Promise.any(sent).then(() => true, () => false);
  if (!answers) await new Promise((resolve) => setTimeout(resolve, 50));
  document.removeEventListener("securitypolicyviolation", forbid);
  return { answers, forbidden };
};

/**
 * Posts a message.
 *
 * After a request has failed, a page cannot know for certain that its body did not leave the browser: an endpoint that
 * redirects to a page of others has the message, and the browser only tells of an error. So whether the answers of
 * another origin can be read is found out before, with requests that have no message. What fails after that may have
 * arrived; the next attempt can be a plain form (`plain`), if the customer wants one.
 * @type {(url: string, body: URLSearchParams | FormData) => Promise<Outcome>}
 */
export const post = async (url, body) => {
  const elsewhere = new URL(url, location.href).origin !== location.origin;
  if (elsewhere) {
    // Some endpoints have the headers for it on every answer, others on those to OPTIONS only.
    const { answers, forbidden } = await probe(url, { method: "HEAD" }, { method: "OPTIONS" });
    if (!answers) {
      if (!navigator.onLine) return { failed: "offline", error: "offline" };
      // A host that refuses can be reached, unlike one that is down.
      const reached = forbidden || (await probe(url, { method: "HEAD", mode: "no-cors" })).answers;
      return reached ? { blocked: true } : { failed: "unreachable", error: "unreachable" };
    }
  }
  const { left, outcome } = await request(url, body);
  if (outcome) return outcome;
  if (left) return { failed: "unconfirmed", error: "no answer" };
  if (!navigator.onLine) return { failed: "offline", error: "offline" };
  if (elsewhere) return { failed: "unconfirmed", error: "no answer", plain: true };
  // On this host, an address that answers has got the message. Redirects are not followed, because a policy may forbid
  // where they lead, and not the address itself.
  const { answers, forbidden } = await probe(url, { method: "HEAD", redirect: "manual" });
  if (answers) return { failed: "unconfirmed", error: "no answer" };
  return forbidden ? { blocked: true } : { failed: "unreachable", error: "unreachable" };
};

// XMLHttpRequest tells what `fetch` does not: that the body is leaving the browser. `outcome` is missing if it fails.
/** @type {(url: string, body: URLSearchParams | FormData) => Promise<{ left: boolean, outcome?: Outcome }>} */
const request = (url, body) => new Promise((resolve) => {
  const sending = new XMLHttpRequest();
  let left = false;
  let timer;
  /** @type {(outcome?: Outcome) => void} */
  const finish = (outcome) => {
    clearTimeout(timer);
    resolve({ left, outcome });
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => sending.abort(), PATIENCE);
  };
  const progress = () => {
    left = true;
    wait();
  };
  for (const event of ["progress", "load"]) sending.upload.addEventListener(event, progress);
  sending.addEventListener("load", () => finish(judged(sending, url)));
  sending.addEventListener("error", () => finish());
  sending.addEventListener("abort", () => finish({ failed: "unconfirmed", error: "timeout" }));
  sending.open("POST", url);
  sending.setRequestHeader("Accept", "application/json");
  wait();
  sending.send(body);
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
