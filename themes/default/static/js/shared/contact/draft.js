// The draft of a message, kept in this tab until it is sent or emptied: it survives a reload, a lost connection and a
// look at other pages. It is not kept longer, because others may use the same computer.

import { attempt } from "../lib.js";

const KEY = "kb-contact";

/**
 * `values`: names and values of fields. `context`: what was read and searched. `id`: of the last attempt to send it,
 * and `sum`, the checksum of its content. `handed`: it was sent as a plain form, so the page does not know its fate.
 * `reported`: an event said that it was sent.
 * @typedef {{ values: [string, string][], context: Line[], id?: string, sum?: number, handed?: boolean, reported?: boolean }} Draft
 * @typedef {{ kind: "read" | "searched", text: string, url?: string }} Line
 */

/** @type {() => Draft | null} */
export const savedDraft = () => {
  const draft = attempt(() => JSON.parse(/** @type {string} */ (sessionStorage.getItem(KEY))));
  return Array.isArray(draft?.values) && Array.isArray(draft.context) ? draft : null;
};

/** @type {(draft: Draft) => void} */
export const saveDraft = (draft) => {
  if (draft.values.length || draft.context.length) attempt(() => sessionStorage.setItem(KEY, JSON.stringify(draft)));
  else removeDraft();
};

/** @type {() => void} */
export const removeDraft = () => attempt(() => sessionStorage.removeItem(KEY));

/**
 * A checksum of text: Bernstein's hash with exclusive or, in 32 bits.
 * @type {(text: string) => number}
 */
export const checksum = (text) => {
  let sum = 5381;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum, 33) ^ text.charCodeAt(at);
  return sum;
};

// What was read and searched on the page that led here, from the fragment of the address, which browsers do not send
// to servers. kb.js writes it. The fragment is removed, so that the address can be shared.
/** @type {() => { lines: Line[], subject: string }} */
export const arrivedWith = () => {
  const about = new URLSearchParams(location.hash.slice(1));
  const short = (name) => (about.get(name) ?? "").replace(/\s+/g, " ").trim().slice(0, 200);
  const [read, asked] = [short("read"), short("asked")];
  const searched = asked || short("searched");
  const page = attempt(() => new URL(about.get("at") ?? "", location.href));
  /** @type {Line[]} */
  const lines = [];
  if (read && page?.origin === location.origin) lines.push({ kind: "read", text: read, url: page.href });
  if (searched) lines.push({ kind: "searched", text: searched });
  if (lines.length) history.replaceState(history.state, "", location.pathname + location.search);
  return { lines, subject: asked };
};
