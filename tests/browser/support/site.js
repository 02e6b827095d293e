// The site that the tests search: a few articles that they ask for, in four languages, and many that make its index
// large enough to be cut into pieces.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const ARTICLES = {
  "account/_index.md": { title: "Account" },
  "account/reset-password.md": {
    title: "Reset your password",
    tags: ["security"],
    text: `If you cannot sign in, choose a new password.

## From the sign-in page {#sign-in-page}

Press **Forgotten password**. We send a link that is valid for one hour. The link lets you choose a new password.

## From the app {#app}

Open the settings, then *Security*, and reset the password there.`,
  },
  "account/manage-users.md": { title: "Manage users", text: "An administrator can add a user, remove a user and change the role of a user." },
  "account/two-factor.md": { title: "Sign in with a second factor", tags: ["security"], text: "A code from your phone protects the account when a password is known to others." },
  "account/change-email.md": { title: "Change your email address", tags: ["profile"], text: "Open the profile and type the new address. We write to both addresses." },
  "account/other-scripts.md": { title: "Write in other scripts", tags: ["profile"], text: "Greetings may be in any script: مرحبا بالعالم in Arabic, שלום עולם in Hebrew." },
  "billing/_index.md": { title: "Billing" },
  "billing/refund.md": { title: "Get a refund", tags: ["money"], text: "Within 30 days you get your money back.\n\n## How long it takes {#duration}\n\nA refund reaches your bank within five days." },
  "billing/invoice.md": { title: "Find an invoice", tags: ["money"], text: "Invoices are in the billing settings, as files to print." },
  "devices/_index.md": { title: "Devices" },
  "devices/upload.md": { title: "Upload fails", text: "The message `stk500_recv(): programmer is not responding` says that the board does not answer. Choose another port." },
  "devices/codes.md": { title: "Error codes", text: "## E-4017 {#e-4017}\n\nThe battery is too cold: error E-4017.\n\n## E-4018 {#e-4018}\n\nThe battery is too warm: error E-4018." },
  "devices/reset.md": { title: "Reset a device", text: "Hold the button for ten seconds. Everything on the device is lost, your account is not." },

  "account/_index.de.md": { title: "Konto" },
  "account/reset-password.de.md": { title: "Passwort zurücksetzen", text: "Auf der Anmeldeseite lässt sich ein neues Passwort wählen." },
  "billing/_index.de.md": { title: "Rechnungen" },
  "billing/refund.de.md": { title: "Rückerstattung verlangen", text: "Innerhalb von 30 Tagen gibt es das Geld zurück. Die Rückerstattung dauert fünf Tage." },
  "billing/_index.ru.md": { title: "Оплата" },
  "billing/refund.ru.md": { title: "Как вернуть деньги", text: "Возврат денег возможен в течение 30 дней. Деньги возвращаются на карту." },
  "billing/invoice.ru.md": { title: "Где найти счёт", text: "Счета лежат в настройках." },
  "billing/_index.zh.md": { title: "付款" },
  "billing/refund.zh.md": { title: "如何申请退款", text: "购买后三十天内可以退款。退款会在五天内到账。" },
  "billing/invoice.zh.md": { title: "查找发票", text: "发票在付款设置中。" },
};

const SYLLABLES = ["ba", "cor", "de", "fil", "gon", "hu", "jas", "kel", "lo", "mir", "nas", "ola", "pru", "qui", "ris", "sto", "tav", "ume", "vor", "wex", "yan", "zim"];

// Words that are always the same, and always other ones.
function* words() {
  for (let state = 1; ;) {
    let word = "";
    for (let n = 0; n < 3; n += 1) {
      state = (state * 48271) % 2147483647;
      word += SYLLABLES[state % SYLLABLES.length];
    }
    yield word;
  }
}

function articles() {
  const all = { ...ARTICLES, "catalogue/_index.md": { title: "Catalogue" } };
  const next = words();
  const some = (count) => Array.from({ length: count }, () => next.next().value).join(" ");
  for (let n = 1; n <= 300; n += 1) {
    const text = Array.from({ length: 6 }, () => `${some(12)}.`).join("\n\n");
    all[`catalogue/part-${n}.md`] = { title: `Spare part ${n}`, tags: [n % 2 ? "odd" : "even"], text: n % 10 ? text : `Contains a thermostat. ${text}` };
  }
  return all;
}

// Writes a project and builds it into folders of `work`: `plain`, `help` for the base path /help/, `offline` to be opened as
// files, and `plain-renewed`, which has one article more.
export function build(kb, work) {
  rmSync(work, { recursive: true, force: true });
  const project = path.join(work, "project");
  const write = (name, { title, tags, text = "" }) => {
    const file = path.join(project, "content", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `---\ntitle: ${title}\n${tags ? `tags: [${tags}]\n` : ""}---\n\n${text}\n`);
  };
  const make = (name, ...options) => execFileSync(kb, ["build", "-q", project, "-o", path.join(work, name), ...options], { stdio: "inherit" });
  for (const [name, article] of Object.entries(articles())) write(name, article);
  writeFileSync(path.join(project, "kb.toml"), `title = "Help"
default_language = "en"
[build]
git_dates = false
[contact]
email = "help@example.com"
[languages.en]
name = "English"
[languages.de]
name = "Deutsch"
[languages.ru]
name = "Русский"
[languages.zh]
name = "中文"
`);
  make("plain", "--base-url", "https://help.example/");
  make("help", "--base-url", "https://example.com/help/");
  make("offline", "--offline");
  write("account/novelty.md", { title: "Novelty", text: "This is new." });
  make("plain-renewed", "--base-url", "https://help.example/");
}
