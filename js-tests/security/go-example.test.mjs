// The Go SDK page's example of a verifier, line by line, beside this one: what only one of the two accepts, and why.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { constructEvent, verifySignature } from "itpay/webhooks";

const SECRET = "whsec_test_secret";
const NOW = 1745712345;
const BODY = '{"id":"evt_1","type":"payment_intent.succeeded"}';

const sign = (timestamp, secret = SECRET) => createHmac("sha256", secret).update(`${timestamp}.${BODY}`).digest("hex");

/** verifyWebhookSignature of the page, in JavaScript: strings.Split, SplitN(…, 2), a map, ParseInt(…, 10, 64). */
function goExample(header, secret) {
  const parts = new Map();
  for (const pair of header.split(",")) {
    const at = pair.indexOf("=");
    if (at >= 0) parts.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const [timestamp, expected] = [parts.get("t") ?? "", parts.get("v1") ?? ""];
  if (timestamp === "" || expected === "") return false;
  if (!/^[+-]?[0-9]+$/.test(timestamp)) return false;
  const seconds = BigInt(timestamp.replace("+", ""));
  if (seconds !== BigInt.asIntN(64, seconds)) return false;
  if (BigInt.asIntN(64, BigInt(NOW) - seconds) > 300n) return false;
  return createHmac("sha256", secret).update(`${timestamp}.${BODY}`).digest("hex") === expected;
}

const right = `t=${NOW},v1=${sign(NOW)}`;
const wrong = "0".repeat(64);

// header, what the example says, what this library says, and why where they differ
const table = [
  [right, true, "ok"],
  [`v1=${sign(NOW)},t=${NOW}`, true, "ok"],
  [`${right},v0=abc,flag`, true, "ok"],
  [`${right},`, true, "ok"],
  [`t=${NOW - 300},v1=${sign(NOW - 300)}`, true, "ok"],
  [`t=${NOW - 301},v1=${sign(NOW - 301)}`, false, "too_old"],
  [`t=00${NOW},v1=${sign(`00${NOW}`)}`, true, "ok"],
  ["", false, "missing_header"],
  [`t=${NOW}`, false, "malformed_header"],
  [`v1=${sign(NOW)}`, false, "malformed_header"],
  [`T=${NOW},V1=${sign(NOW)}`, false, "malformed_header"],
  [`t=${NOW},v1=${wrong}`, false, "no_match"],
  [`t=1e9,v1=${sign("1e9")}`, false, "malformed_header"],
  [`t=-1,v1=${sign("-1")}`, false, "malformed_header"],

  [
    `t=${NOW + 301},v1=${sign(NOW + 301)}`,
    true,
    "too_new",
    "a signature from the future could be kept and sent again for as long as one likes",
  ],
  ["t=9223372036854775807,v1=" + sign("9223372036854775807"), true, "too_new", "the same, for good"],
  [
    `t=+${NOW},v1=${sign(`+${NOW}`)}`,
    true,
    "malformed_header",
    "Unix seconds are digits; Go's ParseInt also takes a sign",
  ],
  [
    `t=1,t=${NOW},v1=${sign(NOW)}`,
    true,
    "malformed_header",
    "which of two times was signed must not be a matter of order",
  ],
  [`${right}${",v0=x".repeat(31)}`, true, "malformed_header", "33 pairs are no header of the gateway's"],
  [`${right},v0=${"x".repeat(4096)}`, true, "malformed_header", "nor is one of more than 4 KB"],

  [
    `t=${NOW},v1=${sign(NOW)},v1=${wrong}`,
    false,
    "ok",
    "while a secret is replaced there are two signatures, in any order; the example only looks at the last",
  ],
  [`t=${NOW}, v1=${sign(NOW)}`, false, "ok", "proxies that join headers put a space behind the comma"],
  [`t=${NOW},v1=${sign(NOW).toUpperCase()}`, false, "ok", "it is the same number in either case"],
  [`t=${NOW},t=${NOW},v1=${sign(NOW)}`, true, "ok"],
  ["t=18446744073709551615,v1=" + sign("18446744073709551615"), false, "too_new"],
];

for (const [header, example, ours, why] of table) {
  test(`${why ?? "both agree"}: ${header.replace(/(.{60}).+/, "$1…")}`, () => {
    assert.equal(goExample(header, SECRET), example);
    assert.equal(verifySignature(BODY, header, SECRET, { now: NOW }), ours === "ok");
    if (ours !== "ok") assert.throws(() => constructEvent(BODY, header, SECRET, { now: NOW }), { code: ours });
    // Where they differ there is a reason, and the other way round.
    assert.equal(example !== (ours === "ok"), why !== undefined);
  });
}

test("an empty secret is an error, unlike in the example", () => {
  const header = `t=${NOW},v1=${sign(NOW, "")}`;
  assert.equal(goExample(header, ""), true);
  assert.throws(() => verifySignature(BODY, header, "", { now: NOW }), { code: "bad_secret" });
});
