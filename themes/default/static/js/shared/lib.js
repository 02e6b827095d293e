// Shared code of the scripts. The build inserts it into each script that imports it, so that a page loads no additional
// file and every script works without the others.

/**
 * The elements that match.
 * @type {(selector: string, root?: ParentNode) => any[]}
 */
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Only the text of an article is in `.prose`. Elements of an article are never treated as parts of the page.
/** @type {(element: Element) => boolean} */
export const isPart = (element) => !element.closest(".prose");
/** @type {(selector: string, root?: ParentNode) => any[]} */
export const parts = (selector, root = document) => all(selector, root).filter(isPart);

/**
 * An element with properties (attributes, where there is a hyphen) and children.
 * @type {(tag: string, properties?: Record<string, any>, ...children: any[]) => any}
 */
export const make = (tag, properties = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "role" || name.includes("-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat());
  return made;
};

/**
 * Dispatches an event of kb on `document`.
 * @type {(event: string, detail: unknown) => void}
 */
export const emit = (event, detail) => document.dispatchEvent(new CustomEvent(`kb:${event}`, { detail }));

/**
 * What an act gives; null where it fails: the storage of a private window may throw.
 * @template T
 * @param {() => T} act
 */
export const attempt = (act) => {
  try { return act(); } catch { return null; }
};

// Storage of this browser.
export const memory = {
  /** @type {(key: string) => any} */
  get: (key) => attempt(() => JSON.parse(/** @type {string} */ (localStorage.getItem(key)))),
  /** @type {(key: string, value: unknown) => void} */
  set: (key, value) => attempt(() => localStorage.setItem(key, JSON.stringify(value))),
  /** @type {(key: string) => void} */
  remove: (key) => attempt(() => localStorage.removeItem(key)),
};
