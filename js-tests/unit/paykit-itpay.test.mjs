// `itpay()`: ItPay as a PayKit provider, against its sandbox.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { ItPayClient } from "itpay";
import { createItpay, itpay, PayKit, ProviderNotSupportedError } from "itpay/paykit";
import { createSandbox } from "itpay/sandbox";
import { generateTestHeader } from "itpay/webhooks";

import { rejects } from "../paykit-fixtures.mjs";
import * as schemas from "../paykit-schemas.mjs";

const CHECKOUT = {
  customer: { email: "user@example.com" },
  item_id: "summary",
  session_type: "one_time",
  quantity: 2,
  success_url: "https://shop.example/s",
  cancel_url: "https://shop.example/c",
  provider_metadata: { amount: "699", currency: "CNY" },
};
const ORDER = { customer: { id: "u1" }, item_id: "summary", amount: 699, currency: "CNY" };

async function shop() {
  const delivered = [];
  const sandbox = createSandbox({ deliver: async (_url, init) => (delivered.push(init), new Response()) });
  const service = await new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch }).manifests.create({
    name: "S",
    payment_methods: { one_time: true },
    accepted_channels: ["alipay"],
    settlement_currency: "CNY",
    endpoint: "https://shop.example/",
  });
  const options = {
    apiKey: sandbox.apiKey,
    webhookSecret: sandbox.webhookSecret,
    fetch: sandbox.fetch,
    agentId: "agent_1",
    serviceId: service.id,
  };
  const paykit = new PayKit(createItpay(options));
  const requests = (end) => sandbox.requests.filter(({ path }) => path.endsWith(end)).length;
  return { sandbox, paykit, delivered, options, service, requests };
}

const hook = ({ body, headers }) => ({
  body,
  headersAsObject: Object.fromEntries(new Headers(headers)),
  fullUrl: "https://shop.example/hook",
});

test("a checkout is an intent with its code, and its page is the wallet", async () => {
  const { sandbox, paykit } = await shop();
  const checkout = schemas.Checkout.passthrough().parse(
    await paykit.checkouts.create({ ...CHECKOUT, metadata: { order: "1" } }),
  );
  const { qr } = checkout.custom_fields;
  assert.match(qr.qr_data, /^000201/);
  assert.deepEqual(
    [checkout.payment_url, checkout.amount, checkout.currency, checkout.metadata],
    [qr.scan_url, 699, "CNY", { order: "1" }],
  );
  assert.deepEqual(
    [checkout.products, checkout.customer],
    [[{ id: "summary", quantity: 2 }], { email: "user@example.com" }],
  );
  assert.equal((await paykit.checkouts.retrieve(checkout.id)).payment_url, qr.scan_url);
  sandbox.close();
});

test("a payment goes from its code to its end", async () => {
  const { sandbox, paykit } = await shop();
  for (const [action, status] of [
    ["scan", "processing"],
    ["pay", "succeeded"],
    ["fail", "failed"],
    ["expire", "failed"],
    ["cancel", "canceled"],
  ]) {
    const payment = schemas.Payment.parse(await paykit.payments.create(ORDER));
    assert.deepEqual(
      [payment.status, payment.requires_action, payment.item_id, payment.customer],
      ["pending", true, "summary", { id: "u1" }],
    );
    await sandbox[action](payment.id);
    const after = await paykit.payments.retrieve(payment.id);
    assert.deepEqual([after.status, after.requires_action], [status, false]);
  }
  assert.equal(await paykit.payments.retrieve("pi_none"), null);
  sandbox.close();
});

test("a repeated call with the same id is one intent, also after its code failed", async () => {
  const { sandbox, paykit, requests } = await shop();
  const params = { ...ORDER, provider_metadata: { id: "pi_order_1" } };
  sandbox.inject({ path: "/v1/payment-intents/pi_order_1/qr", status: 500 });
  await rejects(paykit.payments.create(params), {
    name: "OperationFailedError",
    code: "OPERATION_FAILED",
    provider: "itpay",
  });
  const first = await paykit.payments.create(params);
  const again = await paykit.payments.create(params);
  assert.deepEqual([first.id, again.id, first.payment_url === again.payment_url], ["pi_order_1", "pi_order_1", true]);
  assert.ok(requests("/qr") >= 2);
  sandbox.close();
});

