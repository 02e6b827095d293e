// Browser functions for the parts of the preview's script.

import { attempt } from "../../../themes/default/static/js/shared/lib.js";

// Storage of this tab that survives a reload.
const key = (name) => `kb-live-${name}`;
export const session = {
  get: (name) => attempt(() => sessionStorage.getItem(key(name))),
  set: (name, value) => attempt(() => sessionStorage.setItem(key(name), value)),
  take(name) {
    const value = this.get(name);
    attempt(() => sessionStorage.removeItem(key(name)));
    return value;
  },
};

// A constructed style sheet, which a strict Content-Security-Policy allows.
export const sheet = (css) => {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
};
