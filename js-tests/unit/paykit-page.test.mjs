// The examples and tables of the GoPay provider's page.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { transformSync } from "esbuild";

import { PayKit, PayKitError, ProviderNotSupportedError } from "itpay/paykit";

import { json, notified, PAYMENT, provider, TOKEN } from "../gopay-mock.mjs";
import { ENV, HOOK, RECURRENCE, rejects, withGlobals } from "../paykit-fixtures.mjs";
import * as schemas from "../paykit-schemas.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

test("the page's code runs as it stands", async () => {
  const file = join(root, "node_modules/.paykit/page.mjs");
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, transformSync(readFileSync(join(root, "types/paykit-page.ts"), "utf8"), { loader: "ts" }).code);
  const calls = [];
  let state = "CREATED";
  const fetch = async (url, init) => {
    calls.push([url, init]);
    if (url.endsWith("/token")) return json(TOKEN);
    if (url.endsWith("/refunds")) return json([{ id: 1, state: "SUCCESS", amount: 100, currency: "CZK" }]);
    return json({ ...PAYMENT, state, ...(init.body ? JSON.parse(init.body) : {}) });
  };
  await withGlobals({ fetch, env: ENV }, async () => {
    const page = await import(pathToFileURL(file));
    assert.equal(page.paykit.providerName, "gopay");
    await page.providerMetadata();
    const bodies = calls
      .filter(([url]) => url === "https://gw.sandbox.gopay.com/api/payments/payment")
      .map(([, init]) => JSON.parse(init.body));
    assert.deepEqual(
      bodies.map(({ amount, currency }) => [amount, currency]),
      [
        [2900, "CZK"],
        [2900, "CZK"],
        [2900, "CZK"],
      ],
    );
    assert.deepEqual(
      bodies.map(({ callback }) => callback.return_url),
      Array(3).fill("https://example.com/success"),
    );
    assert.deepEqual(
      bodies.map(({ callback }) => callback.notification_url),
      [HOOK, HOOK, HOOK],
    );
    assert.equal(bodies[2].recurrence.recurrence_cycle, "MONTH");
    assert.equal(bodies[2].order_description, "Monthly plan");
    for (state of [
      "CREATED",
      "PAYMENT_METHOD_CHOSEN",
      "PAID",
      "AUTHORIZED",
      "CANCELED",
      "TIMEOUTED",
      "REFUNDED",
      "PARTIALLY_REFUNDED",
    ]) {
      await page.webhooks(new Request(`${HOOK}?id=3000006529`));
    }
  });
});

for (const [state, expected, change] of [
  ["CREATED", ["payment.created"]],
  ["PAYMENT_METHOD_CHOSEN", ["payment.updated"]],
  ["PAID", ["invoice.generated", "payment.succeeded"]],
  ["PAID", ["subscription.created", "invoice.generated", "payment.succeeded"], { parent_id: 3000000001 }],
  ["AUTHORIZED", ["payment.updated"]],
  ["CANCELED", ["payment.failed"]],
  [
    "CANCELED",
    ["subscription.canceled", "payment.failed"],
    { recurrence: { ...RECURRENCE, recurrence_state: "STOPPED" } },
  ],
  ["TIMEOUTED", ["payment.failed"]],
  ["REFUNDED", ["refund.created"]],
  ["PARTIALLY_REFUNDED", ["refund.created"]],
]) {
  test(`the page's first table: ${state}${change === undefined ? "" : ` with ${Object.keys(change)}`} is ${expected.join(" + ")}`, async () => {
    const history = [{ id: 1, state: "SUCCESS", amount: 100, currency: "CZK" }];
    const first = { ...PAYMENT, id: 3000000001, recurrence: RECURRENCE };
    const { events, types } = await notified(
      { state, ...change },
      { more: [change?.parent_id === undefined ? history : first] },
    );
    assert.deepEqual(types, expected);
    for (const { type, data } of events) schemas.eventData(type).parse(data);
    // Each runs where the page has it.
    const { gopay: again } = provider([
      { ...PAYMENT, state, ...change },
      change?.parent_id === undefined ? history : first,
    ]);
    const ran = [];
    const webhook = new PayKit(again).webhooks.setup({ webhookSecret: "" });
    for (const type of [
      "payment.created",
      "payment.updated",
      "payment.succeeded",
      "payment.failed",
      "invoice.generated",
      "subscription.created",
      "subscription.canceled",
      "refund.created",
    ]) {
      webhook.on(type, async (event) => void ran.push(event.type));
    }
    await webhook.handle({ body: "", headersAsObject: {}, fullUrl: `${HOOK}?id=3000006529` });
    assert.deepEqual(ran, expected);
  });
}

for (const [interval, cycle] of [
  ["day", "DAY"],
  ["week", "WEEK"],
  ["month", "MONTH"],
  ["year", "ON_DEMAND"],
  [{ type: "custom", durationMs: 3_600_000 }, "ON_DEMAND"],
]) {
  test(`the page's second table: ${interval.type ?? interval} is ${cycle}`, async () => {
    const { gopay, calls } = provider([({ body }) => ({ ...PAYMENT, ...JSON.parse(body) })]);
    const subscription = await gopay.createSubscription({
      customer: { email: "a@b.cz" },
      item_id: "p",
      amount: 100,
      currency: "EUR",
      billing_interval: interval,
      metadata: null,
      quantity: 1,
      provider_metadata: { success_url: "https://shop.example/" },
    });
    const { recurrence } = JSON.parse(calls[0].body);
    assert.equal(recurrence.recurrence_cycle, cycle);
    assert.equal("recurrence_period" in recurrence, cycle !== "ON_DEMAND");
    assert.deepEqual(schemas.Subscription.parse(subscription).billing_interval, interval);
    assert.ok(subscription.current_period_start <= new Date() && new Date() < subscription.current_period_end);
  });
}

test("customers are not supported, as the page says", async () => {
  const { gopay, calls } = provider([PAYMENT]);
  const { customers } = new PayKit(gopay);
  for (const [method, call] of [
    ["createCustomer", customers.create({ email: "a@b.cz" })],
    ["retrieveCustomer", customers.retrieve("1")],
    ["updateCustomer", customers.update("1", {})],
    ["deleteCustomer", customers.delete("1")],
  ]) {
    const error = await rejects(call, {
      name: "ProviderNotSupportedError",
      code: "PROVIDER_NOT_SUPPORTED",
      statusCode: 501,
      provider: "gopay",
      method,
    });
    assert.ok(
      error instanceof ProviderNotSupportedError &&
        error instanceof PayKitError &&
        /gopay does not support/.test(error.message) &&
        error.stack.includes("paykit"),
    );
  }
  for (const call of [gopay.deleteCheckout("1"), gopay.deletePayment("1")])
    await rejects(call, { code: "PROVIDER_NOT_SUPPORTED" });
  assert.equal(calls.length, 0);
});
