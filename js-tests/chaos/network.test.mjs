// Three merchants at once take payments over a network that misbehaves, from both sandboxes: nobody is charged twice,
// no success is lost, nothing stays stuck, and each event is handled once.
//
// CHAOS_PAYMENTS says how many payments (10,000 by hand: `make chaos`), CHAOS_SEED how the network misbehaves.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createPaymentIntentId, ItPayClient } from "itpay";
import { createGopay, createGopayWebhookHandler, GoPayClient } from "itpay/gopay";
import { createGopaySandbox, createSandbox } from "itpay/sandbox";
import { createWebhookHandler, memoryStore } from "itpay/webhooks";

import { badNetwork, dice } from "./bad-network.mjs";

const PAYMENTS = Number(process.env.CHAOS_PAYMENTS ?? 600);
const SEED = Number(process.env.CHAOS_SEED ?? 1);
const TROUBLE = 0.3;
const MERCHANTS = 3;
const IN_HAND = 16;
/** What the merchant does with a payment at GoPay. */
const KINDS = ["sale", "sale", "sale", "capture", "void", "charge", "QR"];

const quietly = () => undefined;
const tell = (line) => process.stderr.isTTY && process.stderr.write(`\r\x1b[2K${line}`);
/** Processes a whole order: the merchant's own loop over the library's guarantees. */
async function untilDone(
  step,
  retryable = ({ status }) => status === undefined || status >= 500 || [200, 401, 403].includes(status),
) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await step(tries);
    } catch (error) {
      if (tries > 200 || !retryable(error)) throw error;
      await new Promise((done) => setTimeout(done, 2));
    }
  }
}

/** Runs `work` for each index, so many in hand at a time. */
async function inHand(count, work) {
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_HAND }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

test(`${PAYMENTS} ItPay payments over a bad network: each is paid once, and each of its events handled once`, async () => {
  const counts = {};
  const merchants = Array.from({ length: MERCHANTS }, (_, index) => ({
    handled: new Map(),
    host: `merchant-${index}.example`,
    index,
    orders: [],
  }));
  const handlers = new Map(
    merchants.map((merchant) => [
      merchant.host,
      createWebhookHandler({
        secret: "whsec_chaos",
        store: memoryStore({ max: 100_000 }),
        onError: quietly,
        on: {
          default: async (event) => {
            await Promise.resolve();
            merchant.handled.set(event.id, (merchant.handled.get(event.id) ?? 0) + 1);
            if (event.type === "payment_intent.succeeded")
              merchant.orders.find(({ id }) => id === event.data.id).events += 1;
          },
        },
      }),
    ]),
  );
  const receiver = badNetwork((url, init) => handlers.get(new URL(url).host)(new Request(url, init)), {
    seed: SEED + 7,
    trouble: TROUBLE,
    mayRepeat: () => true,
    counts,
  });
  let clock = Date.now();
  const sandbox = createSandbox({ webhookSecret: "whsec_chaos", now: () => clock, deliver: receiver });
  try {
    for (const merchant of merchants) {
      const fetch = badNetwork(sandbox.fetch, {
        seed: SEED + merchant.index,
        trouble: TROUBLE,
        mayRepeat: (_, { method, headers }) => method === "GET" || headers["Idempotency-Key"] !== undefined,
        counts,
      });
      merchant.client = new ItPayClient({ apiKey: sandbox.apiKey, fetch, timeout: 250, maxRetries: 0, env: {} });
      const name = `Service ${merchant.index}`;
      const { id } = await new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch, env: {} }).manifests.create({
        name,
        endpoint: `https://${merchant.host}/webhooks`,
        payment_methods: { one_time: true, cumulative: false, subscription: false },
        accepted_channels: ["alipay"],
        settlement_currency: "CNY",
      });
      await new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch, env: {} }).manifests.activate(id);
      merchant.service_id = id;
    }
    const roll = dice(SEED);
    await inHand(PAYMENTS, async (number) => {
      const merchant = merchants[number % MERCHANTS];
      const order = {
        id: createPaymentIntentId(),
        events: 0,
        paid: roll() < 0.9,
        value: 1 + Math.floor(roll() * 10_000),
      };
      merchant.orders.push(order);
      const params = {
        id: order.id,
        service_id: merchant.service_id,
        type: "one_time",
        amount: { currency: "CNY", value: order.value },
        channel: "alipay",
        payer: { agent_id: `agent_${number}` },
      };
      const intent = await untilDone(() => merchant.client.paymentIntents.create(params));
      assert.equal(intent.id, order.id);
      // A code is generated once. After an ambiguous failure, the intent has it.
      await untilDone(() =>
        merchant.client.qr.generate(order.id).catch(async (error) => {
          const { status } = await merchant.client.paymentIntents.retrieve(order.id);
          if (status !== "qr_generated") throw error;
        }),
      );
      await (order.paid ? sandbox.pay(order.id) : sandbox.fail(order.id, "no funds"));
      const seen = await untilDone(() => merchant.client.paymentIntents.retrieve(order.id));
      assert.equal(seen.status, order.paid ? "succeeded" : "failed");
      if (number % 100 === 0) tell(`ItPay: ${number} of ${PAYMENTS} payments`);
    });
    // Pending deliveries are retried as time passes.
    for (let due = await sandbox.tick(); due !== undefined; due = await sandbox.tick()) clock = Math.max(clock, due);
  } finally {
    sandbox.close();
  }
  tell("");

  const state = JSON.parse(sandbox.snapshot());
  const orders = merchants.flatMap((merchant) => merchant.orders);
  assert.equal(state.intents.length, orders.length, "one intent for each order, however often it was asked for");
  const undelivered = sandbox.deliveries.filter(({ progress }) => progress.state !== "delivered");
  assert.deepEqual(
    undelivered.map(({ attempts }) => attempts.length),
    [],
    "every event has arrived",
  );
  for (const merchant of merchants) {
    const twice = [...merchant.handled].filter(([, times]) => times !== 1);
    assert.deepEqual(twice, [], "each event was handled once");
    for (const order of merchant.orders)
      assert.equal(order.events, order.paid ? 1 : 0, `${order.id}: its success was handled once`);
  }
  console.log(
    `ItPay: ${orders.length} payments of ${MERCHANTS} merchants, ${sandbox.deliveries.length} events; the network:`,
    counts,
  );
});

