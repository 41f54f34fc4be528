// The gzipped size of a page's code for a QR code, and for <itpay-qr>, with the wasm.

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

test("itpay/qr has at most 9.5 KB of JavaScript and wasm, and <itpay-qr> 8 KB more", async (t) => {
  const { "itpay/qr": qr, "itpay/qr/element": element } = await measure();
  const total = ({ js, wasm }) => js.gzip + wasm.gzip;
  t.diagnostic(
    `itpay/qr ${total(qr)} bytes, <itpay-qr> ${total(element) - total(qr)} on top; as text in a page ${size('export * from "itpay/qr"')}`,
  );
  assert.ok(total(qr) <= 9500 && total(element) - total(qr) <= 8000, `${total(qr)} and ${total(element)}`);
});

test("bundlers keep an import of <itpay-qr> for its side effect", () => {
  assert.ok(size('import "itpay/qr/element"') > 10_000);
});
