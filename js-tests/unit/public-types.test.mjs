// The public types as one text, and a rule that all of them keep.

import assert from "node:assert/strict";
import { test } from "node:test";

import { propertiesWithoutUndefined } from "../public-types.mjs";

test("every optional property accepts undefined, also under exactOptionalPropertyTypes", () => {
  assert.deepEqual(propertiesWithoutUndefined(), []);
});