test(`${PAYMENTS} GoPay payments, refunds, captures, cancellations, charges and QR payments over a bad network: nothing is done twice`, async () => {
  const counts = {};
  let clock = Date.now();
  let handlers;
  const receiver = badNetwork((url, init) => handlers.get(new URL(url).host)(new Request(url, init)), {
    seed: SEED + 7,
    trouble: TROUBLE,
    mayRepeat: () => true,
    counts,
  });
  const sandbox = createGopaySandbox({ now: () => clock, deliver: receiver });
  const credentials = {
    clientId: sandbox.clientId,
    clientSecret: sandbox.clientSecret,
    goId: sandbox.goId,
    isSandbox: true,
  };
  const merchants = Array.from({ length: MERCHANTS }, (_, index) => {
    const fetch = badNetwork(sandbox.fetch, {
      seed: SEED + index,
      trouble: TROUBLE,
      mayRepeat: (url, { method }) => method === "GET" || url.endsWith("/oauth2/token"),
      counts,
    });
    return {
      client: new GoPayClient({ ...credentials, fetch, timeout: 250, maxRetries: 1, env: {} }),
      fetch,
      handled: new Map(),
      host: `merchant-${index}.example`,
      orders: [],
      outcomes: {},
    };
  });
  handlers = new Map(
    merchants.map((merchant) => [
      merchant.host,
      createGopayWebhookHandler({
        provider: createGopay({
          ...credentials,
          webhookUrl: `https://${merchant.host}/gopay`,
          fetch: merchant.fetch,
          timeout: 250,
          maxRetries: 1,
        }),
        store: memoryStore({ max: 100_000 }),
        onError: quietly,
        on: {
          default: (event) => void merchant.handled.set(event.id, [...(merchant.handled.get(event.id) ?? []), event]),
        },
      }),
    ]),
  );
  const direct = new GoPayClient({ ...credentials, fetch: sandbox.fetch, env: {} });
  try {
    const roll = dice(SEED);
    await inHand(PAYMENTS, async (number) => {
      const merchant = merchants[number % MERCHANTS];
      const amount = 100 + Math.floor(roll() * 10_000);
      const kind = KINDS[Math.floor(roll() * KINDS.length)];
      // Up to three refunds of the same amount: only what is unique proves something.
      const refunds = kind === "sale" && roll() < 0.5 ? 1 + Math.floor(roll() * 3) : 0;
      const each = Math.floor(amount / 4);
      const order = { kind, amount, each, refunds, refund: refunds * each, charges: [] };
      merchant.orders.push(order);
      const params = {
        amount,
        currency: "CZK",
        order_number: String(number),
        items: [{ name: "Kůň", amount, count: 1 }],
        payer: { contact: { email: "payer@example.com" } },
        callback: { return_url: "https://shop.example/", notification_url: `https://${merchant.host}/gopay` },
        preauthorization: kind === "capture" || kind === "void" ? true : undefined,
        recurrence: kind === "charge" ? { recurrence_cycle: "ON_DEMAND", recurrence_date_to: "2090-01-01" } : undefined,
      };
      // Nobody is charged by a creation: where it is not known, another one is made, and only its link is handed out.
      const { id } = await untilDone(() => merchant.client.payments.create(params));
      order.id = String(id);
      if (kind === "QR") {
        const { amount: shown, qr_code } = await untilDone(() => merchant.client.payments.qrPayment(id));
        assert.deepEqual([shown, typeof qr_code.spayd], [amount, "string"]);
        await sandbox.transfer(id);
      }
      await sandbox.pay(id);
      const state = kind === "capture" || kind === "void" ? "AUTHORIZED" : "PAID";
      assert.equal((await untilDone(() => merchant.client.payments.status(id))).state, state);
      if (kind === "capture") await change(merchant, order, direct, "capture", "PAID");
      if (kind === "void") await change(merchant, order, direct, "voidAuthorization", "CANCELED");
      for (let count = 1; count <= refunds; count += 1) await refund(merchant, order, count, direct);
      if (kind === "charge") for (let count = 1; count <= 2; count += 1) await charge(merchant, order, number, count);
      if (number % 100 === 0) tell(`GoPay: ${number} of ${PAYMENTS} payments`);
    });
    for (let due = await sandbox.tick(); due !== undefined; due = await sandbox.tick()) {
      if (sandbox.deliveries.every(({ progress }) => progress.state === "delivered" || progress.state === "abandoned"))
        break;
      clock = Math.max(clock, due);
    }
  } finally {
    sandbox.close();
  }
  tell("");

  const payments = new Map(JSON.parse(sandbox.snapshot()).payments.map((payment) => [String(payment.id), payment]));
  const children = [...payments.values()].filter(({ parent_id }) => parent_id !== null);
  const linked = new Set(merchants.flatMap(({ orders }) => orders.map(({ id }) => id)));
  for (const [id, payment] of payments)
    if (!linked.has(id) && payment.parent_id === null)
      assert.equal(payment.state, "CREATED", "a payment that nobody has a link to is never paid");
  for (const merchant of merchants) {
    const events = [...merchant.handled.values()];
    assert.deepEqual(
      events.filter((times) => times.length !== 1),
      [],
      "each event was handled once",
    );
    for (const order of merchant.orders) {
      const payment = payments.get(order.id);
      const back = payment.refunds
        .filter(({ state }) => state !== "FAILED")
        .reduce((sum, { amount }) => sum + amount, 0);
      assert.equal(payment.paid, order.kind === "void" ? 0 : order.amount);
      for (const { order_number, result } of order.charges) {
        const made = children.filter((child) => child.order.order_number === order_number).length;
        assert.ok(made <= 1, `charge ${order_number} was made ${made} times`);
        if (result === "done") assert.equal(made, 1, `charge ${order_number} succeeded, so it was made`);
        if (result === "not_done") assert.equal(made, 0, `charge ${order_number} was not done`);
      }
      assert.equal(back, order.refund, `payment ${order.id}: what went back is what was to go back`);
      const succeeded = events.flat().filter(({ type, data }) => type === "payment.succeeded" && data.id === order.id);
      // GoPay only ever shows the present state: where money went back before anyone looked, the refund tells of the payment.
      assert.ok(
        order.kind === "void"
          ? succeeded.length === 0
          : succeeded.length === 1 || (succeeded.length === 0 && order.refund > 0),
        `payment ${order.id}: its success was handled once, not ${succeeded.length} times`,
      );
    }
    const amounts = (list) => list.filter((amount) => amount > 0).sort((a, b) => a - b);
    const notified = events
      .flat()
      .filter(({ type }) => type === "refund.created")
      .map(({ data }) => data.amount);
    assert.deepEqual(
      amounts(notified),
      amounts(merchant.orders.flatMap(({ refunds, each }) => Array(refunds).fill(each))),
      "each refund was told once, with its amount",
    );
  }
  const outcomes = merchants.reduce(
    (sum, { outcomes }) =>
      Object.fromEntries(
        ["done", "not_done", "unknown"].map((name) => [name, (sum[name] ?? 0) + (outcomes[name] ?? 0)]),
      ),
    {},
  );
  const kinds = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
  for (const { kind } of merchants.flatMap(({ orders }) => orders)) kinds[kind] += 1;
  console.log(
    `GoPay: ${linked.size} payments of ${MERCHANTS} merchants,`,
    kinds,
    `${children.length} charges, changes that failed in between:`,
    outcomes,
    "the network:",
    counts,
  );
});

