// What a page loads for a code, and for <itpay-qr> on top: gzipped, the wasm included.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { buildSync } from "esbuild";

import { measure } from "../size/measure.mjs";

function size(contents) {
  const stdin = { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)) };
  const { outputFiles } = buildSync({
    stdin,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

test("itpay/qr takes at most 9.5 KB of JavaScript and wasm, and <itpay-qr> 8 KB on top", async (t) => {
  const { "itpay/qr": qr, "itpay/qr/element": element } = await measure();
  const total = ({ js, wasm }) => js.gzip + wasm.gzip;
  t.diagnostic(
    `itpay/qr ${total(qr)} bytes, <itpay-qr> ${total(element) - total(qr)} on top; as text in a page ${size('export * from "itpay/qr"')}`,
  );
  assert.ok(total(qr) <= 9500 && total(element) - total(qr) <= 8000, `${total(qr)} and ${total(element)}`);
});

test("a page that imports <itpay-qr> for its effect alone gets it, whatever the bundler thinks of unused imports", () => {
  assert.ok(size('import "itpay/qr/element"') > 10_000);
});
