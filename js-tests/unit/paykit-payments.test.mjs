// Payments of `gopay()` and `itpay()`: payers, instruments, and the calls that a payment's state rules out.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createItpay } from "itpay/paykit";
import { createSandbox } from "itpay/sandbox";

import { json, PAYMENT, provider } from "../gopay-mock.mjs";
import { ORDER, rejects, sandboxAndProvider, shop } from "../paykit-fixtures.mjs";

const success_url = "https://shop.example/done";
const CHECKOUT = {
  customer: { email: "user@example.com" },
  item_id: "shoes",
  session_type: "one_time",
  quantity: 1,
  success_url,
  cancel_url: success_url,
  provider_metadata: { amount: 2900 },
};

test("a customer without an email address is an error before anything is sent", async () => {
  const { gopay, calls, tokens } = provider([PAYMENT]);
  for (const customer of [{ id: "u1" }, { id: 7 }, { email: "" }, { email: "nobody" }, {}]) {
    await rejects(gopay.createPayment({ ...ORDER, customer }), { name: "ValidationError", field: "customer.email" });
    await rejects(gopay.createCheckout({ ...CHECKOUT, customer }), {
      name: "ValidationError",
      field: "customer.email",
    });
    await rejects(gopay.createSubscription({ ...ORDER, customer, billing_interval: "month" }), {
      name: "ValidationError",
      field: "customer.email",
    });
  }
  assert.deepEqual([calls.length, tokens.length], [0, 0]);
});

test("a default instrument reaches GoPay, for each kind of payment", async () => {
  const { gopay, calls } = provider([PAYMENT]);
  const provider_metadata = { success_url, default_payment_instrument: "GPAY" };
  await gopay.createPayment({ ...ORDER, provider_metadata });
  await gopay.createSubscription({ ...ORDER, billing_interval: "month", provider_metadata });
  await gopay.createCheckout({
    ...CHECKOUT,
    provider_metadata: { ...CHECKOUT.provider_metadata, ...provider_metadata },
  });
  assert.deepEqual(
    calls.map(({ body }) => JSON.parse(body).payer.default_payment_instrument),
    ["GPAY", "GPAY", "GPAY"],
  );
  for (const wrong of [0, NaN, "", -1, {}]) {
    await rejects(
      gopay.createPayment({ ...ORDER, provider_metadata: { success_url, default_payment_instrument: wrong } }),
      { name: "ValidationError" },
    );
  }
});

test("an unpaid payment can't be canceled, and a paid one names the refund", async () => {
  for (const state of ["CREATED", "PAYMENT_METHOD_CHOSEN"]) {
    const { gopay, calls } = provider([{ ...PAYMENT, state }]);
    // Medusa's adapter ignores this error and no other.
    const error = await rejects(gopay.cancelPayment("3000006529"), {
      name: "ProviderNotSupportedError",
      code: "PROVIDER_NOT_SUPPORTED",
      statusCode: 501,
    });
    assert.match(error.message, new RegExp(`${state}.*expire`));
    assert.equal(calls.length, 1);
  }
  for (const state of ["PAID", "PARTIALLY_REFUNDED", "REFUNDED"]) {
    const { gopay, calls } = provider([{ ...PAYMENT, state }]);
    const error = await rejects(gopay.cancelPayment("3000006529"), { name: "OperationFailedError" });
    assert.match(error.message, new RegExp(`${state}.*createRefund`));
    assert.deepEqual([error.context.outcome, calls.length], ["not_done", 1]);
  }
});

