// Removes wasm-bindgen's own exports from a module that is called without its glue, and the code that only they use:
//
//   node scripts/drop-glue.mjs module.wasm
//
// binaryen's wasm-metadce keeps the other exports and the code that they use.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const [file] = process.argv.slice(2);
const load = () => new WebAssembly.Module(readFileSync(file));

const kept = WebAssembly.Module.exports(load()).filter(({ name }) => !name.startsWith("__"));
const graph = `${file}.exports.json`;
writeFileSync(graph, JSON.stringify(kept.map(({ name }) => ({ name, export: name, root: true }))));
const features = [
  "simd",
  "bulk-memory",
  "bulk-memory-opt",
  "sign-ext",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "multivalue",
].map((feature) => `--enable-${feature}`);
execFileSync("wasm-metadce", [file, "--graph-file", graph, ...features, "--output", file]);
execFileSync("wasm-opt", [
  file,
  ...features,
  "-O2",
  "--shrink-level=1",
  "--strip-producers",
  "--strip-target-features",
  "--output",
  file,
]);

const imports = WebAssembly.Module.imports(load());
if (imports.length > 0) throw new Error(`${file} still imports ${JSON.stringify(imports)}`);
