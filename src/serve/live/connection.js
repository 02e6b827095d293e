// The connection: only for visible tabs, because browsers allow six per host.

import { sayLost } from "./overlay.js";

// Scripts of the theme that cache parts of the site, such as the index, discard them.
export const tellOfRebuild = () => document.dispatchEvent(new CustomEvent("kb:rebuilt"));

let source;
let losing;
let hiding;
const events = new URL(`events?path=${encodeURIComponent(location.pathname)}`, import.meta.url);

// Connects while the tab is visible. `receive` gets each state, and whether it is the first of a connection.
export function stayConnected(receive) {
  function connect() {
    clearTimeout(hiding);
    if (source) return;
    const opened = (source = new EventSource(events));
    for (const name of ["hello", "state"]) {
      opened.addEventListener(name, (event) => {
        clearTimeout(losing);
        losing = undefined;
        sayLost("");
        receive(JSON.parse(event.data), name === "hello");
      });
    }
    // Something changed that this page does not show.
    opened.addEventListener("version", tellOfRebuild);
    opened.addEventListener("error", () => {
      losing ??= setTimeout(() => sayLost("Preview stopped, waiting"), 1500);
      // The browser reconnects automatically, unless it was refused.
      if (opened.readyState !== EventSource.CLOSED || source !== opened) return;
      source = undefined;
      setTimeout(() => document.visibilityState === "visible" && connect(), 2000);
    });
  }

  function disconnect() {
    clearTimeout(losing);
    losing = undefined;
    source?.close();
    source = undefined;
  }

  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => event.persisted && connect());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") connect();
    else hiding = setTimeout(disconnect, 5000);
  });
  if (document.visibilityState === "visible") connect();
}