test("a webhook is verified, and becomes PayKit's events", async () => {
  const { sandbox, paykit, delivered } = await shop();
  const paid = await paykit.payments.create({ ...ORDER, metadata: { order: "1" } });
  await sandbox.pay(paid.id);
  const failed = await paykit.payments.create(ORDER);
  await sandbox.fail(failed.id, "declined");
  const late = await paykit.payments.create(ORDER);
  await sandbox.expire(late.id);
  const notified = [];
  const webhook = paykit.webhooks.setup({ webhookSecret: "" });
  for (const type of ["invoice.generated", "payment.succeeded", "payment.failed"]) {
    webhook.on(type, (event) => {
      schemas.eventData(type).parse(event.data);
      notified.push([event.type, event.data.id, event.id]);
    });
  }
  for (const delivery of [...delivered, ...delivered]) await webhook.handle(hook(delivery));
  const once = notified.slice(0, 4);
  assert.deepEqual(
    once.map(([type, id]) => [type, id]),
    [
      ["invoice.generated", paid.id],
      ["payment.succeeded", paid.id],
      ["payment.failed", failed.id],
      ["payment.failed", late.id],
    ],
  );
  // A redelivery has the same ids.
  assert.deepEqual(notified.slice(4), once);
  assert.equal(new Set(once.map(([, , id]) => id)).size, 4);
  sandbox.close();
});

test("an event type that PayKit lacks becomes a raw event", async () => {
  const body = JSON.stringify({ id: "evt_1", type: "escrow.held", data: { id: "esc_1" } });
  const seen = [];
  const headersAsObject = { "x-itpay-signature": generateTestHeader({ payload: body, secret: "whsec_1" }) };
  await new PayKit(createItpay({ apiKey: "sk_test_1" })).webhooks
    .setup({ webhookSecret: "whsec_1" })
    .on("itpay.escrow.held", (data) => void seen.push(data))
    .handle({ body, headersAsObject, fullUrl: "/" });
  assert.deepEqual(seen, [{ id: "esc_1" }]);
});

test("a forged, an old or a broken webhook is a WebhookError", async () => {
  const { sandbox, paykit, delivered } = await shop();
  const { id } = await paykit.payments.create(ORDER);
  await sandbox.pay(id);
  const [delivery] = delivered;
  const webhook = paykit.webhooks
    .setup({ webhookSecret: "" })
    .on("payment.succeeded", () => assert.fail("it was taken"));
  const reasons = [];
  for (const wrong of [
    { ...hook(delivery), body: `${delivery.body} ` },
    { ...hook(delivery), headersAsObject: {} },
    { ...hook(delivery), body: JSON.parse(delivery.body) },
  ]) {
    reasons.push(
      (
        await rejects(webhook.handle(wrong), {
          name: "WebhookError",
          code: "WEBHOOK_ERROR",
          statusCode: 400,
          retryable: false,
        })
      ).context.reason,
    );
  }
  reasons.push(
    (
      await rejects(paykit.webhooks.setup({ webhookSecret: "whsec_wrong" }).handle(hook(delivery)), {
        name: "WebhookError",
      })
    ).context.reason,
  );
  assert.deepEqual(reasons, ["no_match", "missing_header", "body_not_raw", "no_match"]);
  sandbox.close();
});

