// The fields of the contact form: what they contain, what is wrong in them, and what belongs to a topic.
//
// Fields in kb.toml may be named like properties of a form (`action`, `submit`, `id`), which then are the fields. So
// nothing here reads such a property.

import { all, make, parts } from "../lib.js";

// Sent by every form, and no words of the customer.
const FIXED = ["language", "url", "id"];

/** @typedef {{ desk: any, form: any, field: (name: string) => any }} Form */

/**
 * The form in its section.
 * @type {(desk: any) => Form}
 */
export const formIn = (desk) => {
  const [form] = all("form", desk);
  return { desk, form, field: (name) => all(`[name="${name}"]`, form)[0] };
};

/**
 * What would be sent: names and values. Line breaks are those of a form that is sent without JavaScript.
 * @type {(form: Form) => [string, any][]}
 */
export const entries = ({ form }) => [...new FormData(form)].map(([name, value]) =>
  [name, typeof value === "string" ? value.replace(/\r\n?|\n/g, "\r\n") : value]);

/**
 * The entries that the customer filled in, without files.
 * @type {(form: Form) => [string, string][]}
 */
export const words = (form) => entries(form)
  .filter(([name, value]) => typeof value === "string" && value.trim() && !FIXED.includes(name))
  .map(([name, value]) => [name, value.replaceAll("\r\n", "\n")]);

/**
 * Fills in saved values.
 * @type {(form: Form, values: [string, string][]) => void}
 */
export const fill = (form, values) => {
  const known = new Map(values);
  for (const each of all("input, select, textarea", form.form)) {
    const value = known.get(each.name);
    if (each.type === "checkbox") each.checked = value !== undefined;
    else if (each.type !== "hidden" && each.type !== "file") each.value = value ?? "";
  }
};

/**
 * What the customer filled in and attached, with the labels of the page.
 * @type {(form: Form) => [string, string][]}
 */
export const labelled = (form) => all("[name]", form.form).filter((each) => !each.disabled && each.labels?.length).flatMap((each) => {
  const value = each.type === "file" ? [...each.files].map((file) => file.name).join(", ")
    : each.type === "checkbox" ? each.checked && "✓"
    : each.localName === "select" ? each.value && each.selectedOptions[0].text
    : each.value.trim();
  const label = all("label", each.parentElement)[0].firstChild.textContent.trim();
  return value ? [[label, value]] : [];
});

// The message of a field, below it.
const say = (each, text) => {
  const id = `_e-${each.name}`;
  const note = document.getElementById(id);
  if (note) note.textContent = text;
  else if (text) {
    each.parentElement.append(make("span", { id, className: "field-error", textContent: text }));
    each.setAttribute("aria-describedby", `${each.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
  }
};

/**
 * Shows what is wrong in a field below it, and goes to the first such field. The browser says what is wrong.
 * @type {(form: Form) => void}
 */
export const validate = ({ desk, form }) => {
  let gone = false;
  form.addEventListener("invalid", (event) => {
    event.preventDefault();
    const each = event.target;
    each.setAttribute("aria-invalid", "true");
    say(each, each.validity.valueMissing ? desk.dataset[each.type === "checkbox" ? "tick" : "required"] : each.validationMessage);
    if (!gone) each.focus();
    gone = true;
    setTimeout(() => (gone = false));
  }, true);
  form.addEventListener("input", ({ target }) => {
    if (target.validity.valid) target.removeAttribute("aria-invalid");
    const full = target.maxLength > 0 && target.value.length >= target.maxLength;
    if (full) say(target, desk.dataset.limit.replace("{n}", target.maxLength.toLocaleString(document.documentElement.lang)));
    else if (target.validity.valid) say(target, "");
  });
  // Spaces are no answer.
  form.addEventListener("change", ({ target }) => {
    if (target.matches("input, textarea") && target.type !== "file" && !target.value.trim()) target.value = "";
  });
};

// Until a topic is chosen, the style sheet hides its parts, so that nothing moves when this script comes.
const choose = (part, chosen) => {
  part.classList.toggle("chosen", chosen);
  part.hidden = !chosen;
};

/**
 * Shows channels, promises, articles and fields of the chosen topic. A topic without own ones has the general ones.
 * @type {(form: Form) => void}
 */
export const followTopic = ({ desk, form, field }) => {
  const topic = field("topic");
  const id = topic?.value ?? "";
  for (const part of parts("main [data-topic]")) {
    const own = [...part.parentElement.children].some((other) => other.dataset.topic === id);
    choose(part, part.dataset.topic === (own ? id : ""));
  }
  for (const part of all("[data-topics]", form)) {
    const shown = part.dataset.topics.split(" ").includes(id);
    choose(part, shown);
    for (const each of all("[name]", part)) {
      each.disabled = !shown;
      each.required = shown && "must" in part.dataset;
    }
  }
  desk.dataset.general ??= form.getAttribute("action");
  form.setAttribute("action", topic?.selectedOptions[0].dataset.action ?? desk.dataset.general);
};
