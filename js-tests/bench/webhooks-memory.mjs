// The memory after a million webhooks of all sizes: the wasm memory and the heap must not grow.
//
//   make bench-webhooks

import { fileURLToPath } from "node:url";

import { constructEvent, generateTestHeader, verifySignature } from "itpay/webhooks";

import { memories } from "../wasm-memories.mjs";

const secrets = ["whsec_1", "whsec_2", "whsec_3"];
const sizes = [60, 300, 700, 2000, 5000, 20_000, 70_000];

/** Verifies this many, half of them as bytes, some forged. Reports the memory in use after each tenth, in bytes. */
export function measure(times) {
  const bodies = sizes.map((size) => JSON.stringify({ id: "evt_1", type: "x", data: "多".repeat(size / 3) }));
  const events = bodies.flatMap((body) =>
    secrets.flatMap((secret) =>
      [body, Buffer.from(body)].map((payload) => [
        payload,
        generateTestHeader({ payload, secret, timestamp: 1_745_712_345 }),
        secret,
      ]),
    ),
  );
  // Large ones seldom, as it is: every hundredth.
  const often = events.filter(([payload]) => payload.length < 3000);
  const used = [];
  for (let time = 0; time < times; time += 1) {
    const from = time % 100 === 0 ? events : often;
    const [payload, header, secret] = from[time % from.length];
    if (time % 10 === 0) verifySignature(payload, header, "whsec_other", { now: 1_745_712_345 });
    else constructEvent(payload, header, secret, { now: 1_745_712_345 });
    if ((time + 1) % (times / 10) === 0) {
      globalThis.gc();
      used.push({
        wasm: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
        heap: process.memoryUsage().heapUsed,
      });
    }
  }
  return used;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const times = 1_000_000;
  const used = measure(times);
  console.log(`\nKB in use during ${times} verifications of ${sizes[0]} B to ${sizes.at(-1)} B, after each tenth\n`);
  for (const kind of ["wasm", "heap"])
    console.log(kind.padEnd(6), used.map((one) => (one[kind] / 1000).toFixed(0).padStart(7)).join(""));
  console.log();
}
