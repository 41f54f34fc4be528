// What a page loads for a code, and for <itpay-qr> on top: gzipped, the wasm included.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { buildSync } from "esbuild";

function size(contents) {
  const stdin = { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)) };
  const { outputFiles } = buildSync({ stdin, bundle: true, minify: true, format: "esm", target: "es2022", write: false });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

test("itpay/qr takes at most 9 KB, and <itpay-qr> 6 KB on top", (t) => {
  const qr = size('export * from "itpay/qr"');
  const both = size('export * from "itpay/qr"; import "itpay/qr/element"');
  t.diagnostic(`itpay/qr ${qr} bytes, <itpay-qr> ${both - qr} on top`);
  assert.ok(qr <= 9000 && both - qr <= 6000, `${qr} and ${both - qr}`);
});

test("a page that imports <itpay-qr> for its effect alone gets it, whatever the bundler thinks of unused imports", () => {
  assert.ok(size('import "itpay/qr/element"') > 10_000);
});
