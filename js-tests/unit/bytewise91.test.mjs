// Bytewise base 91: the encoder of the build and the decoder of the package.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import fc from "fast-check";

import { decode } from "../../pkg/dist/esm/src/internal/bytewise91.js";
import { encode } from "../../scripts/bytewise91.mjs";

test("encoded bytes decode to the same bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => assert.deepEqual(decode(encode(bytes)), bytes)));
});

test("every byte is one or two characters that a JavaScript string shows as they are", () => {
  for (let byte = 0; byte < 256; byte += 1) {
    const text = encode([byte]);
    assert.match(text, /^[#-[\]-~]{1,2}$/, `${byte}`);
    assert.equal(text.length, byte < 89 ? 1 : 2);
    assert.deepEqual([...decode(text)], [byte]);
  }
});

test("the modules in the package as text are its files", async () => {
  const dist = new URL("../../pkg/dist/", import.meta.url);
  for (const file of readdirSync(new URL("wasm/", dist)).filter((name) => name.endsWith(".wasm"))) {
    const { default: text } = await import(new URL(`esm/src/glue/${file.replace(".wasm", "")}.text.js`, dist));
    assert.deepEqual(Buffer.from(decode(text)), readFileSync(new URL(`wasm/${file}`, dist)), file);
  }
});
