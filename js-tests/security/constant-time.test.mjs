// tests/constant_time.rs in wasm: whether the time in which the module compares signatures tells where they differ.
// Welch's t between signatures that are wrong in the first and in the last digit; below 4.5 dudect's authors see no leak.
// The module is entered as src/webhooks/webhooks-module.ts enters it. JavaScript's strings around it have other addresses each
// time, which differ in time even where their text is the same: that is no place to measure.
//
//   ITPAY_LONG=1 node --test security/constant-time.test.mjs     three times three million measurements

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const MEASUREMENTS = process.env.ITPAY_LONG ? 3_000_000 : 60_000;
const LIMIT = 4.5;

const { exports } = new WebAssembly.Instance(
  new WebAssembly.Module(readFileSync(new URL("../../pkg/dist/wasm/webhooks.wasm", import.meta.url))),
);
const headerBuffer = new Uint8Array(exports.memory.buffer, exports.header_buffer(), 4096);
const bodyBuffer = new Uint8Array(exports.memory.buffer, exports.body_buffer(), 65536);

/** Welch's t of two kinds of calls in random order. Of what a busy machine adds, the slowest tenth is left out. */
function welch(inputs, call) {
  const times = [new Float64Array(MEASUREMENTS), new Float64Array(MEASUREMENTS)];
  const counts = [0, 0];
  for (let index = -MEASUREMENTS / 10; index < MEASUREMENTS; index += 1) {
    const kind = Math.random() < 0.5 ? 0 : 1;
    headerBuffer.set(inputs[kind]);
    const started = process.hrtime.bigint();
    call();
    const time = Number(process.hrtime.bigint() - started);
    if (index >= 0) times[kind][counts[kind]++] = time;
  }
  const taken = times.map((all, kind) => all.subarray(0, counts[kind]));
  const sorted = new Float64Array(counts[0] + counts[1]);
  sorted.set(taken[0]);
  sorted.set(taken[1], counts[0]);
  sorted.sort();
  const slow = sorted[Math.floor(sorted.length * 0.9)];
  const [one, other] = taken.map((all) => {
    const fast = all.filter((time) => time <= slow);
    const mean = fast.reduce((sum, time) => sum + time, 0) / fast.length;
    return { mean, error: fast.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (fast.length - 1) / fast.length };
  });
  return Math.abs(one.mean - other.mean) / Math.sqrt(one.error + other.error);
}

/** The least of three: a neighbour on the machine adds to t, and a leak does not go away. */
const least = (inputs, call) => Math.min(welch(inputs, call), welch(inputs, call), welch(inputs, call));

test("the verification time in wasm does not depend on the wrong digit", (t) => {
  const code = createHmac("sha256", "whsec_test_secret").update("1.{}").digest();
  const header = new TextEncoder().encode(`t=1,v1=${code.toString("hex")}`);
  const wrong = (at) => header.map((byte, index) => (index !== at ? byte : byte === 48 ? 49 : 48));
  const [first, last] = [header.length - 64, header.length - 1];
  const inputs = [wrong(first), wrong(last)];
  bodyBuffer.set(code);
  assert.equal((headerBuffer.set(header), exports.verify(0, header.length, -1, 1, 300)), 0);
  const compare = () => {
    if (exports.verify(0, header.length, -1, 1, 300) !== 3) throw new Error("accepted");
  };
  const ours = least(inputs, compare);
  // A bad comparison: it stops at the first difference.
  const stopping = least(inputs, () => {
    let at = first;
    while (headerBuffer[at] === header[at]) at += 1;
    return at;
  });
  t.diagnostic(
    `Welch's t over ${MEASUREMENTS} comparisons: ${ours.toFixed(2)}; of one that stops early ${stopping.toFixed(2)} (limit ${LIMIT})`,
  );
  assert.ok(ours < LIMIT, `comparing: ${ours}`);
  assert.ok(stopping > LIMIT, `the method sees nothing: ${stopping}`);
});
