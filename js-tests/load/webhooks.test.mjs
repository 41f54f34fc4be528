// The load in short: nothing fails, and the memory stays as it is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { measure } from "./webhooks.mjs";

for (const kind of ["node", "workerd"]) {
  test(`the webhook endpoint on ${kind} takes steady load without a failure`, async () => {
    const parts = await measure(kind, 10, 500);
    assert.deepEqual(parts.map(({ failed }) => failed), [0, 0, 0, 0, 0]);
    assert.equal(new Set(parts.map(({ wasm }) => wasm)).size, 1, "its wasm memory doesn't grow");
    assert.ok(parts.at(-1).handled === undefined || parts.at(-1).handled > 1000, "it has handled events");
  });
}
