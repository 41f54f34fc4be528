// `npx itpay sandbox`, as its users start it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { ItPayClient } from "itpay";

function start(...args) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../../pkg/dist/bin/itpay.mjs", import.meta.url)), ...args]);
  const run = { child, output: "", errors: "", exit: once(child, "exit") };
  child.stdout.on("data", (piece) => (run.output += piece));
  child.stderr.on("data", (piece) => (run.errors += piece));
  return run;
}

async function listening(...args) {
  const run = start("sandbox", "--port", "0", ...args);
  while (!run.output.includes("curl")) await Promise.race([once(run.child.stdout, "data"), run.exit.then(() => assert.fail(run.errors))]);
  run.url = /http:\/\/127\.0\.0\.1:\d+/.exec(run.output)[0];
  run.client = new ItPayClient({ apiKey: /ITPAY_API_KEY=(\S+)/.exec(run.output)[1], baseUrl: `${run.url}/v1` });
  run.press = async (path) => {
    const response = await fetch(`${run.url}/sandbox/${path}`, { method: "POST" });
    return [response.status, await response.json()];
  };
  return run;
}

async function payment({ client }) {
  const service = await client.manifests.create({ name: "S", payment_methods: { one_time: true }, accepted_channels: ["alipay"], settlement_currency: "CNY", endpoint: "http://127.0.0.1:9/" });
  const intent = await client.paymentIntents.create({ service_id: service.id, type: "one_time", amount: { currency: "CNY", value: 699 }, payer: { agent_id: "a" } });
  await client.qr.generate(intent.id);
  return intent.id;
}

test("a payment goes over HTTP, the wallet's buttons are pressed by POST, and Ctrl-C ends it", async () => {
  const run = await listening();
  const id = await payment(run);
  assert.deepEqual((await run.press(`payment-intents/${id}/pay`)).map((part) => part.status ?? part), [200, "succeeded"]);
  assert.equal((await run.client.paymentIntents.retrieve(id)).status, "succeeded");
  assert.equal((await run.press(`payment-intents/${id}/pay`))[0], 409);
  assert.equal((await run.press(`payment-intents/${id}/dance`))[0], 409);
  assert.equal((await run.press("payment-intents/%ff/pay"))[0], 409);
  assert.equal((await run.press("events/none/redeliver"))[0], 409);
  assert.equal((await fetch(`${run.url}/v1/services`, { method: "OPTIONS" })).status, 405);
  assert.equal((await fetch(`${run.url}/v1/services`, { method: "POST", body: "x".repeat(2 ** 20 + 1) })).status, 413);
  assert.match(run.output, /is succeeded/);
  assert.ok(!run.output.includes("\u001b["));
  run.child.kill("SIGINT");
  assert.deepEqual(await run.exit, [0, null]);
});

test("with --state a restart goes on where it was", async () => {
  const folder = mkdtempSync(join(tmpdir(), "itpay-"));
  try {
    const state = join(folder, "state.json");
    const first = await listening("--state", state);
    const id = await payment(first);
    first.child.kill("SIGKILL"); // even so: what was answered is in the file
    await first.exit;
    assert.ok(!readFileSync(state, "utf8").includes("whsec_"));
    const second = await listening("--state", state);
    assert.equal((await second.client.paymentIntents.retrieve(id)).status, "qr_generated");
    second.child.kill("SIGINT");
    await second.exit;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what can't be is said in a sentence", async () => {
  const run = await listening();
  const taken = start("sandbox", "--port", new URL(run.url).port);
  assert.deepEqual([(await taken.exit)[0], /in use/.test(taken.errors)], [1, true]);
  run.child.kill("SIGINT");
  const unwritable = start("sandbox", "--port", "0", "--state", "/none/state.json");
  assert.deepEqual([(await unwritable.exit)[0], /cannot be written/.test(unwritable.errors)], [1, true]);
  for (const args of [["sandbox", "--port", "x"], ["sandbox", "--port", "70000"], ["sandbox", "--port", ""], ["sandbox", "--webhook", "x"], ["sandbox", "--what"], ["what"]]) {
    const wrong = start(...args);
    const [code] = await wrong.exit;
    assert.equal(code, 2, args.join(" "));
    assert.ok(wrong.errors.length > 10 && !wrong.errors.includes("    at "), wrong.errors);
  }
});
