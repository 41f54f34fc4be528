// The time of one create on top of its fetch: ours and stripe-node's, in one process, with the same stub, in turns.
//
//   make bench-client
//
// Allocations are what the JavaScript heap grows by per call with the collector held off (--expose-gc, a large
// young generation); after them the growth of the heap and of the wasm memory over many calls.

import { memories } from "../wasm-memories.mjs";
import { ItPayClient } from "itpay";
import Stripe from "stripe";

const stripeVersion = Stripe.PACKAGE_VERSION;
const WARM_UP = 20;
const ROUNDS = 41;
const HEAP_ROUNDS = 9;
const CALLS = 500;
const LONG_RUN = 100_000;

const intent = JSON.stringify({
  id: "pi_1",
  object: "payment_intent",
  status: "pending",
  amount: { currency: "CNY", value: 699 },
});
const stub = async () =>
  new Response(intent, { status: 200, headers: { "content-type": "application/json", "request-id": "req_1" } });

const itpay = new ItPayClient({ apiKey: "sk_test_0123456789abcdef", channel: "alipay", fetch: stub });
const stripe = new Stripe("sk_test_0123456789abcdef", {
  httpClient: Stripe.createFetchHttpClient(stub),
  telemetry: false,
});

const contenders = {
  itpay: () =>
    itpay.paymentIntents.create({
      id: "pi_1",
      service_id: "svc_1",
      type: "one_time",
      amount: { currency: "CNY", value: 699 },
      payer: { agent_id: "agent_1" },
      description: "AI document summary",
      metadata: { session_id: "sess_1" },
    }),
  stripe: () =>
    stripe.paymentIntents.create(
      { amount: 699, currency: "cny", description: "AI document summary", metadata: { session_id: "sess_1" } },
      { idempotencyKey: "pi_1" },
    ),
  "fetch alone": async () => (await stub()).text(),
};

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const times = new Map(Object.keys(contenders).map((name) => [name, []]));
const heaps = new Map(Object.keys(contenders).map((name) => [name, []]));
// A collection that is asked for throws compiled code away as well, so none is while the time is taken.
for (let round = -WARM_UP; round < ROUNDS; round += 1) {
  for (const [name, call] of Object.entries(contenders)) {
    const started = process.hrtime.bigint();
    for (let index = 0; index < CALLS; index += 1) await call();
    if (round >= 0) times.get(name).push(Number(process.hrtime.bigint() - started) / 1000 / CALLS);
  }
}
for (let round = 0; round < HEAP_ROUNDS; round += 1) {
  for (const [name, call] of Object.entries(contenders)) {
    globalThis.gc();
    const heap = process.memoryUsage().heapUsed;
    for (let index = 0; index < CALLS; index += 1) await call();
    heaps.get(name).push((process.memoryUsage().heapUsed - heap) / CALLS);
  }
}

const results = Object.keys(contenders).map((name) => ({
  name,
  us: median(times.get(name)),
  bytes: median(heaps.get(name)),
}));
const stubs = results.find(({ name }) => name === "fetch alone");
console.log(
  `\nOne create, medians of ${ROUNDS} and ${HEAP_ROUNDS} rounds of ${CALLS} calls in turns, Node ${process.versions.node}, stripe ${stripeVersion}\n`,
);
console.log("               µs per call    bytes per call    without the stub: µs    bytes");
for (const { name, us, bytes } of results) {
  console.log(
    `  ${name.padEnd(12)} ${us.toFixed(1).padStart(9)} ${bytes.toFixed(0).padStart(16)} ${(us - stubs.us).toFixed(1).padStart(22)} ${(bytes - stubs.bytes).toFixed(0).padStart(10)}`,
  );
}
// Round by round, as a slow patch of the machine slows all three of them.
const ratio = (rounds) => {
  const [ours, theirs, stub] = Object.keys(contenders).map((name) => rounds.get(name));
  return median(ours.map((value, round) => (value - stub[round]) / (theirs[round] - stub[round]))).toFixed(2);
};
console.log(`\n  ours / stripe: ${ratio(times)} of the time, ${ratio(heaps)} of the bytes\n`);

const wasm = () => memories.reduce((bytes, memory) => bytes + memory.buffer.byteLength, 0);
globalThis.gc();
const before = { ...process.memoryUsage(), wasm: wasm() };
for (let index = 0; index < LONG_RUN; index += 1) await contenders.itpay();
globalThis.gc();
const after = { ...process.memoryUsage(), wasm: wasm() };
const mb = (field) => ((after[field] - before[field]) / 1024 / 1024).toFixed(2);
console.log(
  `  after ${LONG_RUN} calls: JS heap ${mb("heapUsed")} MB more, wasm memory ${mb("wasm")} MB more (it is ${(after.wasm / 1024).toFixed(0)} KB), RSS ${mb("rss")} MB more, most of it the large young generation\n`,
);
