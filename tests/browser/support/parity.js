// Compares what the browser finds with what `kb search` finds in the tantivy index.

import { execFileSync } from "node:child_process";

// Queries for which the first ten differ, with the first rank at which they do.
export async function differences(page, server, queries, language) {
  const lines = execFileSync(process.env.KB, ["search", "--engine", "tantivy", "--batch", "-n", "10", "--site", server.folder, "--lang", language], {
    input: `${queries.join("\n")}\n`,
    maxBuffer: 1 << 30,
  });
  const wanted = lines.toString().trim().split("\n").map((line) => JSON.parse(line).hits);
  const found = await page.evaluate(async (all) => {
    const answers = [];
    for (const query of all) answers.push((await kb.search(query, { limit: 10 })).hits.map(({ url, score }) => ({ url, score })));
    return answers;
  }, queries);
  const told = (hit) => hit && `${hit.url.replace(server.origin, "").replace(/\?highlight=.*/, "")} ${hit.score.toFixed(3)}`;
  const same = (one, other) => told(one)?.split(" ")[0] === told(other)?.split(" ")[0] && !(Math.abs(one?.score - other?.score) > 1e-4);
  return queries.flatMap((query, n) => {
    const rank = [...Array(10).keys()].find((at) => !same(wanted[n][at], found[n][at]));
    return rank === undefined ? [] : [{ query, rank: rank + 1, tantivy: told(wanted[n][rank]), browser: told(found[n][rank]) }];
  });
}