/** A capture or a cancellation. It is safe to repeat. Each outcome is held against the gateway's own books. */
async function change({ client, outcomes }, order, direct, method, state) {
  const isDone = async (reader) => (await reader.payments.status(order.id)).state === state;
  await untilDone(
    async (tries) => {
      if (tries > 1 && (await untilDone(() => isDone(client)))) return;
      try {
        await client.payments[method](order.id);
      } catch (error) {
        outcomes[error.outcome] = (outcomes[error.outcome] ?? 0) + 1;
        if (error.outcome === "done") return assert.ok(await isDone(direct), "an outcome `done` is true");
        // Until the gateway has surely dealt with the requests that were in flight.
        await new Promise((done) => setTimeout(done, 300));
        if (error.outcome === "not_done") assert.ok(!(await isDone(direct)), "an outcome `not_done` is true");
        throw error;
      }
      assert.ok(await isDone(direct), `${method} succeeded, so it was done`);
    },
    (error) => error.outcome === "not_done" || error.outcome === "unknown",
  );
}

/** A charge of a recurrence. GoPay lists none, so an unknown one is not repeated. The books are compared at the end. */
async function charge({ client, outcomes }, order, number, count) {
  for (let tries = 1; ; tries += 1) {
    const order_number = `${number}-${count}-${tries}`;
    const params = { amount: order.each, currency: "CZK", order_number, items: [{ name: "Tea", amount: order.each }] };
    const result = await client.payments.createRecurrence(order.id, params).then(
      () => "done",
      (error) => {
        outcomes[error.outcome] = (outcomes[error.outcome] ?? 0) + 1;
        return error.outcome;
      },
    );
    assert.ok(["done", "not_done", "unknown"].includes(result), String(result));
    order.charges.push({ order_number, result });
    if (result !== "not_done") return;
  }
}

