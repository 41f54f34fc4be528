// The public types as one text, and a rule that all of them keep.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { propertiesWithoutUndefined, publicTypes } from "../public-types.mjs";

test("the public types are those of the snapshot (UPDATE=1 after looking at the difference, which semver judges)", () => {
  const snapshot = new URL("../snapshots/public-types.txt", import.meta.url);
  const now = publicTypes();
  if (process.env.UPDATE) writeFileSync(snapshot, now);
  assert.equal(now, readFileSync(snapshot, "utf8"));
});

test("every optional property accepts undefined, also under exactOptionalPropertyTypes", () => {
  assert.deepEqual(propertiesWithoutUndefined(), []);
});
