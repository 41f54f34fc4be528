// `npx itpay sandbox --scenario`: the day of examples/scenario, against its merchant.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { startMerchant } from "../../examples/scenario/merchant.mjs";
import { startCommand, startSandbox } from "../sandbox-command.mjs";
import { freePort } from "../loopback.mjs";

const folder = mkdtempSync(join(tmpdir(), "itpay-"));
after(() => rmSync(folder, { recursive: true }));
const DAY = JSON.parse(readFileSync(new URL("../../examples/scenario/day.json", import.meta.url)));

function file(scenario) {
  const path = join(folder, "scenario.json");
  writeFileSync(path, typeof scenario === "string" ? scenario : JSON.stringify(scenario));
  return path;
}

test("a whole day, with outages, refunds and redeliveries: every paid payment is shipped exactly once", {
  timeout: 120_000,
}, async () => {
  const port = await freePort();
  const merchant = await startMerchant({ port: 0, url: `http://127.0.0.1:${port}` });
  const { error } = console;
  console.error = () => undefined; // it says what the outage did to it
  try {
    const started = Date.now();
    const run = await startSandbox(
      "--port",
      String(port),
      "--scenario",
      file({ ...DAY, checkout: `${merchant.url}/checkout` }),
    );
    await run.until("The day is over");
    console.log(`${/The day is over.*/.exec(run.output)[0]} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    // The gateway's state, from its API.
    const ids = [...merchant.payments.values()];
    const statusOf = async (id) =>
      id.startsWith("pi_")
        ? (await merchant.itpay.paymentIntents.retrieve(id)).status
        : (await merchant.gopay.payments.status(id)).state;
    const statuses = new Map(await Promise.all(ids.map(async (id) => [id, await statusOf(id)])));
    const those = (...wanted) => ids.filter((id) => wanted.includes(statuses.get(id)));
    assert.equal(ids.length, 200);
    assert.deepEqual(
      [...new Set(statuses.values())].sort(),
      ["CANCELED", "PAID", "REFUNDED", "TIMEOUTED", "cancelled", "expired", "failed", "succeeded"],
      "nothing is left open",
    );
    // The merchant's actions.
    const paid = those("succeeded", "PAID", "REFUNDED");
    assert.ok(paid.length > 160, `${paid.length}`);
    assert.deepEqual(merchant.shipped.toSorted(), paid.toSorted(), "each once, and no other");
    assert.deepEqual(
      [merchant.refunded.length, new Set(merchant.refunded).size, those("REFUNDED").length],
      [12, 12, 12],
      "each refund is booked once",
    );
    // The day had enough payments.
    assert.match(
      run.output,
      /the gateway is out of order for 30 s: 503\n[^]*: 503 \(outage\)\n[^]*the gateway is back/,
    );
    assert.match(run.output, /POST \/v1\/payment-intents: connection reset \(outage\)/);
    assert.match(run.output, / 0 undelivered\. 0 customers gave up\./);
    const [, webhooks, attempts] = /(\d+) webhooks in (\d+) attempts/.exec(run.output).map(Number);
    assert.ok(attempts > webhooks + 85, "beyond the redeliveries, some had to be tried again");
    assert.match(run.output, /→ payment_intent\S+ evt_\S+ of \S+ to \S+: 500 /, "a webhook met the outage");
    await run.stop();
  } finally {
    console.error = error;
    merchant.close();
  }
});

test("without a checkout the sandbox creates the payments itself, the same ones in each run", {
  timeout: 60_000,
}, async () => {
  const outcome = async () => {
    const posted = [];
    const merchant = createServer(async (request, response) => {
      posted.push(JSON.parse(Buffer.concat(await request.toArray())));
      response.writeHead(posted.length === 1 ? 503 : 204).end();
    }).listen(0, "127.0.0.1");
    await once(merchant, "listening");
    const scenario = {
      date: "2026-03-02",
      seed: 3,
      steps: [{ at: "9:00", until: "17:00", payments: 12, outcomes: { pay: 1, fail: 1, expire: 1 } }],
    };
    const run = await startSandbox(
      "--webhook",
      `http://127.0.0.1:${merchant.address().port}/`,
      "--scenario",
      file(scenario),
    );
    await run.until("The day is over");
    await run.stop();
    merchant.close();
    merchant.closeAllConnections();
    assert.equal(posted.length, 13);
    return posted.map(({ type, data }) => [type, data.amount.value, data.metadata.order]).sort();
  };
  assert.deepEqual(await outcome(), await outcome());
});

