// The client's load in short: nothing fails, and the memory stays as it is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { measure } from "./client.mjs";

for (const kind of ["node", "workerd"]) {
  test(`two thousand calls of the client on ${kind} end well, and its wasm memory does not grow`, async () => {
    const parts = await measure(kind, 2000);
    assert.deepEqual(
      parts.map(({ failed }) => failed),
      [0, 0, 0, 0, 0],
    );
    assert.equal(new Set(parts.map(({ wasm }) => wasm)).size, 1);
    assert.ok(parts[0].wasm > 0, "it was looked for in the wrong place");
  });
}
