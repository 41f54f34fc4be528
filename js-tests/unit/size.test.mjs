// The package's size in a user's bundle: size/budgets.json, which changes only in the commit that needs it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { budgets, measure } from "../size/measure.mjs";

const sizes = await measure();

test("every entry has a budget (node size/measure.mjs --write)", () => {
  assert.deepEqual(Object.keys(sizes).sort(), Object.keys(budgets()).sort());
});

for (const [name, budget] of Object.entries(budgets())) {
  test(`${name} keeps within its budget`, () => {
    for (const [kind, units] of Object.entries(budget)) {
      for (const [unit, bytes] of Object.entries(units)) {
        const now = sizes[name]?.[kind][unit];
        assert.ok(now <= bytes, `${kind}, ${unit}: ${now} bytes, budget ${bytes}`);
      }
    }
  });
}

test("a webhook Worker weighs at most 9.6 KB compressed, its wasm at most 16 KB as it is", () => {
  const { js, wasm } = sizes["a webhook Worker"];
  assert.ok(js.gzip + wasm.gzip <= 9600, `${js.gzip} and ${wasm.gzip}`);
  assert.ok(wasm.raw <= 16_000, `${wasm.raw}`);
});

test("itpay/webhooks with all its exports weighs at most 9.9 KB compressed", () => {
  const { js, wasm } = sizes["itpay/webhooks"];
  assert.ok(js.gzip + wasm.gzip <= 9900, `${js.gzip} and ${wasm.gzip}`);
});
