// security/adversarial-calls.mjs on this Node and in workerd.
//
//   ITPAY_LONG=1 node --test security/adversarial.test.mjs     a hundred thousand calls in each instead of five thousand

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { startWorker } from "../workerd.mjs";
import { calls, isTyped } from "./adversarial-calls.mjs";
import { tried } from "./adversarial.mjs";

const times = Math.ceil((process.env.ITPAY_LONG ? 100_000 : 5000) / Object.keys(calls).length);
const seed = Number(process.env.SEED ?? randomInt(2 ** 31));

const worker = await startWorker(fileURLToPath(new URL("adversarial-worker.mjs", import.meta.url)), {
  compatibilityFlags: ["nodejs_compat"],
});
after(() => worker.dispose());

for (const [name, call] of Object.entries(calls)) {
  test(
    `${name}: any input ends in a result or a typed error (${times} calls, SEED=${seed})`,
    { timeout: 600_000 },
    () => tried(call, isTyped, times, seed),
  );
  test(`workerd: ${name}: any input ends in a result or a typed error (${times} calls, SEED=${seed})`, {
    timeout: 600_000,
  }, async () => {
    const response = await worker.dispatchFetch(
      `http://worker/?call=${encodeURIComponent(name)}&times=${times}&seed=${seed}`,
    );
    assert.equal(await response.text(), "passed");
  });
}