test("the Medusa adapter's sequence: create, update, authorize, capture, cancel, delete, webhook", async () => {
  const { sandbox, gopay } = sandboxAndProvider();
  // The adapter always asks for a manual capture, with null as the item, and deletes a session by cancelPayment.
  const initiate = () =>
    gopay.createPayment({ ...ORDER, item_id: null, capture_method: "manual", metadata: { session_id: "payses_1" } });
  const session = await initiate();
  assert.deepEqual([session.status, session.requires_action], ["pending", true]);
  assert.equal(
    (await gopay.updatePayment(session.id, { amount: 2900, currency: "CZK", metadata: { session_id: "payses_1" } })).id,
    session.id,
  );
  await sandbox.pay(session.id);
  const authorized = await gopay.retrievePayment(session.id);
  assert.deepEqual([authorized.status, authorized.requires_action], ["requires_capture", false]);
  const hook = async ({ id }) =>
    (
      await gopay.handleWebhook({ body: "", headersAsObject: {}, fullUrl: `https://shop.example/hook?id=${id}` }, null)
    ).map(({ type, data }) => [type, data.status]);
  assert.deepEqual(await hook(session), [["payment.updated", "requires_capture"]]);
  assert.equal((await gopay.capturePayment(session.id, { amount: 2900 })).status, "succeeded");
  assert.deepEqual(await hook(session), [
    ["invoice.generated", "paid"],
    ["payment.succeeded", "succeeded"],
  ]);
  assert.equal(
    (await gopay.createRefund({ payment_id: session.id, amount: 900, reason: null, metadata: null })).amount,
    900,
  );

  const abandoned = await initiate();
  await rejects(gopay.cancelPayment(abandoned.id), { name: "ProviderNotSupportedError" });
  await rejects(gopay.deletePayment(abandoned.id), { name: "ProviderNotSupportedError" });
  const held = await initiate();
  await sandbox.pay(held.id);
  assert.equal((await gopay.cancelPayment(held.id)).status, "canceled");
  assert.deepEqual(await hook(held), [["payment.failed", "canceled"]]);
  sandbox.close();
});

test("after a part is captured, no other amount is reported as captured", async () => {
  const { sandbox, gopay } = await shop();
  const authorized = async () => {
    const { id } = await gopay.createPayment({ ...ORDER, capture_method: "manual" });
    await sandbox.pay(id);
    return id;
  };
  const id = await authorized();
  const { amount, status } = await gopay.capturePayment(id, { amount: 900 });
  assert.deepEqual([amount, status], [900, "succeeded"]);
  for (const again of [900, 2900])
    await rejects(gopay.capturePayment(id, { amount: again }), { name: "ConstraintViolationError" });
  const whole = await authorized();
  for (const _ of [1, 2]) assert.equal((await gopay.capturePayment(whole, { amount: 2900 })).amount, 2900);
  sandbox.close();
});

test("the same sequence with ItPay, which has no second step", async () => {
  const sandbox = createSandbox({ deliver: async () => new Response() });
  const itpay = createItpay({
    apiKey: sandbox.apiKey,
    webhookSecret: sandbox.webhookSecret,
    fetch: sandbox.fetch,
    agentId: "agent_1",
  });
  const service = await itpay._native.manifests.create({
    name: "S",
    payment_methods: { one_time: true },
    accepted_channels: ["alipay"],
    settlement_currency: "CNY",
    endpoint: "https://shop.example/",
  });
  const order = {
    customer: { id: "u1" },
    item_id: null,
    amount: 699,
    currency: "CNY",
    capture_method: "manual",
    provider_metadata: { service_id: service.id },
  };
  const payment = await itpay.createPayment(order);
  assert.equal(payment.status, "pending");
  await rejects(itpay.capturePayment(payment.id, { amount: 699 }), {
    name: "ConstraintViolationError",
    statusCode: 400,
  });
  await sandbox.pay(payment.id);
  const captured = await itpay.capturePayment(payment.id, { amount: 699 });
  assert.deepEqual([captured.id, captured.status, captured.amount], [payment.id, "succeeded", 699]);
  for (const amount of [0, NaN, "", -1, 698, 700, undefined, null])
    await rejects(itpay.capturePayment(payment.id, { amount }), { name: "ValidationError", field: "amount" });
  await rejects(itpay.capturePayment("pi_none", { amount: 1 }), { name: "ResourceNotFoundError" });
  await rejects(itpay.createPayment({ ...order, capture_method: "later" }), {
    name: "ValidationError",
    field: "capture_method",
  });
  await rejects(itpay.cancelPayment(payment.id), { name: "ProviderNotSupportedError" });
  sandbox.close();
});

test("RateLimitError.retryAfter is in seconds, as in PayKit's core", async () => {
  for (const [header, seconds] of [
    ["5", 5],
    ["120", 120],
    [undefined, undefined],
  ]) {
    const { gopay } = provider([json("", 429, header === undefined ? {} : { "Retry-After": header })]);
    const error = await rejects(gopay.retrievePayment("1"), { name: "RateLimitError", statusCode: 429 });
    assert.equal(error.retryAfter, seconds);
    assert.equal(error.context.retryAfter, seconds);
  }
});
