// One delivery through createWebhookHandler, its Request included: this build beside other builds of itpay/webhooks.
//
//   node bench/webhooks-handler.mjs FILE…        each an ES module that exports what itpay/webhooks does
//
// CPU time, that of the garbage collector included. Each round is a process of its own, and the builds take turns.

import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const SECRET = "whsec_test_secret";
const ROUNDS = 11;
const WARM_UP = 15_000;
const DELIVERIES = 25_000;
const NOTHING = "(the Request alone)";

/** By hand, because an older build may sign in another way. */
function requestOf(id) {
  const object = { id: "pi_1", status: "succeeded", amount: { currency: "CNY", value: 699 }, note: "x".repeat(500) };
  const body = JSON.stringify({ id, type: "payment_intent.succeeded", created: 1745712345, data: { object } });
  const now = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", SECRET).update(`${now}.${body}`).digest("hex");
  return new Request("http://localhost/webhook", {
    method: "POST",
    headers: { "content-type": "application/json", "x-itpay-signature": `t=${now},v1=${signature}` },
    body,
  });
}

/** µs of CPU per delivery, in this process. */
async function measure(build) {
  let handle = async () => new Response();
  if (build !== NOTHING) {
    const { createWebhookHandler } = await import(build);
    handle = createWebhookHandler({ secret: SECRET, on: { "payment_intent.succeeded": async () => {} } });
  }
  let before;
  for (let index = -WARM_UP; index < DELIVERIES; index += 1) {
    if (index === 0) before = process.cpuUsage();
    const { status } = await handle(requestOf(`evt_${index}`));
    if (status !== 200) throw new Error(`responded with ${status}`);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / DELIVERIES;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

if (process.argv[2] === "--measure") console.log(await measure(process.argv[3]));
else {
  const builds = [
    import.meta.resolve("itpay/webhooks"),
    ...process.argv.slice(2).map((file) => pathToFileURL(resolve(file)).href),
    NOTHING,
  ];
  const times = builds.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const index of round % 2 === 0 ? builds.keys() : [...builds.keys()].reverse()) {
      const program = [fileURLToPath(import.meta.url), "--measure", builds[index]];
      times[index].push(Number(execFileSync(process.execPath, program, { encoding: "utf8" })));
    }
  }
  console.log(`\nMedians of ${ROUNDS} processes, Node ${process.versions.node}\n\n   µs CPU   ours / this one`);
  for (const [index, build] of builds.entries()) {
    const ratio = median(times[0].map((ours, round) => ours / times[index][round]));
    console.log(`${median(times[index]).toFixed(1).padStart(9)} ${ratio.toFixed(2).padStart(17)}   ${build}`);
  }
}
