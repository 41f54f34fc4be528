// Gives what a wasm module imports short names, in the module and in its glue: wasm-bindgen's end with a hash of sixteen
// digits, which no compression makes shorter.
//
//   node scripts/rename-imports.mjs folder name

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { replaceOnce } from "./replace-once.mjs";

const IMPORT_SECTION = 2;
const [folder, name] = process.argv.slice(2);
const [moduleFile, glueFile] = [join(folder, `${name}_bg.wasm`), join(folder, `${name}.js`)];
const bytes = readFileSync(moduleFile);

const short = new Map();
for (const { name: long } of WebAssembly.Module.imports(new WebAssembly.Module(bytes))) {
  if (/_[0-9a-f]{16}$/.test(long)) short.set(long, `_${short.size.toString(36)}`);
}

/** A number as wasm has it, and where it ends. */
function leb(at) {
  let [value, shift] = [0, 0];
  for (;;) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte < 128) return [value, at];
  }
}
const toLeb = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...toLeb(value >> 7)]);

// Sections follow one another: an id, a length, that many bytes.
for (let at = 8; at < bytes.length; ) {
  const [length, start] = leb(at + 1);
  if (bytes[at] === IMPORT_SECTION) {
    let section = bytes.toString("latin1", start, start + length);
    const named = (text) => String.fromCharCode(text.length) + text;
    for (const [long, own] of short) section = replaceOnce(section, named(long), named(own), moduleFile);
    writeFileSync(moduleFile, Buffer.concat([bytes.subarray(0, at + 1), Buffer.from(toLeb(section.length)), Buffer.from(section, "latin1"), bytes.subarray(start + length)]));
    break;
  }
  at = start + length;
}

let glue = readFileSync(glueFile, "utf8");
for (const [long, own] of short) glue = replaceOnce(glue, `${long}: `, `${own}: `, glueFile);
writeFileSync(glueFile, glue);
