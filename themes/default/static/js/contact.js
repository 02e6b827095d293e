// The form of the contact page: suggests articles while the customer writes, keeps the draft, and sends the message
// without leaving the page. The form works without this script too, unless it opens a mail program.
//
//   Events on `document`, with `detail`; none has words of the message:
//     "kb:suggest"           { suggestions: [{ url, title, confidence }], language }   other articles were suggested
//     "kb:suggest-open"      { url, position, confidence }   a suggestion was opened; 1 is the first
//     "kb:suggest-solved"    { url, position }               it solved the problem
//     "kb:suggest-rejected"  { url, position }               it did not help
//     "kb:suggest-assumed"   { url, position }               the page was left after reading: nothing was written or sent
//     "kb:contact-sent"      { topic, channel: "endpoint" | "mail", shown, opened }
//     "kb:contact-failed"    { error }

import { all, make, emit } from "./shared/lib.js";
import { entries, fill, followTopic, formIn, labelled, validate, words } from "./shared/contact/form.js";
import { arrivedWith, checksum, removeDraft, saveDraft, savedDraft } from "./shared/contact/draft.js";
import { mailLink, post } from "./shared/contact/send.js";

const [desk] = all("[data-contact-form]");
const form = formIn(desk);
const texts = desk.dataset;
const byMail = texts.contactForm === "mail";
const [submit] = all("[type=submit]", form.form);
const [alertBox] = all("[data-alert]", desk);
const [contextBox] = all("[data-context]", desk);
const [promise] = all("[data-promise]", desk);

/** @type {import("./shared/contact/draft.js").Draft} */
const draft = { values: [], context: [] };
let busy = false;
let done = ""; // what is shown instead of the form
let plainly = false; // whether the next attempt is a plain form

// The draft.
let saving;
const save = () => {
  clearTimeout(saving);
  if (done) return;
  draft.values = words(form);
  saveDraft(draft);
};
form.form.addEventListener("input", () => {
  clearTimeout(saving);
  saving = setTimeout(save, 400);
});
addEventListener("pagehide", save);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());

// What was read and searched, as lines that can be removed.
/** @type {(line: import("./shared/contact/draft.js").Line) => string} */
const lineText = ({ kind, text, url }) => {
  const said = (kind === "read" ? texts.read : texts.searched).replace(/\{\w+\}/, () => text);
  return url ? `${said} ${url}` : said;
};
const showContext = () => {
  const value = draft.context.map(lineText).join("\r\n");
  const rows = draft.context.map((line, n) => {
    const said = make("span", { dir: "auto" }, lineText({ ...line, url: "" }));
    const remove = make("button", { type: "button", className: "text-button", "aria-label": `${texts.remove}: ${said.textContent}`, textContent: texts.remove });
    remove.addEventListener("click", () => {
      draft.context.splice(n, 1);
      showContext();
      save();
      (all("button", contextBox)[Math.min(n, draft.context.length - 1)] ?? submit).focus();
    });
    return make("li", {}, said, " ", remove);
  });
  all("ul", contextBox)[0].replaceChildren(...rows);
  contextBox.hidden = !rows.length;
  form.field("context")?.remove();
  if (value) contextBox.append(make("input", { type: "hidden", name: "context", value }));
};

// Instead of the form: thanks, or what else happened. Without a name, the form.
const showDone = (name = "") => {
  done = name;
  desk.classList.toggle("done", Boolean(name));
  for (const part of all(".desk-done", desk)) {
    part.hidden = part.dataset.done !== name;
    if (name && !part.hidden) part.focus();
  }
};
// Browsers fill a form again when its page is reached with the back button. A message that was ended must not come back
// in this way and be sent once more, so its fields are emptied at once. `back` has them from here, not from storage. Files
// stay: a script cannot choose them again.
const clear = () => {
  clearTimeout(saving);
  draft.values = words(form);
  fill(form, draft.values.filter(([name]) => name === "name" || name === "email"));
  followTopic(form);
  removeDraft();
};
// A new message has nothing of the last one, except who writes.
const forget = () => {
  clear();
  for (const each of all("[type=file]", form.form)) each.value = "";
  Object.assign(draft, { values: [], context: [], id: "", handed: false, reported: false });
  plainly = false;
  showContext();
  answers.restart();
};
const back = () => {
  if (done === "solved") {
    fill(form, draft.values);
    followTopic(form);
  }
  showDone();
  draft.handed = false;
  save();
  form.field("message").focus();
};
const restart = () => {
  forget();
  showDone();
  form.field("subject").focus();
};
for (const button of all("[data-back]", desk)) button.addEventListener("click", back);
for (const button of all("[data-new]", desk)) button.addEventListener("click", restart);

