// Webhooks in workerd: ours, stripe's asynchronous one, WebCrypto by hand, and a Worker that does not verify. First over
// HTTP, the load from a process of its own, one contender after the other in turns; then many in one request, to see
// what is left of it without HTTP.
//
//   make bench-webhooks

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { generateTestHeader } from "itpay/webhooks";

import { startWorker } from "../workerd.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = 2;
const CONNECTIONS = 16;
const TIMES = 10_000;
const SECRET = "whsec_test_secret";
const autocannon = createRequire(import.meta.url).resolve("autocannon");
const run = promisify(execFile);
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const body = JSON.stringify({
  id: "evt_1",
  type: "payment_intent.succeeded",
  data: { id: "pi_1", amount: { currency: "CNY", value: 699 }, metadata: { note: "x".repeat(180) } },
});
const contenders = {
  itpay: "itpay",
  "stripe, async": "stripe",
  "WebCrypto by hand": "web-crypto",
  "(no verification)": "nothing",
};

async function load(url, header) {
  const { stdout } = await run(
    process.execPath,
    [
      autocannon,
      "--json",
      "-c",
      CONNECTIONS,
      "-d",
      SECONDS,
      "-m",
      "POST",
      "-H",
      `X-ItPay-Signature=${header}`,
      "-b",
      body,
      url,
    ].map(String),
  );
  const { requests, latency, non2xx, errors, timeouts } = JSON.parse(stdout);
  if (non2xx + errors + timeouts > 0) throw new Error(`${non2xx} refused, ${errors} errors, ${timeouts} timeouts`);
  return { rate: requests.average, p50: latency.p50, p99: latency.p99 };
}

/** µs for each of many in one request. */
async function alone(worker, header) {
  const started = process.hrtime.bigint();
  const response = await worker.dispatchFetch(`http://worker/?times=${TIMES}`, {
    method: "POST",
    body,
    headers: { "X-ItPay-Signature": header },
  });
  if ((await response.text()) !== "evt_1") throw new Error(`answered ${response.status}`);
  return Number(process.hrtime.bigint() - started) / 1000 / TIMES;
}

const results = [];
for (const [name, file] of Object.entries(contenders)) {
  const worker = await startWorker(fileURLToPath(new URL(`workers/${file}.mjs`, import.meta.url)), {
    bindings: { SECRET },
  });
  results.push({ name, worker, url: String(await worker.worker.ready), rounds: [] });
}
try {
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const { worker, url, rounds } of results) {
      const header = generateTestHeader({ payload: body, secret: SECRET });
      const figures = { ...(await load(url, header)), each: await alone(worker, header) };
      if (round >= 0) rounds.push(figures);
    }
  }
} finally {
  await Promise.all(results.map(({ worker }) => worker.dispose()));
}
console.log(
  `\nA webhook of ${body.length} B in workerd; HTTP with ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s in turns, medians\n`,
);
console.log(
  `${"".padEnd(20)}${["requests/s", "p50 ms", "p99 ms", "µs without HTTP"].map((title) => title.padStart(16)).join("")}`,
);
for (const { name, rounds } of results) {
  const figure = (field, digits) =>
    median(rounds.map((one) => one[field]))
      .toFixed(digits)
      .padStart(16);
  console.log(`${name.padEnd(20)}${figure("rate", 0)}${figure("p50", 1)}${figure("p99", 1)}${figure("each", 1)}`);
}
console.log();
