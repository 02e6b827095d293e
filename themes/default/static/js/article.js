// Functions of articles with JavaScript: copy buttons, tabs, contents that follow the reader, image zoom, video, feedback.

import { all, attempt, make, memory, parts } from "./shared/lib.js";

/** @type {Record<string, any>} */
const messages = document.body.dataset;
// The id in a link within the page. An id that cannot be decoded is used unchanged.
const idOf = ({ hash }) => attempt(() => decodeURIComponent(hash.slice(1))) ?? hash.slice(1);
// Elements that are already prepared: the preview adds new content to the page.
const prepared = new WeakSet();
const fresh = (part) => !prepared.has(part) && prepared.add(part);

// Copy buttons of code.
const copyButton = (code) => {
  const button = make("button", { type: "button", className: "code-copy", textContent: messages.copy, "aria-live": "polite" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent.replace(/\n$/, ""));
    } catch {
      return getSelection()?.selectAllChildren(code);
    }
    button.textContent = messages.copied;
    setTimeout(() => (button.textContent = messages.copy), 2000);
  });
  code.closest(".code").append(button);
};

// Tabs: one choice for all sets on all pages.
const TAB = ":scope > .tab[data-title]";
let sets = [];
const tabSet = (box, set) => {
  const panels = all(TAB, box);
  const list = make("div", { className: "tab-list", role: "tablist" });
  const tabs = panels.map((panel, n) => {
    panel.id ||= `_panel-${set}-${n}`;
    const tab = make("button", { type: "button", id: `_tab-${set}-${n}`, role: "tab", "aria-controls": panel.id, textContent: panel.dataset.title });
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => choose(n, tab.textContent, box));
    list.append(tab);
    return tab;
  });
  const select = (n) => panels.forEach((panel, i) => {
    tabs[i].setAttribute("aria-selected", i === n);
    tabs[i].tabIndex = i === n ? 0 : -1;
    if (i === n) panel.removeAttribute("hidden");
    else panel.setAttribute("hidden", "until-found");
  });
  list.addEventListener("keydown", (event) => {
    const now = tabs.indexOf(event.target);
    const step = getComputedStyle(box).direction === "rtl" ? -1 : 1;
    const to = { ArrowRight: now + step, ArrowLeft: now - step, Home: 0, End: tabs.length - 1 }[event.key];
    if (now < 0 || to === undefined) return;
    event.preventDefault();
    const tab = tabs.at(to % tabs.length);
    tab.focus();
    tab.click();
  });
  box.prepend(list);
  const titles = tabs.map((tab) => tab.textContent);
  const known = (memory.get("kb-tabs") ?? []).find((title) => titles.includes(title));
  select(Math.max(0, titles.indexOf(known)));
  return { box, titles, panels, select };
};
const choose = (n, title, box) => {
  const before = box.getBoundingClientRect().top;
  memory.set("kb-tabs", [title, ...(memory.get("kb-tabs") ?? []).filter((other) => other !== title)].slice(0, 20));
  sets.forEach((set) => set.titles.includes(title) && set.select(set.box === box ? n : set.titles.indexOf(title)));
  // Sets above may have changed their height: keep the pressed tab at its position.
  scrollBy({ top: box.getBoundingClientRect().top - before, behavior: "instant" });
};

// Opens the tabs and closed parts that contain an element.
const show = (target) => {
  sets.forEach(({ panels, select }) => {
    const n = panels.findIndex((panel) => panel.contains(target));
    if (n >= 0) select(n);
  });
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
};
// Find-in-page and search highlights use this event to reveal their matches.
document.addEventListener("beforematch", ({ target }) => show(target));
// The target of a link is revealed too.
const reveal = () => {
  const id = idOf(location);
  const target = id && (document.getElementById(id) ?? document.anchors.namedItem(id));
  if (!target) return;
  show(target);
  target.scrollIntoView();
};
// A link to the current address does not change the address.
document.addEventListener("click", ({ target }) => {
  /** @type {HTMLAnchorElement | null} */
  const link = /** @type {Element} */ (target).closest("a[href]");
  if (link?.hash && link.href === location.href) reveal();
});

