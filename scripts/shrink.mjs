// Takes out of a wasm module that is entered without wasm-bindgen's glue what nothing reaches then:
//
//   node scripts/shrink.mjs module.wasm

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../js-tests/package.json", import.meta.url));
const { default: binaryen } = await import(require.resolve("binaryen"));
const [file] = process.argv.slice(2);

// What core would say in a panic. There is nobody to read it: the module traps, and its one panic handler prints nothing.
const PANIC_TEXTS = [
  /(?:slice|range (?:start|end)) index [ -~\xc0\r]*?(?:but ends at|slice of length)/g,
  /\/deps\/[ -~]*?\.rs/g,
  /(?:[0-9]{2}){100}/g, // the digits of the numbers in it
];
const texts = PANIC_TEXTS.reduce((bytes, text) => bytes.replaceAll(text, (found) => "\0".repeat(found.length)), readFileSync(file, "latin1"));

const module = binaryen.readBinary(Buffer.from(texts, "latin1"));
// The start of wasm-bindgen's glue, and the table that it fills with references to JavaScript's objects.
for (const { name } of WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(file)))) {
  if (name.startsWith("__wbindgen_")) module.removeExport(name);
}
// Not Features.All: binaryen then writes modules that no engine loads.
const { BulkMemory, BulkMemoryOpt, MutableGlobals, NontrappingFPToInt, ReferenceTypes, SignExt, SIMD128 } = binaryen.Features;
module.setFeatures(BulkMemory | BulkMemoryOpt | MutableGlobals | NontrappingFPToInt | ReferenceTypes | SignExt | SIMD128);
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(1);
module.optimize();
const shrunk = module.emitBinary();
const imports = WebAssembly.Module.imports(new WebAssembly.Module(shrunk));
if (imports.length > 0) throw new Error(`${file} still imports ${JSON.stringify(imports)}`);
writeFileSync(file, shrunk);