test("an invalid scenario is an error with the place and the reason", async () => {
  const step = { at: "09:00", payments: 1 };
  const table = [
    ["{", /scenario\.json: .*JSON/],
    ["[]", /must be a JSON object/],
    ["null", /must be a JSON object/],
    [{ steps: [] }, /steps must be a list/],
    [{}, /steps must be a list/],
    [{ steps: [step] }, /checkout, or start the sandbox with --webhook/],
    ...["speed", "seed", "date", "checkout", "extra"].flatMap((field) =>
      ["", -1.5, {}].map((value) => [{ checkout: "http://x", steps: [step], [field]: value }, new RegExp(field)]),
    ),
    [{ checkout: "http://x", steps: [step], date: "2026-13-40" }, /date/],
    ...[
      [{ at: "24:00", payments: 1 }, /steps\[0\]\.at/],
      [{ payments: 1 }, /steps\[0\]\.at/],
      [{ at: "09:60", payments: 1 }, /\.at/],
      [{ at: "09:00" }, /payments, outage, redeliver or refund/],
      ...[0, -1, 1.5, "", "1", null].flatMap((count) =>
        ["payments", "redeliver", "outage", "refund"].map((kind) => [
          { at: "09:00", [kind]: count },
          new RegExp(`steps\\[0\\]\\.${kind} must be a whole number`),
        ]),
      ),
      [{ at: "09:00", outage: 404 }, /500 to 599 or "reset"/],
      [{ at: "09:00", outage: 503, seconds: 0 }, /seconds/],
      [{ ...step, until: "08:59" }, /until/],
      [{ ...step, outcomes: { dance: 1 } }, /dance is not known/],
      [{ ...step, outcomes: { pay: 0 } }, /above 0/],
      [{ ...step, outcomes: { pay: "" } }, /outcomes\.pay/],
      [{ ...step, amount: { from: 5, to: 4 } }, /amount\.to/],
      [{ ...step, amount: { currency: "yuan" } }, /currency/],
      [{ ...step, amount: { value: 1 } }, /amount\.value is not known/],
      [{ ...step, gateway: "bank" }, /gateway must be/],
      [{ ...step, what: 1 }, /steps\[0\]\.what is not known/],
    ].map(([input, message]) => [{ checkout: "http://x", steps: [input] }, message]),
  ];
  // Several at once: each is a process.
  const check = async ([scenario, message], index) => {
    const path = join(folder, `${index}.scenario.json`);
    writeFileSync(path, typeof scenario === "string" ? scenario : JSON.stringify(scenario));
    const run = startCommand("sandbox", "--port", "0", "--scenario", path);
    assert.deepEqual(
      [(await run.exit)[0], message.test(run.errors)],
      [2, true],
      `${JSON.stringify(scenario)}: ${run.errors}${run.output}`,
    );
    assert.ok(!run.errors.includes("    at "));
  };
  const rows = [...table.entries()];
  await Promise.all(
    [0, 1, 2].map(async (lane) => {
      for (const [index, row] of rows) if (index % 3 === lane) await check(row, index);
    }),
  );
  for (const args of [
    ["--scenario", "/none.json"],
    ["--scenario", file(DAY), "--state", join(folder, "state.json")],
  ]) {
    const run = startCommand("sandbox", "--port", "0", ...args);
    assert.equal((await run.exit)[0], 2, run.errors);
  }
});