// Contents: the section being read.
let marked;
const follow = () => {
  const links = new Map(parts(".toc a").map((link) => [idOf(link), link]));
  const heads = all(".prose [id]").filter((head) => links.has(head.id));
  const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 4;
  const line = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBlockStart) + 24;
  const passed = heads.filter((head) => head.getBoundingClientRect().top < line);
  // The part above the first heading counts to the first section.
  const link = links.get((atEnd && scrollY > 0 ? heads.at(-1) : passed.at(-1) ?? heads[0])?.id);
  if (link === marked) return;
  marked?.removeAttribute("aria-current");
  marked = link;
  if (!link) return;
  link.setAttribute("aria-current", "true");
  const list = link.closest(".toc");
  const top = link.offsetTop;
  if (top < list.scrollTop || top + link.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 2;
};
let due;
addEventListener("scroll", () => (due ??= requestAnimationFrame(() => { due = undefined; follow(); })), { passive: true });

// The Tab key stops at tables that can be scrolled.
const scrolls = new ResizeObserver((entries) => entries.forEach(({ target }) => {
  if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
  else target.removeAttribute("tabindex");
}));

// Images open in their full size.
let view;
document.addEventListener("click", (event) => {
  /** @type {HTMLAnchorElement | null} */
  const link = /** @type {Element} */ (event.target).closest("a.zoom:has(img)");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (!view) {
    const close = make("button", { type: "button", ariaLabel: messages.close, textContent: "✕" });
    view = make("dialog", { className: "zoom-view" }, make("div"), close);
    view.addEventListener("click", () => view.close());
    document.body.append(view);
  }
  const { alt } = /** @type {HTMLImageElement} */ (link.querySelector("img"));
  view.setAttribute("aria-label", alt);
  view.firstChild.replaceChildren(make("img", { src: link.href, alt }));
  view.showModal();
});

// Content of other hosts is loaded only on request.
const video = (figure) => {
  const { video: address, host, sandbox, allow, height } = figure.dataset;
  const link = figure.querySelector(".video-open");
  const caption = figure.querySelector("figcaption");
  if (!link || !caption || !address.startsWith("https://")) return;
  const title = link.textContent.trim();
  figure.dataset.link = link.href;
  const play = (event) => {
    const frame = make("iframe", { title, loading: "lazy", referrerPolicy: "strict-origin-when-cross-origin" });
    frame.allow = allow ?? "autoplay; encrypted-media; fullscreen; picture-in-picture";
    if (sandbox !== undefined) frame.setAttribute("sandbox", sandbox);
    if (height) frame.height = height;
    // Known players start at once; the addresses of other frames are not changed.
    const player = /^https:\/\/(www\.youtube-nocookie|player\.vimeo)\.com\//.test(address);
    frame.src = event && player ? `${address}${address.includes("?") ? "&" : "?"}autoplay=1` : address;
    if (event && caption.querySelector("input")?.checked) memory.set("kb-video", [...(memory.get("kb-video") ?? []), host]);
    figure.replaceChildren(frame);
    if (event) frame.focus();
  };
  if (memory.get("kb-video")?.includes(host)) return play();
  const button = make("button", { type: "button", className: "video-open" }, ...link.childNodes);
  button.addEventListener("click", play);
  const open = make("a", { href: link.href, rel: "noopener", textContent: messages.videoOpen.replace("{host}", host) });
  const remember = make("label", {}, make("input", { type: "checkbox" }), messages.videoRemember.replace("{host}", host));
  caption.replaceChildren(make("span", {}, ...caption.childNodes), remember, open);
  link.replaceWith(button);
};
// A Content-Security-Policy may forbid the frame: then the link is opened.
document.addEventListener("securitypolicyviolation", ({ disposition, effectiveDirective, blockedURI }) => {
  if (disposition !== "enforce" || effectiveDirective !== "frame-src" || !blockedURI) return;
  all("figure.video iframe").filter((frame) => frame.src.startsWith(blockedURI)).forEach((frame) => {
    const figure = frame.parentElement;
    figure.replaceChildren(make("a", { className: "video-open", href: figure.dataset.link ?? frame.src, rel: "noopener" }, frame.title));
  });
});

