// Plays a payment from end to end: the sandbox in its own process, a merchant's Worker in workerd, and a script that
// takes CNY 6.99. Run it with `make demo`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";

import { ItPayClient, formatMoney } from "itpay";
import { toTerminal } from "itpay/qr";
import { generateTestHeader } from "itpay/webhooks";

import { startWorker } from "../../js-tests/workerd.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const paint = (style, text) => (process.stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text);
const say = (line = "") => process.stdout.write(`${line}\n`);

const started = Date.now();
let steps = 0;
const timeline = [];
const note = (who, what) => timeline.push([Date.now() - started, who, what]);
const short = (id) => `${id.slice(0, 7)}…${id.slice(-6)}`;

// Stops everything that was started, also after an error or a signal.
const running = [];
let ending;
const end = () => (ending ??= Promise.allSettled(running.reverse().map((stop) => stop())));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, async () => {
    await end();
    process.exit(130);
  });
}

try {
  await demo();
} catch (error) {
  if (ending === undefined) {
    say(paint("red", `\nThe demo failed: ${error.message}`));
    process.exitCode = 1;
  }
} finally {
  await end();
}

async function demo() {
  step("A gateway and a merchant");
  const gateway = await startGateway();
  say(`   gateway   ${gateway.url}  (its own process, ${gateway.pid})`);
  const merchant = await startWorker(here("worker.js"), {
    bindings: { ITPAY_WEBHOOK_SECRET: gateway.ITPAY_WEBHOOK_SECRET },
  });
  running.push(merchant.dispose);
  const endpoint = new URL("/itpay/v1/webhook", await merchant.worker.ready).href;
  say(`   merchant  ${endpoint}  (a Worker in workerd)`);

  step("A payment");
  const itpay = new ItPayClient({ apiKey: gateway.ITPAY_API_KEY, baseUrl: `${gateway.url}/v1`, channel: "alipay" });
  const service = await itpay.manifests.create({
    name: "Smart Summary",
    description: "AI-powered document summarization",
    payment_methods: { one_time: true },
    pricing: { one_time: [{ amount: 699, currency: "CNY", label: "per summary" }] },
    accepted_channels: ["alipay", "wechat"],
    qr_mode: "dynamic",
    settlement_currency: "CNY",
    endpoint,
  });
  note("merchant", `registered the service ${short(service.id)}`);
  const intent = await itpay.paymentIntents.create({
    service_id: service.id,
    type: "one_time",
    amount: { currency: "CNY", value: 699 },
    description: "AI document summary (42 pages)",
    payer: { agent_id: "agent_cli_a1b2c3d4", human_id: "user_abc_789" },
    metadata: { session_id: "sess_xyz_456" },
  });
  note("merchant", `created ${short(intent.id)}, ${intent.status}`);
  const charge = await itpay.qr.generate(intent.id);
  note("gateway", `made the code ${short(charge.id)}`);
  say(`   intent    ${intent.id}`);
  drawBeside(toTerminal(charge.qr_data), [
    paint("bold", formatMoney(intent.amount, "en")),
    charge.display.merchant_name,
    paint("gray", `by ${charge.channel}`),
    "",
    paint("gray", "pay until"),
    new Date(charge.expires_at).toLocaleTimeString("en-GB"),
  ]);

  step("The wallet pays");
  const changes = [];
  const wait = itpay.paymentIntents.waitForCompletion(intent.id, {
    pollInterval: 100,
    timeout: 15_000,
    onUpdate: ({ status }) => {
      changes.push(status);
      note("poller", `sees ${status}`);
      say(`   ${paint(status === "succeeded" ? "green" : "cyan", "●")} ${status}`);
    },
  });
  wait.catch(() => undefined);
  for (const action of ["scan", "authorize", "capture", "succeed"]) {
    await sleep(500);
    await gateway.press(`payment-intents/${intent.id}/${action}`);
  }
  const { status } = await wait;
  expect("the payment's status", status, "succeeded");
  expect("the states seen", changes.join(" "), "qr_generated scanning authorized captured succeeded");

  step("The webhook");
  const first = await gateway.delivery(1);
  report("delivered", first);
  expect("the first delivery", first.response, '200 {"status":"received"}');
  await gateway.press(`events/${first.event}/redeliver`);
  const second = await gateway.delivery(2);
  report("delivered again", second);
  expect("the second delivery", second.response, '200 {"status":"already_processed"}');
  const body = JSON.stringify({ id: "evt_forged", type: "payment_intent.succeeded", data: { id: intent.id } });
  const forged = await fetch(endpoint, {
    method: "POST",
    body,
    headers: { "X-ItPay-Signature": generateTestHeader({ payload: body, secret: "whsec_guessed" }) },
  });
  report("forged", { response: `${forged.status} ${await forged.text()}` });
  expect("the response to the forgery", forged.status, 401);

  step("What happened");
  for (const [ms, who, what] of timeline)
    say(`   ${`${(ms / 1000).toFixed(2)} s`.padStart(7)}  ${who.padEnd(8)}  ${what}`);
  say(paint("green", "\n✓ Paid once, handled once, and the forgery was rejected."));
}

function report(name, { response }) {
  note("merchant", `responds ${response}`);
  say(`   ${name.padEnd(16)} ${response}`);
}

function expect(name, actual, expected) {
  if (actual !== expected) throw new Error(`${name} should be ${expected}, but was ${actual}`);
}

function step(title) {
  steps += 1;
  say(`\n${paint("bold", `${steps}. ${title}`)}`);
}

/** Prints the code with the lines to its right. */
function drawBeside(code, lines) {
  const rows = code.split("\n");
  const top = Math.floor((rows.length - lines.length) / 2);
  say();
  rows.forEach((row, index) => say(`${row}  ${lines[index - top] ?? ""}`.trimEnd()));
}

/** Starts the sandbox as its users do. */
async function startGateway() {
  const child = spawn(process.execPath, [here("../../pkg/dist/bin/itpay.mjs"), "sandbox", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const gone = once(child, "exit");
  running.push(async () => {
    child.kill("SIGTERM");
    await gone;
  });
  const deliveries = [];
  const found = {};
  let changed = () => undefined;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [, name, value] = /^(ITPAY_\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) found[name] = value;
    found.url ??= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    const [, event, response] = /→ \S+ (\S+) .*: (\d{3} .*)$/.exec(line) ?? [];
    if (event !== undefined) {
      deliveries.push({ event, response });
      note("gateway", `delivers ${short(event)}`);
    }
    changed();
  });
  const until = async (problem, condition) => {
    const deadline = Date.now() + 10_000;
    while (!condition()) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the gateway ${problem}`);
      await Promise.race([new Promise((resolve) => (changed = resolve)), gone, sleep(100)]);
    }
  };
  await until("did not start", () => found.ITPAY_WEBHOOK_SECRET !== undefined);
  return {
    ...found,
    pid: child.pid,
    async press(path) {
      const response = await fetch(`${found.url}/sandbox/${path}`, { method: "POST" });
      if (!response.ok) throw new Error(`the sandbox refused ${path}: ${await response.text()}`);
    },
    async delivery(nth) {
      await until("delivered nothing", () => deliveries.length >= nth);
      return deliveries[nth - 1];
    },
  };
}