/**
 * The order's refund number `count`, as the documentation tells a merchant: `done` is done, `not_done` is sent again,
 * `unknown` is read first. Each outcome is held against the gateway's own books.
 */
async function refund({ client, outcomes }, order, count, direct) {
  const refundCount = async (reader) =>
    (await reader.payments.refunds(order.id)).filter(({ state }) => state !== "FAILED").length;
  await untilDone(
    async (tries) => {
      if (tries > 1 && (await untilDone(() => refundCount(client))) >= count) return;
      try {
        await client.payments.refund(order.id, { amount: order.each });
      } catch (error) {
        outcomes[error.outcome] = (outcomes[error.outcome] ?? 0) + 1;
        // Until the gateway has surely dealt with the requests that were under way.
        if (error.outcome !== "done") await new Promise((done) => setTimeout(done, 300));
        if (error.outcome === "done") assert.equal(await refundCount(direct), count, "an outcome `done` is true");
        if (error.outcome === "not_done")
          assert.equal(await refundCount(direct), count - 1, "an outcome `not_done` is true");
        if (error.outcome === "done") return;
        throw error;
      }
      assert.equal(await refundCount(direct), count, "a refund that succeeded was made");
    },
    (error) => error.outcome === "not_done" || error.outcome === "unknown",
  );
}
