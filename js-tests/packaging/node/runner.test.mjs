import { test } from "node:test";
import assert from "node:assert/strict";

import { exercise } from "./exercise.mjs";

test("it works under node:test", async () => {
  const outcome = await exercise();
  assert.equal(outcome.verified, true);
  console.log(`OUTCOME ${JSON.stringify(outcome)}`);
});
