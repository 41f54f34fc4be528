// Lives of payments at GoPay's sandbox, as PayKit and the notifications' endpoint tell them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createGopayWebhookHandler } from "itpay/gopay";
import { memoryStore } from "itpay/stores";

import { json, PAYMENT, provider } from "../gopay-mock.mjs";
import { HOOK, ORDER, sandboxAndProvider } from "../paykit-fixtures.mjs";
import * as schemas from "../paykit-schemas.mjs";

/** A sandbox whose notifications reach the endpoint, and what has been handled there. */
function shop({ on, store, onError = () => undefined, ...options } = {}) {
  const handled = [];
  let handler;
  const deliver = (url, init) => handler(new Request(url, init));
  const { sandbox, gopay } = sandboxAndProvider({ deliver, ...options }, { maxRetries: 0 });
  handler = createGopayWebhookHandler({
    provider: gopay,
    store,
    onError,
    on: on ?? { default: (event) => void handled.push(event) },
  });
  const notified = () => handled.splice(0).map(({ type }) => type);
  return { sandbox, gopay, handler, handled, notified };
}

/** Notifications that a call has brought about are on their way when it returns. */
async function until(condition) {
  for (let waited = 0; !condition(); waited += 1) {
    assert.ok(waited < 1000, "nothing came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("a subscription's life: the first payment, three charges, a declined one, the end", async () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  const { sandbox, gopay, handled, notified } = shop({ now: () => now });
  const { id } = await gopay.createSubscription({
    ...ORDER,
    item_id: "plan",
    billing_interval: "month",
    metadata: { user: "u1" },
  });
  assert.equal((await gopay.retrieveSubscription(id)).status, "pending");
  await sandbox.pay(id);
  assert.deepEqual(notified(), ["invoice.generated", "payment.succeeded"]);
  const active = await gopay.retrieveSubscription(id);
  assert.deepEqual(
    [active.status, active.billing_interval, active.item_id, active.metadata],
    ["active", "month", "plan", { user: "u1" }],
  );

  const charges = [];
  for (let month = 0; month < 3; month += 1) {
    const charge = await sandbox.recur(id);
    charges.push(String(charge.id));
    const [created, invoice, succeeded] = handled;
    assert.deepEqual(notified(), ["subscription.created", "invoice.generated", "payment.succeeded"]);
    assert.deepEqual(
      [
        created.data.id,
        created.data.item_id,
        created.data.status,
        invoice.data.subscription_id,
        invoice.data.billing_mode,
      ],
      [id, "plan", "active", id, "recurring"],
    );
    assert.deepEqual(
      [invoice.data.id, succeeded.data.id, invoice.data.amount_paid],
      [String(charge.id), String(charge.id), 2900],
    );
    for (const { type, data } of [created, invoice, succeeded]) schemas.eventData(type).parse(data);
    // The subscription is found by a charge, too.
    assert.equal((await gopay.retrieveSubscription(String(charge.id))).id, id);
  }
  assert.equal(new Set(charges).size, 3);

  sandbox.answerWith("createRecurrence", "FAILED");
  const { charge } = (await gopay.updateSubscription(id, { provider_metadata: { amount: 2900, currency: "CZK" } }))
    .custom_fields;
  await until(() => handled.length === 1);
  assert.deepEqual([handled[0].data.id, notified()], [charge.id, ["payment.failed"]]);
  assert.equal((await gopay.retrieveSubscription(charge.id)).status, "past_due");

  const canceled = await gopay.cancelSubscription(charges[0]); // by a charge: the first payment's mandate ends
  assert.deepEqual([canceled.id, canceled.status], [id, "canceled"]);
  assert.equal(sandbox.payment(id).recurrence.recurrence_state, "STOPPED");
  assert.equal((await gopay.cancelSubscription(id)).status, "canceled");
  assert.equal(await gopay.deleteSubscription(id), null);
  assert.equal((await gopay.retrieveSubscription(id)).status, "canceled");
  // From now on, a notification of the first payment is the end of the subscription, once.
  const events = await gopay.handleWebhook({ body: "", headersAsObject: {}, fullUrl: `${HOOK}?id=${id}` }, null);
  const ended = events.find(({ type }) => type === "subscription.canceled");
  assert.deepEqual(
    [ended.id, ended.data.id, ended.data.status],
    [`evt_gopay_${id}_STOPPED_subscription.canceled`, id, "canceled"],
  );
  sandbox.close();
});

test("a yearly subscription is charged on demand, and the charge is returned", async () => {
  const { sandbox, gopay, handled } = shop();
  const { id } = await gopay.createSubscription({ ...ORDER, item_id: "plan", billing_interval: "year" });
  await sandbox.pay(id);
  handled.splice(0);
  const charged = await gopay.updateSubscription(id, { provider_metadata: { amount: "5000", order_number: "YEAR-2" } });
  const { charge } = charged.custom_fields;
  assert.deepEqual([charged.id, charged.billing_interval, charge.order_number], [id, "year", "YEAR-2"]);
  assert.equal(sandbox.payment(charge.id).amount, 5000);
  sandbox.close();
});

test("two partial refunds are two events with their amounts, and the rest is a third", async () => {
  const { sandbox, gopay, handled, notified } = shop();
  const { id } = await gopay.createPayment(ORDER);
  await sandbox.pay(id);
  notified();
  const refunds = [];
  for (const amount of [900, 900, 1100]) refunds.push((await gopay.createRefund({ payment_id: id, amount })).id);
  await until(() => handled.length === 3);
  assert.deepEqual(
    handled.map(({ type, data }) => [type, data.id, data.amount]),
    refunds.map((refund, index) => ["refund.created", refund, [900, 900, 1100][index]]),
  );
  assert.equal(new Set(handled.map((event) => event.id)).size, 3);
  assert.equal((await gopay.retrievePayment(id)).status, "succeeded");
  assert.equal(sandbox.payment(id).state, "REFUNDED");
  sandbox.close();
});

test("the events of a preauthorization, a decline and a timeout", async () => {
  const { sandbox, gopay, notified, handled } = shop();
  const held = await gopay.createPayment({ ...ORDER, capture_method: "manual" });
  await sandbox.pay(held.id);
  assert.deepEqual(notified(), ["payment.updated"]);
  await gopay.capturePayment(held.id, { amount: 2900 });
  await until(() => handled.length === 2);
  assert.deepEqual(notified(), ["invoice.generated", "payment.succeeded"]);
  for (const [action, status] of [
    ["decline", "canceled"],
    ["cancel", "canceled"],
    ["timeout", "failed"],
  ]) {
    const { id } = await gopay.createPayment(ORDER);
    await sandbox[action](id);
    const [{ data }] = handled;
    assert.deepEqual([notified(), data.status], [["payment.failed"], status]);
    assert.match(data.custom_fields.sub_state, /^_\d+$/);
  }
  sandbox.close();
});

test("ten thousand notifications in random order with duplicates: each event once, and the right state in the end", {
  timeout: 120_000,
}, async () => {
  const { sandbox, gopay } = sandboxAndProvider({ seed: 7 });
  // The final state of each payment, and each of GoPay's notifications, many times.
  const actions = [["pay"], ["decline"], ["timeout"], ["pay", "refund"], ["pay", "refund", "refund"], []];
  const ends = { pay: "succeeded", decline: "canceled", timeout: "failed", refund: "succeeded", undefined: "pending" };
  const payments = [];
  for (let index = 0; index < 300; index += 1) {
    const { id } = await gopay.createPayment(ORDER);
    const steps = actions[index % actions.length];
    for (const step of steps)
      await (step === "refund" ? gopay.createRefund({ payment_id: id, amount: 100 }) : sandbox[step](id));
    payments.push({ id, steps });
  }
  const expected = payments.flatMap(({ id, steps }) => {
    const first = {
      pay: ["PAID_invoice.generated", "PAID_payment.succeeded"],
      decline: ["CANCELED_payment.failed"],
      timeout: ["TIMEOUTED_payment.failed"],
      undefined: ["CREATED_payment.created"],
    }[steps[0]];
    // A late read shows the current state: a refunded payment no longer has the event of a paid one.
    const refunds = sandbox.payment(id).refunds.map((refund) => `refund_${refund.id}`);
    return (refunds.length > 0 ? refunds : first).map((rest) => `evt_gopay_${id}_${rest}`);
  });

  const handled = new Map();
  const state = new Map();
  const handler = createGopayWebhookHandler({
    provider: gopay,
    store: memoryStore({ max: 100_000 }),
    on: {
      default: ({ id, data, type }) => {
        handled.set(id, (handled.get(id) ?? 0) + 1);
        if (type.startsWith("payment.")) state.set(data.id, data.status);
      },
    },
    onError: (error) => assert.fail(error),
  });
  let random = 12345;
  const draw = (below) => (random = (Math.imul(random, 1103515245) + 12345) >>> 0) % below;
  const notifications = Array.from(
    { length: 10_000 },
    (_, index) => payments[index < payments.length ? index : draw(payments.length)].id,
  );
  for (let index = notifications.length - 1; index > 0; index -= 1) {
    const other = draw(index + 1);
    [notifications[index], notifications[other]] = [notifications[other], notifications[index]];
  }
  const replies = new Map();
  for (let index = 0; index < notifications.length; index += 50) {
    // Fifty at once, so that duplicates meet each other.
    await Promise.all(
      notifications.slice(index, index + 50).map(async (id) => {
        for (;;) {
          const { status } = await handler(new Request(`${HOOK}?id=${id}`));
          replies.set(status, (replies.get(status) ?? 0) + 1);
          if (status === 200) return;
          assert.equal(status, 409); // it is already being processed: GoPay comes again
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }),
    );
  }
  assert.equal(replies.get(200), 10_000);
  assert.deepEqual([...handled.keys()].sort(), expected.sort());
  assert.deepEqual([...new Set(handled.values())], [1]);
  for (const { id, steps } of payments) {
    assert.equal((await gopay.retrievePayment(id)).status, ends[steps.at(-1)]);
    if (!steps.includes("refund")) assert.equal(state.get(id), ends[steps[0]]);
  }
  sandbox.close();
});

// The endpoint

const get = async (handler, query = "?id=3000006529", init) => {
  const response = await handler(new Request(`${HOOK}${query}`, init));
  return [response.status, await response.json()];
};

test("the endpoint accepts a GET, and its response has the result", async () => {
  const errors = [];
  const handled = [];
  const options = {
    on: { "payment.succeeded": (event) => void handled.push(event.id) },
    onError: (error) => errors.push(error.context?.reason ?? error.message),
  };
  const of = (...replies) => createGopayWebhookHandler({ ...options, provider: provider(replies).gopay });
  const paid = of({ ...PAYMENT, state: "PAID" });
  assert.deepEqual(await get(paid), [200, { status: "received" }]);
  assert.deepEqual(await get(paid), [200, { status: "already_processed" }]);
  assert.deepEqual(handled, ["evt_gopay_3000006529_PAID_payment.succeeded"]);
  assert.deepEqual(await get(of({ ...PAYMENT, state: "SOMETHING_NEW" })), [200, { status: "received" }]);
  const post = await paid(new Request(HOOK, { method: "POST", body: "id=3000006529" }));
  assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET"]);
  assert.deepEqual(errors, []);
  for (const query of ["", "?id=", "?id=../../eshops/eshop/1", "?parent_id=1"])
    assert.equal((await get(paid, query))[0], 400);
  assert.deepEqual(await get(of(json("", 404))), [200, { status: "ignored" }]);
  assert.deepEqual(await get(of({ ...PAYMENT, target: { goid: 1 } })), [200, { status: "ignored" }]);
  for (const reply of [json("", 500), json("<html>", 503), new TypeError("fetch failed"), json("", 401)]) {
    const response = await of(reply)(new Request(`${HOOK}?id=3000006529`));
    assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "60"]);
  }
  assert.deepEqual(errors, [...Array(4).fill("no_id"), "not_found", "mismatch", ...Array(4).fill("unavailable")]);
});

