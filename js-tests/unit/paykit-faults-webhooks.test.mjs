// The faults that were observed in the published GoPay provider, with their numbers: notifications and their events.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createGopay } from "itpay/gopay";
import { PayKit } from "itpay/paykit";

import { PAYMENT, OPTIONS, json, notified, provider } from "../gopay-mock.mjs";
import { HOOK, RECURRENCE, rejects, hook, errorBody, reset } from "../paykit-fixtures.mjs";
import * as schemas from "../paykit-schemas.mjs";

test("10: a real recurring charge does not crash, with or without its first payment", async () => {
  const charge = { state: "PAID", parent_id: 3000000001, recurrence: undefined };
  for (const more of [{ ...PAYMENT, id: 3000000001, recurrence: RECURRENCE }, json("", 500), undefined]) {
    const { events } = await notified(charge, { query: "&parent_id=3000000001", more: [more] });
    assert.deepEqual(
      events.map(({ data }) => data.subscription_id ?? data.id),
      ["3000000001", "3000000001", "3000006529"],
    );
    for (const { type, data } of events) schemas.eventData(type).parse(data);
  }
});

test("11: a parent_id in the URL makes no subscription of a payment", async () => {
  const { events, types, calls } = await notified({ state: "PAID" }, { query: "&parent_id=3000000001" });
  assert.deepEqual(types, ["invoice.generated", "payment.succeeded"]);
  assert.deepEqual([events[0].data.billing_mode, events[0].data.subscription_id, calls.length], ["one_time", null, 1]);
});

test("14: redeliveries have the same event ids, and each refund has its own", async () => {
  const ids = async (change, options) => (await notified(change, options)).events.map(({ id }) => id);
  assert.deepEqual(
    await ids({ state: "PAID" }),
    await ids({ state: "PAID", lang: "cs", gw_url: "https://other.example/", new_field: 1 }),
  );
  const entry = (id) => ({ id, state: "SUCCESS", amount: 100, currency: "CZK" });
  const first = await ids({ state: "PARTIALLY_REFUNDED" }, { more: [[entry(1)]] });
  const second = await ids({ state: "PARTIALLY_REFUNDED" }, { more: [[entry(1), entry(2)]] });
  assert.deepEqual([first.length, second.length, new Set([...first, ...second]).size], [1, 2, 2]);
});

test("15: an outage is retryable, and a missing payment is not", async () => {
  for (const reply of [
    json("", 500),
    json("", 503),
    json("<html>maintenance</html>", 502),
    reset(),
    json("", 429),
    json("", 401),
  ]) {
    const error = await rejects(hook(provider([reply]).gopay, "id=3000006529"), {
      name: "WebhookError",
      code: "WEBHOOK_ERROR",
      statusCode: 503,
      retryable: true,
    });
    assert.equal(error.context.reason, "unavailable");
  }
  const missing = await rejects(hook(provider([errorBody(304, null, 404)]).gopay, "id=3000006529"), {
    name: "WebhookError",
    statusCode: 400,
    retryable: false,
  });
  assert.deepEqual([missing.context.reason, missing.context.status], ["not_found", 404]);
  const tokenless = createGopay({ ...OPTIONS, maxRetries: 0, fetch: async () => json("", 503) });
  await rejects(hook(tokenless, "id=3000006529"), { name: "WebhookError", retryable: true });
  // Refunds that can't be read now would get other ids than they will have.
  await rejects(notified({ state: "PARTIALLY_REFUNDED" }, { more: [json("", 503)] }), { retryable: true });
});

test("16: strange metadata, an unknown state, a relative URL and headers by their old name are all taken", async () => {
  assert.deepEqual(
    (
      await notified({
        state: "PAID",
        additional_params: [{ name: "__paykit", value: "{not json" }, { name: 7 }, null],
      })
    ).types,
    ["invoice.generated", "payment.succeeded"],
  );
  assert.deepEqual((await notified({ state: "HELD_FOR_REVIEW" })).types, []);
  const { gopay } = provider([{ ...PAYMENT, state: "PAID" }]);
  assert.equal((await gopay.handleWebhook({ body: "", headers: {}, fullUrl: "/hook?id=3000006529" })).length, 2);
  let seen = 0;
  await new PayKit(gopay).webhooks
    .setup({ webhookSecret: "" })
    .on("payment.succeeded", () => void (seen += 1))
    .handle({ body: "", headers: {}, fullUrl: "/hook?id=3000006529" });
  assert.equal(seen, 1);
  for (const wrong of [undefined, null, "", 0, NaN, {}])
    await rejects(gopay.handleWebhook({ body: "", headersAsObject: {}, fullUrl: wrong }, ""), { name: "WebhookError" });
  await rejects(gopay.handleWebhook(undefined), { name: "WebhookError" });
});

test("31: an id that only the body has is found", async () => {
  const { gopay } = provider([{ ...PAYMENT, state: "PAID" }]);
  for (const body of [
    "id=3000006529",
    '{"id":3000006529}',
    '{"id":"3000006529","parent_id":"1"}',
    { id: 3000006529 },
  ]) {
    const events = await gopay.handleWebhook({ body, headersAsObject: {}, fullUrl: HOOK }, null);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["invoice.generated", "payment.succeeded"],
    );
  }
});