const showCopy = (part) => {
  const rows = labelled(form);
  if (draft.context.length) rows.push([all("legend", contextBox)[0].textContent, draft.context.map(lineText).join("\n")]);
  all("[data-copy]", part)[0].replaceChildren(...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", { dir: "auto" }, value)]));
};

// Articles: the engine and what shows them come when the customer begins to write. The form works without.
let answers = { shown: () => 0, opened: () => /** @type {string[]} */ ([]), settle() {}, restart() {} };
const writing = all("[data-text]", form.form);
const begin = async () => {
  const { suggest } = /** @type {any} */ (self.kb ?? {});
  if (typeof suggest !== "function") return;
  await suggest("");
  // A site that is opened from a folder has it beside the index.
  const code = /** @type {any} */ (self)[Symbol.for("kb-offline")]?.["js/search/answers.js"];
  const { default: suggestAnswers } = await import(code ? `data:text/javascript;base64,${code}` : "./search/answers.js");
  answers = suggestAnswers(desk, writing, suggest, () => {
    // What is on its way is not ended any more.
    if (busy) return;
    clear();
    showDone("solved");
  });
};
let began = false;
for (const field of writing) field.addEventListener("focus", () => {
  if (!began) begin().catch(() => {});
  began = true;
});

// What is sent as mail: all fields, the message last.
const address = () => form.field("topic")?.selectedOptions[0].dataset.email ?? texts.email ?? "";
const mailParts = () => {
  const about = [form.field("subject"), form.field("message")];
  const others = labelled(form).filter(([, value]) => about.every((each) => value !== each.value.trim())).map(([name, value]) => `${name}: ${value}`);
  return { subject: about[0].value.trim(), text: [...others, ...draft.context.map(lineText), "", about[1].value.trim()].join("\n").trim() };
};
const mail = () => {
  const { subject, text } = mailParts();
  return mailLink(address(), subject, text);
};

// Failures.
/** @type {(outcome: import("./shared/contact/send.js").Outcome) => void} */
const fail = ({ failed = "", status, error, plain = false }) => {
  plainly = plain;
  const part = all("[data-failure]", desk)[0].content.cloneNode(true);
  all("[data-said]", part)[0].textContent = texts[failed].replace("{status}", `${status}`);
  all("[data-again]", part)[0].addEventListener("click", () => {
    // This button goes.
    submit.focus();
    form.form.requestSubmit();
  });
  if (address()) {
    const [link] = all("[data-mail]", part);
    const { href, cut } = mail();
    Object.assign(link, { href, hidden: false });
    all("[data-mail-note]", part)[0].hidden = !cut;
  }
  alertBox.replaceChildren(part);
  alertBox.scrollIntoView({ block: "nearest" });
  emit("contact-failed", { error: error ?? `${status}` });
};

// What is being sent cannot be changed. The focus stays in the form.
const waitFor = (isBusy) => {
  if (isBusy && desk.contains(document.activeElement)) submit.focus();
  busy = isBusy;
  for (const part of all(".field, [data-context]", form.form)) part.inert = isBusy;
  submit.setAttribute("aria-disabled", `${isBusy}`);
  submit.dataset.label ??= submit.textContent;
  if (!byMail) submit.textContent = isBusy ? texts.sending : submit.dataset.label;
};

// A message counts once, however often it is sent.
const report = () => {
  if (draft.reported) return;
  draft.reported = true;
  saveDraft(draft);
  emit("contact-sent", {
    topic: form.field("topic")?.value ?? "",
    channel: byMail ? "mail" : "endpoint",
    shown: answers.shown(),
    opened: answers.opened(),
  });
};

// A message has the same id whenever it is sent, so that an endpoint can drop doubles. A changed one is another message.
const identify = () => {
  form.field("id")?.remove();
  const sum = checksum(JSON.stringify(entries(form).map(([name, value]) => [name, value.size ?? value])));
  if (!draft.id || draft.sum !== sum) {
    Object.assign(draft, { sum, id: Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("") });
  }
  contextBox.append(make("input", { type: "hidden", name: "id", value: draft.id }));
  save();
};

const sent = () => {
  report();
  answers.settle();
  const [part] = all("[data-done=sent]", desk);
  showCopy(part);
  promise.replaceChildren(...all(".desk-promise:not([hidden]) .contact-facts", desk).map((facts) => facts.cloneNode(true)));
  showDone("sent");
  forget();
};

// Sends the form as the browser does. Whether it arrived, only the page of the endpoint says.
const handOver = () => {
  const forbid = ({ disposition, effectiveDirective }) => {
    if (disposition !== "enforce" || effectiveDirective !== "form-action") return;
    removeEventListener("pagehide", report);
    draft.handed = false;
    showDone();
    save();
    submit.focus();
    fail({ failed: "unreachable", error: "form-action" });
  };
  addEventListener("pagehide", report, { once: true });
  document.addEventListener("securitypolicyviolation", forbid);
  setTimeout(() => document.removeEventListener("securitypolicyviolation", forbid), 5000);
  draft.handed = true;
  draft.values = words(form);
  saveDraft(draft);
  answers.settle();
  waitFor(false);
  // Its fields may be named like its methods.
  HTMLFormElement.prototype.submit.call(form.form);
  showDone("handed");
};

async function send() {
  if (busy) return;
  alertBox.replaceChildren();
  if (byMail) return sendByMail();
  waitFor(true);
  identify();
  if (plainly) return handOver();
  const multipart = form.form.getAttribute("enctype")?.startsWith("multipart");
  const body = multipart ? new FormData(form.form) : new URLSearchParams(entries(form));
  const outcome = await post(form.form.getAttribute("action"), body);
  if (outcome.blocked) return handOver();
  waitFor(false);
  if (outcome.sent) return sent();
  fail(outcome);
}

const sendByMail = () => {
  const { href, cut } = mail();
  const [part] = all("[data-done=mail]", desk);
  const [link] = all("[data-mail]", part);
  if (link) Object.assign(link, { href, textContent: decodeURIComponent(address().replace("mailto:", "")) });
  all("[data-mail-note]", part)[0].hidden = !cut;
  showCopy(part);
  save();
  report();
  answers.settle();
  showDone("mail");
  make("a", { href }).click();
};
all("[data-clipboard]", desk)[0].addEventListener("click", async ({ target }) => {
  const { subject, text } = mailParts();
  try {
    await navigator.clipboard.writeText(`${subject}\n\n${text}`);
    target.textContent = texts.copied;
  } catch {
    getSelection()?.selectAllChildren(all("[data-done=mail] [data-copy]", desk)[0]);
  }
});

form.form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
// Back from another page, the form is as it was left.
addEventListener("pageshow", ({ persisted }) => persisted && waitFor(false));

// What there is from before.
validate(form);
const before = savedDraft();
if (before) {
  Object.assign(draft, before);
  fill(form, draft.values);
}
const arrived = arrivedWith();
for (const line of arrived.lines) {
  draft.context = [...draft.context.filter((other) => other.kind !== line.kind || other.text !== line.text), line].slice(-5);
}
if (!form.field("subject").value) form.field("subject").value = arrived.subject;
form.field("topic")?.addEventListener("change", () => followTopic(form));
followTopic(form);
showContext();
if (before?.handed) showDone("handed");
else if (arrived.lines.length) save();