test("a whole payment is refunded, once, and marked as a preview; a part is refused before it is sent", async () => {
  const { sandbox, paykit } = await shop();
  const { id } = await paykit.checkouts.create(CHECKOUT);
  const refund = (amount) => paykit.refunds.create({ payment_id: id, amount, reason: "late", metadata: { a: "b" } });
  const posts = () => sandbox.requests.filter(({ path }) => path === "/v1/refunds").length;
  await rejects(refund(699), { name: "ConstraintViolationError", provider: "itpay" });
  await sandbox.pay(id);
  for (const amount of [698, 700, 0, -699, NaN, "699", undefined]) {
    const error = await rejects(refund(amount), { name: "ValidationError", field: "amount" });
    assert.equal(error.context.outcome, "not_done");
  }
  assert.equal(posts(), 0);
  assert.deepEqual(await refund(699), {
    id,
    amount: 699,
    currency: "CNY",
    reason: "late",
    metadata: { a: "b" },
    custom_fields: { payment_id: id, status: "requested", preview: true },
  });
  assert.equal(sandbox.intent(id).refunded, true);
  const again = await rejects(refund(699), { name: "OperationFailedError" });
  assert.deepEqual([again.context.outcome, again.context.code], ["not_done", "ALREADY_REFUNDED"]);
  assert.equal(posts(), 2);
});

test("unsupported operations are named", async () => {
  const { sandbox, paykit } = await shop();
  const { checkouts, payments, subscriptions, customers } = paykit;
  const calls = [
    checkouts.update("1", {}),
    checkouts.delete("1"),
    checkouts.create({ ...CHECKOUT, session_type: "recurring" }),
    payments.update("1", {}),
    payments.delete("1"),
    payments.cancel("1"),
    subscriptions.create({}),
    subscriptions.retrieve("1"),
    subscriptions.update("1", {}),
    subscriptions.cancel("1"),
    subscriptions.delete("1"),
    customers.create({}),
    customers.retrieve("1"),
    customers.update("1", {}),
    customers.delete("1"),
  ];
  for (const call of calls) {
    const error = await rejects(call, {
      name: "ProviderNotSupportedError",
      code: "PROVIDER_NOT_SUPPORTED",
      statusCode: 501,
      provider: "itpay",
    });
    assert.ok(error instanceof ProviderNotSupportedError);
  }
  assert.equal(sandbox.requests.length, 1); // the service's
  sandbox.close();
});

test("invalid parameters are errors before anything is sent", async () => {
  const { sandbox, paykit, options } = await shop();
  for (const amount of ["29.5", -1, 0, NaN, "1e3", 2 ** 53, "", undefined]) {
    await rejects(paykit.checkouts.create({ ...CHECKOUT, provider_metadata: { amount, currency: "CNY" } }), {
      name: "ValidationError",
      statusCode: 400,
    });
    await rejects(paykit.payments.create({ ...ORDER, amount }), { name: "ValidationError" });
  }
  await rejects(paykit.checkouts.create({ ...CHECKOUT, provider_metadata: { amount: 1 } }), {
    field: "provider_metadata.currency",
  });
  const anonymous = new PayKit(createItpay({ ...options, agentId: undefined }));
  await rejects(anonymous.payments.create(ORDER), { field: "provider_metadata.agent_id" });
  for (const id of [undefined, null, {}])
    await rejects(paykit.payments.retrieve(id), { name: "ValidationError", field: "id" });
  assert.equal(sandbox.requests.length, 1);
  for (const key of ["agentId", "serviceId"]) {
    for (const wrong of [0, NaN, "", -1])
      assert.throws(() => createItpay({ ...options, [key]: wrong }), {
        name: "ConfigurationError",
        missingKeys: [key],
      });
  }
  assert.throws(() => itpay({ env: {} }), { name: "AuthenticationError" });
  const { apiKey, webhookSecret } = options;
  const shown = [
    paykit,
    createItpay(options),
    itpay({ env: { ITPAY_API_KEY: apiKey, ITPAY_WEBHOOK_SECRET: webhookSecret } }),
  ];
  for (const hidden of [apiKey, webhookSecret])
    assert.ok(
      !shown
        .flatMap((value) => [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value)])
        .join()
        .includes(hidden),
    );
  assert.deepEqual(
    shown.slice(1).map(({ isSandbox, providerName }) => [isSandbox, providerName]),
    [
      [true, "itpay"],
      [true, "itpay"],
    ],
  );
  sandbox.close();
});
