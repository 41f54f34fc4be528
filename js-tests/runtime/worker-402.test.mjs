// examples/worker-402: its Worker in workerd sells an answer, and its client buys it, with the sandbox between them.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { ItPayClient, parsePaymentRequired } from "itpay";
import { createSandbox } from "itpay/sandbox";

import { buy } from "../../examples/worker-402/client.mjs";
import { startWorker } from "../workerd.mjs";

const REUSE_MS = 1_500;
const URL_OF_ANSWER = "http://seller.example/answer";

let worker;
const sandbox = createSandbox({ deliver: async () => new Response() });
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  const answer = await sandbox.fetch(`http://sandbox${request.url}`, {
    method: request.method,
    headers: request.headers,
    ...(body.length > 0 && { body }),
  });
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
});

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  worker = await startWorker(fileURLToPath(new URL("../../examples/worker-402/worker.js", import.meta.url)), {
    bindings: {
      ITPAY_BASE_URL: `http://127.0.0.1:${server.address().port}/v1`,
      ITPAY_API_KEY: sandbox.apiKey,
      ITPAY_SERVICE_ID: "svc_sandbox",
      REUSE_MS: String(REUSE_MS),
    },
    durableObjects: { PAYMENTS: "Payment" },
  });
});
after(async () => {
  await worker?.dispose();
  sandbox.close();
  server.close();
  server.closeAllConnections();
});

const fetch = (url, init) => worker.dispatchFetch(url, init);
const ask = (proof) => fetch(URL_OF_ANSWER, proof === undefined ? {} : { headers: { "X-Payment-Proof": proof } });

test("the client pays for the answer in the sandbox and gets it", { timeout: 20_000 }, async () => {
  let shown;
  const response = await buy(URL_OF_ANSWER, {
    maxAmount: "CNY 6.99",
    fetch,
    show: async (asked) => {
      shown = asked;
      await sandbox.pay(asked.paymentIntentId);
    },
  });
  assert.deepEqual([response.status, await response.json()], [200, { answer: 42 }]);
  assert.equal(response.headers.get("Cache-Control"), "no-store");
  assert.match(shown.qr, /^itpay:\/\/pay\/pi_/);

  const again = await ask(shown.paymentIntentId);
  assert.equal(again.status, 200, "a lost response is repeated");
  await sleep(REUSE_MS);
  const spent = await parsePaymentRequired(await ask(shown.paymentIntentId));
  assert.notEqual(spent.paymentIntentId, shown.paymentIntentId, "a payment buys one answer");
});

test("an open payment is asked for again, with its code", async () => {
  const asked = await parsePaymentRequired(await ask());
  const again = await parsePaymentRequired(await ask(asked.paymentIntentId));
  assert.deepEqual([again.paymentIntentId, again.qr, again.amount], [asked.paymentIntentId, asked.qr, "CNY 6.99"]);
});

test("nothing but a paid payment for this resource buys the answer", async () => {
  const client = new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch });
  const { id: other } = await client.paymentIntents.create({
    service_id: "svc_sandbox",
    type: "one_time",
    amount: { currency: "CNY", value: 1 },
    payer: { agent_id: "agent_1" },
    metadata: { resource: "/cheaper" },
  });
  await client.qr.generate(other);
  await sandbox.pay(other);
  const { paymentIntentId: failed } = await parsePaymentRequired(await ask());
  await sandbox.fail(failed);
  for (const proof of [other, failed, "pi_none", "..", ""]) {
    const response = await ask(proof);
    assert.equal(response.status, 402, proof);
    assert.ok(![other, failed].includes(response.headers.get("X-Payment-Intent")), proof);
  }
});

test("the client pays neither another price nor by another protocol, and sees a payment that ends", async () => {
  const show = () => assert.fail("nothing is shown");
  await assert.rejects(buy(URL_OF_ANSWER, { maxAmount: "CNY 1.00", fetch, show }), /costs CNY 6\.99, not CNY 1\.00/);
  const x402 = async () => Response.json({ x402Version: 1, accepts: [] }, { status: 402 });
  await assert.rejects(buy(URL_OF_ANSWER, { maxAmount: "CNY 6.99", fetch: x402, show }), /paid by x402/);
  await assert.rejects(
    buy(URL_OF_ANSWER, {
      maxAmount: "CNY 6.99",
      fetch,
      show: ({ paymentIntentId }) => void sandbox.fail(paymentIntentId),
    }),
    /ended without a purchase/,
  );
});

test("the caller fills in the proof", async () => {
  const sent = [];
  const spy = (url, init) => {
    sent.push(init?.headers?.["X-Payment-Proof"]);
    return fetch(url, init);
  };
  const options = { maxAmount: "CNY 6.99", fetch: spy, show: () => {}, proof: ({ amount }) => `own ${amount}` };
  await assert.rejects(buy(URL_OF_ANSWER, options), /ended without a purchase/);
  assert.deepEqual(sent, [undefined, "own CNY 6.99"]);
});
