// Verifying beside node:crypto: random bodies, keys and headers, twice, with the runtime's own SHA-256 and without.
//
//   ITPAY_LONG=1 node --test security/differential.test.mjs     a million instead of twenty thousand

import assert from "node:assert/strict";
import { createHmac, randomInt } from "node:crypto";
import { createRequire } from "node:module";
import { test } from "node:test";

const TIMES = process.env.ITPAY_LONG ? 1_000_000 : 20_000;
const NOW = 1745712345;
const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const require = createRequire(import.meta.url);

/** A copy of the package that has node:crypto, or has not. */
function load(native) {
  for (const file of Object.keys(require.cache)) if (file.includes("/pkg/dist/")) delete require.cache[file];
  const { getBuiltinModule } = process;
  if (!native) process.getBuiltinModule = undefined;
  try {
    const webhooks = require("itpay/webhooks");
    // It is looked for at the first long body.
    webhooks.verifySignature("x".repeat(5000), `t=1,v1=${"0".repeat(64)}`, "x");
    return webhooks;
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
}

/** Mulberry32: the same numbers for the same seed. */
function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function scene(next) {
  const below = (end) => Math.floor(next() * end);
  const pick = (...all) => all[below(all.length)];
  const text = (length) =>
    Array.from({ length }, () => String.fromCharCode(pick(below(128), below(128), below(0x800), below(0x10000)))).join(
      "",
    );
  const size = pick(
    below(8),
    below(80),
    below(400),
    320 + below(130),
    below(3000),
    below(100) === 0 ? 60_000 + below(80_000) : below(20),
  );
  // Lone surrogates and invalid UTF-8 are bodies, too.
  const body = pick(
    text(size >> 1),
    "x".repeat(size),
    Buffer.from(Array.from({ length: size % 2000 }, () => below(256))),
    Buffer.alloc(size, below(256)),
  );
  const secret = text(1 + below(pick(3, 40, 200)));
  const timestamp = `${pick("", "", "", "0", "000")}${NOW + pick(0, -300, 300, -301, 301, below(1000) - 500)}`;
  const code = createHmac("sha256", Buffer.from(secret.toWellFormed?.() ?? Buffer.from(secret).toString()))
    .update(`${timestamp}.`)
    .update(body)
    .digest("hex");
  const flipped = (bit) =>
    code.slice(0, bit >> 2) +
    (Number.parseInt(code[bit >> 2], 16) ^ (1 << (bit & 3))).toString(16) +
    code.slice((bit >> 2) + 1);
  const wrong = () => pick(flipped(below(256)), createHmac("sha256", "other").update(body).digest("hex"));
  const signatures = Array.from({ length: 1 + below(4) }, () => pick(code, wrong(), wrong()));
  const [space, end] = [pick("", "", " ", "  ", "\t"), pick("", "", ",", " ")];
  const pairs = [
    ...signatures.map((each) => `v1=${pick(each, each.toUpperCase())}`),
    ...Array.from({ length: below(3) }, () =>
      pick("v0=abc", "flag", "v2=", "tt=1", `v1=${code.slice(1)}`, `v1=${code}0`),
    ),
  ];
  pairs.splice(below(pairs.length + 1), 0, `t=${timestamp}`);
  const age = NOW - Number(timestamp);
  const expected = !signatures.includes(code) ? "no_match" : age > 300 ? "too_old" : age < -300 ? "too_new" : "ok";
  return { body, secret, header: pairs.join(`${space},${space}`) + end, expected };
}

for (const native of [true, false]) {
  test(`${TIMES} random webhooks have the same result as with node:crypto, ${native ? "with" : "without"} the runtime's SHA-256 (SEED=${seed})`, () => {
    const { constructEvent, verifySignature } = load(native);
    const next = random(seed);
    const seen = {};
    for (let time = 0; time < TIMES; time += 1) {
      const { body, secret, header, expected } = scene(next);
      const verified = verifySignature(body, header, secret, { now: NOW });
      let code = "ok";
      if (time % 8 === 0 || verified !== (expected === "ok")) {
        try {
          constructEvent(body, header, secret, { now: NOW });
        } catch (error) {
          code = error.code === "invalid_event" ? "ok" : error.code;
        }
        assert.equal(
          code,
          expected,
          JSON.stringify({ time, header, secret, body: Buffer.from(body).toString("hex").slice(0, 2000) }),
        );
      }
      assert.equal(verified, expected === "ok");
      seen[expected] = (seen[expected] ?? 0) + 1;
    }
    for (const expected of ["ok", "no_match", "too_old", "too_new"])
      assert.ok(seen[expected] > TIMES / 100, JSON.stringify(seen));
  });

  test(`each flipped bit invalidates a signature, ${native ? "with" : "without"} the runtime's SHA-256`, () => {
    const { verifySignature } = load(native);
    for (const size of [0, 100, 500, 70_000]) {
      const body = Buffer.alloc(size, 0xff);
      const code = createHmac("sha256", "whsec").update(`${NOW}.`).update(body).digest();
      assert.equal(verifySignature(body, `t=${NOW},v1=${code.toString("hex")}`, "whsec", { now: NOW }), true);
      for (let bit = 0; bit < 256; bit += 1) {
        code[bit >> 3] ^= 1 << (bit & 7);
        assert.equal(verifySignature(body, `t=${NOW},v1=${code.toString("hex")}`, "whsec", { now: NOW }), false);
        code[bit >> 3] ^= 1 << (bit & 7);
      }
    }
  });
}
