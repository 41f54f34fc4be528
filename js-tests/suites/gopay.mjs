// The suite of GoPayClient for every runtime, with a mocked fetch: run by runtime/node.test.mjs and, inside workerd, by
// runtime/workerd.test.mjs.

import { cases as calls } from "./gopay-calls.mjs";
import { setUp } from "./gopay-setup.mjs";
import { cases as tokens } from "./gopay-tokens.mjs";

export function cases(gopay) {
  const context = setUp(gopay);
  return [...tokens(context), ...calls(context)];
}