test("only unfinished events are handled again", async () => {
  const ran = [];
  let broken = true;
  const handler = createGopayWebhookHandler({
    provider: provider([{ ...PAYMENT, state: "PAID" }]).gopay,
    onError: () => undefined,
    on: {
      "invoice.generated": () => void ran.push("invoice"),
      "payment.succeeded": () => {
        ran.push("payment");
        if (broken) throw new Error("mine");
      },
    },
  });
  assert.deepEqual(await get(handler), [500, { error: "The event was not handled" }]);
  broken = false;
  assert.deepEqual(await get(handler), [200, { status: "received" }]);
  assert.deepEqual(ran, ["invoice", "payment", "payment"]);
});

test("two deliveries at once are one; a store that fails is a 500", async () => {
  let ran = 0;
  let finish;
  const slow = createGopayWebhookHandler({
    provider: provider([{ ...PAYMENT, state: "CANCELED" }]).gopay,
    on: {
      default: () => {
        ran += 1;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    },
    onError: () => undefined,
  });
  const first = get(slow);
  while (finish === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal((await get(slow))[0], 409);
  finish();
  assert.deepEqual([await first, ran], [[200, { status: "received" }], 1]);
  const store = {
    claim: async () => {
      throw new Error("no store");
    },
    complete: async () => undefined,
    release: async () => undefined,
  };
  const failing = createGopayWebhookHandler({
    provider: provider([{ ...PAYMENT, state: "PAID" }]).gopay,
    on: {},
    store,
    onError: () => undefined,
  });
  assert.deepEqual(await get(failing), [500, { error: "The event could not be claimed" }]);
});

test("the endpoint's options are validated when it is created", () => {
  const { gopay } = provider([PAYMENT]);
  for (const on of [undefined, null, 0, NaN, "", "x"])
    assert.throws(() => createGopayWebhookHandler({ provider: gopay, on }), TypeError);
  for (const lease of [0, NaN, "", -1, "5"])
    assert.throws(() => createGopayWebhookHandler({ provider: gopay, on: {}, lease }), TypeError);
  assert.throws(() => createGopayWebhookHandler({ on: {} }), { name: "ConfigurationError" });
});
