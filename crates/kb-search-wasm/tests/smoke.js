// Tries the engines of a folder as a browser would load them: `node smoke.js DIST`.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

const dist = process.argv[2];
const modules = readdirSync(dist).filter((name) => name.endsWith(".bin"));
assert.ok(modules.includes("en.bin") && modules.includes("none.bin"), `no engines in ${dist}`);

const nonsense = [
  [],
  [0],
  [0x1f, 0x8b, 8, 0],
  [...new TextEncoder().encode("<!doctype html>")],
  Array.from({ length: 5000 }, (_, n) => (n * 7919) % 256),
  Array.from({ length: 64 }, () => 0xff),
];

for (const name of modules) {
  const glue = pathToFileURL(join(dist, "engine.js"));
  const { default: init, Engine } = await import(`${glue}?${name}`);
  await init({ module_or_path: await WebAssembly.compile(gunzipSync(readFileSync(join(dist, name)))) });
  for (const bytes of nonsense) {
    assert.throws(
      () => new Engine(Uint8Array.from(bytes)),
      (error) => error instanceof Error && !(error instanceof WebAssembly.RuntimeError) && error.message !== "",
      `${name} takes nonsense for a pack`,
    );
  }
}
console.log(`    ${modules.length} engines start and refuse what is no pack`);
