// The preview's part of a page. It listens to the server, changes the page in place when its article or its theme was
// saved, shows what is wrong, and marks broken links. Only the preview serves it; a build has nothing of it.
//
// Texts of articles and of messages get into the page by `textContent` or as parsed documents of the same server, never
// as markup made here. The styles are constructed sheets, which a strict Content-Security-Policy permits.

import { markBroken } from "./broken.js";
import { session } from "./browser.js";
import { stayConnected, tellOfRebuild } from "./connection.js";
import { closeProblems, openProblems, showProblems, tell } from "./overlay.js";
import { begin, follow } from "./page.js";

const keyOf = ({ code, message, file }) => [code, message, file].join("\n");
const reloaded = session.take("reloaded") === "yes";
let known; // problems that were told before
let blocking = 0; // how many of them fail a build
let accepted; // errors that the page was opened with: it has nothing better to keep

function receive(state, isHello) {
  const { problems } = state;
  const matters = ({ severity }) => severity === "error" || (state.strict && severity === "warning");
  const isNew = (problem) => {
    if (!known) return reloaded && problem.new;
    return isHello ? !known.has(keyOf(problem)) : problem.new;
  };
  const fresh = problems.list.some((problem) => matters(problem) && isNew(problem));
  const first = !known;
  if (!first) tellOfRebuild();
  known = new Set(problems.list.map(keyOf));
  showProblems(problems);
  markBroken(problems.list.filter((problem) => problem.here));
  const left = problems.errors + (state.strict ? problems.warnings : 0);
  if (blocking && !left) {
    closeProblems();
    tell("Mended");
  } else if (!problems.total) {
    closeProblems();
  }
  blocking = left;
  if (fresh) {
    tell("");
    openProblems();
  }

  if (first) {
    accepted = new Set(state.hold);
    return begin(state);
  }
  if (!state.hold.length) accepted.clear();
  if (state.hold.every((key) => accepted.has(key))) follow(state);
}

stayConnected(receive);
