// What one create costs on top of its fetch: ours and stripe-node's, in one process, against the same stub, in turns.
//
//   make bench-client
//
// Allocations are what the JavaScript heap grows by per call with the collector held off (--expose-gc, a large
// young generation), and the wasm memory's growth after all calls.


import { ItPayClient } from "itpay";
import Stripe from "stripe";

const stripeVersion = Stripe.PACKAGE_VERSION;
const ROUNDS = 9;
const CALLS = 1000;
const LONG_RUN = 100_000;

const intent = JSON.stringify({ id: "pi_1", object: "payment_intent", status: "pending", amount: { currency: "CNY", value: 699 } });
const stub = async () => new Response(intent, { status: 200, headers: { "content-type": "application/json", "request-id": "req_1" } });

const itpay = new ItPayClient({ apiKey: "sk_test_0123456789abcdef", channel: "alipay", fetch: stub });
const stripe = new Stripe("sk_test_0123456789abcdef", { httpClient: Stripe.createFetchHttpClient(stub), telemetry: false });

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

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, { time: [], heap: [] }]));
for (let round = -2; round < ROUNDS; round += 1) {
  for (const [name, call] of Object.entries(contenders)) {
    globalThis.gc();
    const heap = process.memoryUsage().heapUsed;
    const started = process.hrtime.bigint();
    for (let index = 0; index < CALLS; index += 1) await call();
    const took = Number(process.hrtime.bigint() - started) / 1000 / CALLS;
    const grown = (process.memoryUsage().heapUsed - heap) / CALLS;
    if (round >= 0) {
      results[name].time.push(took);
      results[name].heap.push(grown);
    }
  }
}

const base = { time: median(results["fetch alone"].time), heap: median(results["fetch alone"].heap) };
console.log(`\nOne create, median of ${ROUNDS} rounds of ${CALLS} calls in turns, Node ${process.versions.node}, stripe ${stripeVersion}\n`);
console.log("               µs per call    bytes per call    without the stub: µs    bytes");
for (const [name, { time, heap }] of Object.entries(results)) {
  const [us, bytes] = [median(time), median(heap)];
  console.log(`  ${name.padEnd(12)} ${us.toFixed(1).padStart(9)} ${bytes.toFixed(0).padStart(16)} ${(us - base.time).toFixed(1).padStart(22)} ${(bytes - base.heap).toFixed(0).padStart(10)}`);
}
const ratio = (field) => (median(results.itpay[field]) - base[field]) / (median(results.stripe[field]) - base[field]);
console.log(`\n  ours / stripe: ${ratio("time").toFixed(2)} of the time, ${ratio("heap").toFixed(2)} of the bytes\n`);

globalThis.gc();
const before = process.memoryUsage();
for (let index = 0; index < LONG_RUN; index += 1) await contenders.itpay();
globalThis.gc();
const after = process.memoryUsage();
const mb = (field) => ((after[field] - before[field]) / 1024 / 1024).toFixed(2);
console.log(`  after ${LONG_RUN} calls: JS heap ${mb("heapUsed")} MB, wasm and buffers ${mb("external")} MB, RSS ${mb("rss")} MB more\n`);
