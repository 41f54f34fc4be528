// How to find a wasm module in a bundle, as text or as it is: by a piece of it that no other module has.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** Of the package in the folder: [module's name, [piece as text, piece as bytes in Latin-1]], by name. */
export function wasmPieces(pkg) {
  const names = readdirSync(join(pkg, "dist/wasm"))
    .filter((file) => file.endsWith(".wasm"))
    .map((file) => basename(file, ".wasm"))
    .sort();
  const texts = names.map((name) => readFileSync(join(pkg, `dist/esm/src/glue/${name}.text.js`), "latin1"));
  const files = names.map((name) => readFileSync(join(pkg, `dist/wasm/${name}.wasm`), "latin1"));
  return names.map((name, index) => [name, [ownPiece(texts, index), ownPiece(files, index)]]);
}

/** The names of the modules in what was bundled, each as often as it is there. */
export function wasmIn(contents, pieces) {
  const times = (piece) => contents.reduce((count, content) => count + content.split(piece).length - 1, 0);
  return pieces.flatMap(([name, [text, bytes]]) => Array(times(text) + times(bytes)).fill(name));
}

function ownPiece(all, index) {
  const LENGTH = 200;
  for (let start = LENGTH; start < all[index].length - LENGTH; start += LENGTH) {
    const piece = all[index].slice(start, start + LENGTH);
    if (all.every((other, place) => other.split(piece).length === (place === index ? 2 : 1))) return piece;
  }
  throw new Error("a module has nothing of its own");
}
