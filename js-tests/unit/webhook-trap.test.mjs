// A trap in the webhooks module: nothing is known to cause one, so it is made.

import assert from "node:assert/strict";
import { test } from "node:test";

let trap = false;
const { Instance } = WebAssembly;
WebAssembly.Instance = function instance(...args) {
  const created = new Instance(...args);
  const trapping =
    (name) =>
    (...numbers) => {
      if (trap) throw new WebAssembly.RuntimeError("unreachable");
      return created.exports[name](...numbers);
    };
  return { exports: { ...created.exports, absorb: trapping("absorb"), verify: trapping("verify") } };
};
const { generateTestHeader, verifySignature } = await import("itpay/webhooks");

test("after a trap the call fails, and the next one has a new instance with its keys", () => {
  const header = generateTestHeader({ payload: "{}", secret: "whsec_a" });
  assert.equal(verifySignature("{}", header, "whsec_a"), true);
  trap = true;
  for (const call of [
    () => verifySignature("{}", header, "whsec_a"),
    () => generateTestHeader({ payload: "{}", secret: "whsec_b" }),
  ]) {
    assert.throws(call, { name: "ItPayError", code: "internal" });
  }
  trap = false;
  assert.equal(verifySignature("{}", header, ["whsec_b", "whsec_a"]), true);
  assert.equal(verifySignature("{}", header, "whsec_b"), false);
});
