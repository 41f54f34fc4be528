// The assertion that a call fails with an error of the package.

import assert from "node:assert/strict";

/** Returns an assertion that a promise rejects with these fields. It resolves with the error. */
export const rejection = (isItPayError) => async (promise, expected) => {
  let error;
  await promise.then(
    () => assert.fail("it did not fail"),
    (thrown) => {
      error = thrown;
    },
  );
  assert.ok(isItPayError(error), String(error?.stack ?? error));
  for (const [field, value] of Object.entries(expected))
    assert.deepEqual(error[field], value, `${field} of ${error.stack}`);
  return error;
};