// All questions open and close together.
const expander = (button) => {
  const items = all(".prose details.faq-item");
  const open = button.textContent;
  button.addEventListener("click", () => {
    const opens = button.textContent === open;
    items.forEach((item) => (item.open = opens));
    button.textContent = opens ? button.dataset.collapse : open;
  });
};

// Was this helpful? The answer goes to the endpoint in kb.toml, and to listeners of "kb:feedback" on `document`.
const feedback = (form) => {
  const [ask, why, after] = [".feedback-ask", ".feedback-why", ".feedback-after"].map((part) => form.querySelector(part));
  const status = form.querySelector("[data-feedback-status]");
  const show = (part, text = "") => {
    for (const each of [ask, after]) each.hidden = each !== part;
    if (part !== ask) why.hidden = true;
    status.textContent = text;
  };
  const help = form.querySelector("[data-feedback-help]");
  const place = `kb-feedback ${form.url.value}`;
  const thank = (helpful) => {
    show(after, status.dataset.thanks);
    if (help) help.hidden = helpful;
  };
  const send = async (helpful) => {
    const { reason, comment, ...about } = Object.fromEntries(new FormData(form));
    const answer = { ...about, helpful, ...(!helpful && { reason, comment: `${comment}`.trim() || undefined }) };
    document.dispatchEvent(new CustomEvent("kb:feedback", { detail: answer }));
    if (form.hasAttribute("action")) {
      const response = await fetch(form.action, { method: "POST", body: JSON.stringify(answer), headers: { "Content-Type": "application/json" }, keepalive: true });
      if (!response.ok) throw new Error(`${response.status}`);
    }
  };
  let busy = false;
  const answer = async (helpful) => {
    if (busy) return;
    busy = true;
    try {
      await send(helpful);
      memory.set(place, helpful ? "yes" : "no");
      thank(helpful);
      status.tabIndex = -1;
      status.focus();
    } catch {
      status.textContent = status.dataset.failed;
    }
    busy = false;
  };
  const [yes, no] = all("button", ask);
  yes.addEventListener("click", (event) => {
    event.preventDefault();
    // Enter in a field presses the first button of its form, which must not count as "yes".
    answer(!why.contains(document.activeElement));
  });
  no.addEventListener("click", (event) => {
    event.preventDefault();
    why.hidden = false;
    no.setAttribute("aria-pressed", "true");
    why.querySelector("input").focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(false);
  });
  form.querySelector("[data-feedback-change]").addEventListener("click", () => {
    form.reset();
    all("[aria-pressed]", form).forEach((button) => button.removeAttribute("aria-pressed"));
    show(ask);
    ask.querySelector("button").focus();
  });
  const known = memory.get(place);
  if (known) thank(known === "yes");
};

const enhance = () => {
  if (navigator.clipboard) all(".code > pre > code").filter(fresh).forEach(copyButton);
  sets = all(".tabs").filter((box) => box.querySelector(TAB)).map((box, set) => sets.find((known) => known.box === box) || tabSet(box, set));
  all("figure.video[data-video]").filter(fresh).forEach(video);
  all(".table").filter(fresh).forEach((table) => scrolls.observe(table));
  parts("[data-expand]").filter(fresh).forEach(expander);
  parts("form[data-feedback]").filter(fresh).forEach(feedback);
  marked = undefined;
  follow();
};
// The preview replaces content.
document.addEventListener("kb:content", enhance);
addEventListener("hashchange", reveal);
enhance();
reveal();
