// The thirty-one faults that were observed in the published GoPay provider: one test each, that it isn't ours.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";

import { createGopay, gopay } from "itpay/gopay";
import { OperationFailedError, PayKit, ValidationError } from "itpay/paykit";
import { createGopaySandbox } from "itpay/sandbox";

import { json, notified, OPTIONS, PAYMENT, provider, SECRET, TOKEN } from "../gopay-mock.mjs";
import * as schemas from "../paykit-schemas.mjs";

const HOOK = "https://shop.example/api/webhook";
const RECURRENCE = {
  recurrence_cycle: "MONTH",
  recurrence_period: 1,
  recurrence_date_to: "2030-11-21",
  recurrence_state: "STARTED",
};
const provider_metadata = { success_url: "https://shop.example/done" };
const CHECKOUT = {
  customer: { email: "user@example.com" },
  item_id: "shoes",
  session_type: "one_time",
  quantity: 1,
  success_url: "https://shop.example/s",
  cancel_url: "https://shop.example/c",
  provider_metadata: { amount: 2900 },
};
const ORDER = {
  customer: { email: "user@example.com" },
  item_id: "shoes",
  amount: 2900,
  currency: "CZK",
  provider_metadata,
};
const PLAN = { ...ORDER, item_id: "plan", billing_interval: "month" };

async function rejects(promise, expected = {}) {
  let error;
  await promise.then(
    (value) => assert.fail(`it did not fail: ${inspect(value)}`),
    (thrown) => {
      error = thrown;
    },
  );
  for (const [field, value] of Object.entries(expected))
    assert.deepEqual(error[field], value, `${field} of ${error.stack}`);
  return error;
}

const hook = (gopay, query) =>
  gopay.handleWebhook({ body: "", headersAsObject: {}, fullUrl: `${HOOK}?${query}` }, null);
const errorBody = (code, name = null, status = 409) =>
  json(
    {
      date_issued: 1,
      errors: [{ scope: "G", field: null, error_code: code, error_name: name, message: "no", description: null }],
    },
    status,
  );
const reset = () =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) });

/** A sandbox with a paid payment, a provider on it, and how often each path was posted to. */
async function shop(options = {}) {
  const sandbox = createGopaySandbox({ deliver: async () => new Response() });
  const gopay = createGopay({
    ...OPTIONS,
    clientId: sandbox.clientId,
    clientSecret: sandbox.clientSecret,
    goId: sandbox.goId,
    fetch: sandbox.fetch,
    ...options,
  });
  const { id } = await gopay.createPayment(ORDER);
  await sandbox.pay(id);
  const posts = (end) => sandbox.requests.filter(({ method, path }) => method === "POST" && path.endsWith(end)).length;
  return { sandbox, gopay, id, posts };
}

// Money

test("1: a call that moves money is sent once, with any response", async () => {
  for (const status of [429, 500, 502, 503, 504]) {
    const { gopay, calls } = provider([json("", status)], { maxRetries: 3 });
    await rejects(gopay.createPayment(ORDER), {});
    assert.equal(calls.filter(({ method }) => method === "POST").length, 1, String(status));
    const charging = provider([json("", status)], { maxRetries: 0 });
    await rejects(charging.gopay.updateSubscription("1", { provider_metadata: { amount: 1, currency: "CZK" } }));
    assert.equal(charging.calls.filter(({ method }) => method === "POST").length, 1, String(status));
  }
  const { sandbox, gopay, id, posts } = await shop();
  sandbox.inject({ path: `/api/payments/payment/${id}/refund`, method: "POST", reset: "after" });
  // The refund is there, dated to the second of the call: another program may have made it right before.
  const lost = await rejects(gopay.createRefund({ payment_id: id, amount: 900 }));
  assert.deepEqual([posts("/refund"), lost.context.outcome, sandbox.payment(id).refunds.length], [1, "unknown", 1]);
  sandbox.inject({ path: `/api/payments/payment/${id}/refund`, method: "POST", reset: true });
  const unknown = await rejects(gopay.createRefund({ payment_id: id, amount: 100 }), {
    name: "OperationFailedError",
    provider: "gopay",
    method: "createRefund",
  });
  assert.deepEqual([posts("/refund"), unknown.context.outcome, sandbox.payment(id).refunds.length], [2, "unknown", 1]);
  sandbox.close();
});

test("2: a failed refund is an error, an accepted one has that result, and only integers are sent", async () => {
  const { sandbox, gopay, id, posts } = await shop();
  sandbox.answerWith("refund", "FAILED");
  await rejects(gopay.createRefund({ payment_id: id, amount: 100 }), { code: "OPERATION_FAILED" });
  sandbox.answerWith("refund", "ACCEPTED");
  const accepted = await gopay.createRefund({ payment_id: id, amount: 100, reason: "late", metadata: { a: "b" } });
  assert.deepEqual(
    [accepted.custom_fields.result, accepted.custom_fields.state, accepted.reason, accepted.metadata],
    ["ACCEPTED", "REQUESTED", "late", { a: "b" }],
  );
  sandbox.answerWith("refund", "FINISHED");
  const finished = await gopay.createRefund({ payment_id: id, amount: 200 });
  assert.deepEqual([finished.custom_fields.result, finished.currency], ["FINISHED", "CZK"]);
  assert.notEqual(finished.id, accepted.id);
  const sent = posts("/refund");
  for (const amount of [0, 1.5, -1, NaN, Infinity, "", "100", "1e3", 2 ** 53, undefined, null]) {
    await rejects(gopay.createRefund({ payment_id: id, amount }), { name: "ValidationError", field: "amount" });
  }
  assert.equal(posts("/refund"), sent);
  sandbox.close();
});

test("3 and 4: an authorized payment is captured in full or in part, and its new state is returned", async () => {
  const { sandbox, gopay } = await shop();
  const authorize = async () => {
    const { id } = await gopay.createPayment({ ...ORDER, capture_method: "manual" });
    await sandbox.pay(id);
    const payment = await gopay.retrievePayment(id);
    assert.deepEqual([payment.status, payment.requires_action], ["requires_capture", false]);
    return id;
  };
  const whole = await authorize();
  assert.deepEqual((await gopay.capturePayment(whole, { amount: 2900 })).status, "succeeded");
  assert.deepEqual((await gopay.capturePayment(whole, { amount: 2900 })).status, "succeeded");
  const part = await authorize();
  const captured = await gopay.capturePayment(part, { amount: 900 });
  assert.deepEqual([captured.status, sandbox.payment(part).paid], ["succeeded", 900]);
  const none = await authorize();
  for (const amount of [0, -1, 1.5, NaN, "", "2900", 2901, 2 ** 53])
    await rejects(gopay.capturePayment(none, { amount }), { name: "ValidationError", field: "amount" });
  assert.equal(sandbox.payment(none).state, "AUTHORIZED");
  assert.equal((await gopay.cancelPayment(none)).status, "canceled");
  assert.equal((await gopay.cancelPayment(none)).status, "canceled");
  await rejects(gopay.capturePayment("999", { amount: 1 }), { name: "ResourceNotFoundError", statusCode: 404 });
  // Captured, even if the read fails.
  const unseen = provider([{ ...PAYMENT, state: "AUTHORIZED" }, { id: 3000006529, result: "FINISHED" }, json("", 404)]);
  assert.equal((await unseen.gopay.capturePayment("3000006529", { amount: 2900 })).status, "succeeded");
  sandbox.close();
});

test("5: a payment that GoPay did not cancel is not called canceled", async () => {
  const refused = provider([{ ...PAYMENT, state: "AUTHORIZED" }, errorBody(352, "PAYMENT_AUTH_VOID_FAILED")]);
  const error = await rejects(refused.gopay.cancelPayment("3000006529"), {
    name: "OperationFailedError",
    retryable: false,
  });
  assert.deepEqual([error.context.code, error.context.status, error.context.outcome], ["352", 409, "not_done"]);
  const { sandbox, gopay, id, posts } = await shop();
  assert.match((await rejects(gopay.cancelPayment(id), { code: "OPERATION_FAILED" })).message, /PAID/);
  assert.equal(posts("/void-authorization"), 0);
  sandbox.close();
});

test("6: a subscription that GoPay did not stop is not called stopped", async () => {
  const first = { ...PAYMENT, state: "PAID", recurrence: RECURRENCE };
  for (const reply of [errorBody(303), json("", 500)]) {
    const { gopay, calls } = provider([first, reply, first]);
    await rejects(gopay.cancelSubscription("3000006529"), { name: "OperationFailedError" });
    assert.equal(calls.filter(({ method }) => method === "POST").length, 1);
    await rejects(provider([first, reply, first]).gopay.deleteSubscription("3000006529"), {
      name: "OperationFailedError",
    });
  }
});

test("6: a stop that GoPay has only accepted is not called done before it is", async () => {
  const { sandbox, gopay } = await shop();
  const { id } = await gopay.createSubscription(PLAN);
  await sandbox.pay(id);
  sandbox.answerWith("voidRecurrence", "ACCEPTED");
  assert.equal((await gopay.cancelSubscription(id)).status, "active");
  await sandbox.settle(id);
  assert.equal((await gopay.retrieveSubscription(id)).status, "canceled");
  // Stopped, even if the read fails.
  const first = { ...PAYMENT, state: "PAID", recurrence: RECURRENCE };
  assert.equal(
    (
      await provider([first, { id: 3000006529, result: "FINISHED" }, json("", 500)]).gopay.cancelSubscription(
        "3000006529",
      )
    ).status,
    "canceled",
  );
  sandbox.close();
});

test("7: what could not begin was not done, and the error says so", async () => {
  const { gopay, calls } = provider([]);
  for (const amount of [0, NaN, 1.5, -1])
    for (const call of [
      gopay.createPayment({ ...ORDER, amount }),
      gopay.createCheckout({ ...CHECKOUT, provider_metadata: { amount } }),
      gopay.createSubscription({ ...PLAN, amount }),
      gopay.createRefund({ payment_id: "1", amount }),
      gopay.updateSubscription("1", { provider_metadata: { amount, currency: "CZK" } }),
      gopay.capturePayment({}, { amount: 1 }),
      gopay.cancelSubscription(null),
    ]) {
      const error = await rejects(call, { name: "ValidationError" });
      assert.equal(error.context.outcome, "not_done", error.message);
    }
  assert.equal(calls.length, 0);
  const read = await rejects(gopay.retrievePayment({}), { name: "ValidationError" });
  assert.equal(read.context?.outcome, undefined);
});

test("7: NaN is not the same as nothing", async () => {
  const { gopay, calls } = provider([PAYMENT]);
  for (const wrong of [NaN, Infinity, -Infinity]) {
    await rejects(gopay.createCheckout({ ...CHECKOUT, quantity: wrong }), {
      name: "ValidationError",
      field: "quantity",
    });
    await rejects(
      gopay.createSubscription({ ...PLAN, provider_metadata: { ...provider_metadata, recurrence_period: wrong } }),
      { name: "ValidationError", field: "recurrence_period" },
    );
    await rejects(gopay.updateSubscription("1", { provider_metadata: { amount: wrong } }), {
      name: "ValidationError",
      field: "amount",
    });
  }
  assert.equal(calls.length, 0);
});

test("7: an amount is an integer above zero, or nothing is sent", async () => {
  const { gopay, calls, tokens } = provider([PAYMENT]);
  for (const amount of [
    "29.5",
    -1,
    0,
    NaN,
    "1e3",
    2 ** 53,
    "9007199254740993",
    -5,
    "0",
    " 12 ",
    "abc",
    "",
    29.99,
    Infinity,
    null,
    undefined,
    {},
    true,
  ]) {
    await rejects(gopay.createCheckout({ ...CHECKOUT, provider_metadata: { amount } }), {
      name: "ValidationError",
      statusCode: 400,
    });
    await rejects(gopay.createPayment({ ...ORDER, amount }), { name: "ValidationError" });
    await rejects(gopay.createSubscription({ ...PLAN, amount }), { name: "ValidationError" });
  }
  await rejects(gopay.createPayment({ ...ORDER, amount: 5n }), { name: "ValidationError" });
  for (const params of [undefined, null, 0, NaN, "", "text", []])
    await rejects(gopay.createPayment(params), { name: "ValidationError", field: "params" });
  assert.deepEqual([calls.length, tokens.length], [0, 0]);
  await gopay.createCheckout({ ...CHECKOUT, provider_metadata: { amount: 2 ** 53 - 1 } });
  assert.equal(JSON.parse(calls[0].body).amount, 2 ** 53 - 1);
});

test("8: no value of GOPAY_SANDBOX selects the real gateway by mistake, and the e-shop id is a number", async () => {
  const env = { GOPAY_CLIENT_ID: "1", GOPAY_CLIENT_SECRET: SECRET, GOPAY_GO_ID: "8640000001", GOPAY_WEBHOOK_URL: HOOK };
  const asked = async (word) => {
    const urls = [];
    await gopay({
      env: { ...env, GOPAY_SANDBOX: word },
      maxRetries: 0,
      fetch: async (url) => (urls.push(url), json("", 500)),
    })
      .retrievePayment("1")
      .catch(() => undefined);
    return new URL(urls[0]).host;
  };
  for (const word of ["TRUE", "1", "yes", "On"]) assert.equal(await asked(word), "gw.sandbox.gopay.com");
  for (const word of ["FALSE", "0", "no", "off"]) assert.equal(await asked(word), "gate.gopay.cz");
  for (const word of ["ture", "test", "-1", "NaN"])
    assert.throws(() => gopay({ env: { ...env, GOPAY_SANDBOX: word } }), {
      name: "ConfigurationError",
      missingKeys: ["GOPAY_SANDBOX"],
    });
  assert.throws(() => gopay({ env: { ...env, GOPAY_SANDBOX: "" } }), { name: "ConfigurationError" });
  assert.throws(() => gopay({ env: { ...env, GOPAY_SANDBOX: "true", GOPAY_GO_ID: "abc" } }), {
    name: "ConfigurationError",
    missingKeys: ["goId"],
  });
});

test("9: the page's examples are accepted, without fields that only the core's schemas require", async () => {
  const { gopay } = provider([
    PAYMENT,
    PAYMENT,
    { ...PAYMENT, recurrence: RECURRENCE },
    { id: 3000006529, result: "FINISHED" },
    [],
  ]);
  const paykit = new PayKit(gopay);
  schemas.Checkout.parse(await paykit.checkouts.create(CHECKOUT));
  schemas.Payment.parse(await paykit.payments.create(ORDER));
  schemas.Subscription.parse(await paykit.subscriptions.create(PLAN));
  schemas.Refund.parse(await paykit.refunds.create({ payment_id: "3000006529", amount: 100 }));
});

// Webhooks

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

test("12: an id that is no id reaches no path", async () => {
  const { gopay, calls, tokens } = provider([PAYMENT]);
  const wrong = [
    "../../eshops/eshop/8123456789/payment-instruments",
    "3000006529?x=1",
    "1/..",
    "",
    " ",
    "-1",
    "0x1",
    "1.5",
    "NaN",
    "12345678901234567890",
  ];
  for (const id of wrong) {
    await rejects(hook(gopay, `id=${encodeURIComponent(id)}`), {
      name: "WebhookError",
      statusCode: 400,
      retryable: false,
    });
    await rejects(gopay.retrievePayment(id), { name: "ValidationError" });
    await rejects(gopay.retrieveCheckout(id), { name: "ValidationError" });
    await rejects(gopay.retrieveSubscription(id), { name: "ValidationError" });
    await rejects(gopay.capturePayment(id, { amount: 1 }), { name: "ValidationError" });
    await rejects(gopay.cancelPayment(id), { name: "ValidationError" });
    await rejects(gopay.cancelSubscription(id), { name: "ValidationError" });
    await rejects(gopay.updatePayment(id, {}), { name: "ValidationError" });
    await rejects(gopay.updateSubscription(id, { provider_metadata: { amount: 1, currency: "CZK" } }), {
      name: "ValidationError",
    });
    await rejects(gopay.createRefund({ payment_id: id, amount: 1 }), { name: "ValidationError" });
  }
  await rejects(hook(gopay, "id=../../eshops/eshop/8123456789/payment-instruments"), { name: "WebhookError" });
  for (const id of [undefined, null, NaN, {}, []])
    await rejects(gopay.retrievePayment(id), { name: "ValidationError" });
  assert.deepEqual([calls.length, tokens.length], [0, 0]);
});

test("13: a response about another payment or e-shop is an error", async () => {
  await rejects(hook(provider([{ ...PAYMENT, id: 3000006530, state: "PAID" }]).gopay, "id=3000006529"), {
    name: "WebhookError",
  });
  const error = await rejects(
    hook(provider([{ ...PAYMENT, state: "PAID", target: { goid: 8640000002 } }]).gopay, "id=3000006529"),
    { name: "WebhookError", retryable: false },
  );
  assert.equal(error.context.reason, "mismatch");
  // As text, it is the same shop.
  assert.equal((await notified({ state: "PAID", target: { goid: "8640000001" } })).events.length, 2);
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

test("17: text survives a round trip, also HTML entities", async () => {
  const { sandbox, gopay } = await shop();
  const metadata = { note: `a"b&c<d>'e' &amp; &#34; Žluťoučký`, plain: "x" };
  const { id } = await gopay.createPayment({ ...ORDER, item_id: `"shoes" & <more>`, metadata });
  const payment = await gopay.retrievePayment(id);
  assert.deepEqual([payment.metadata, payment.item_id], [metadata, `"shoes" & <more>`]);
  sandbox.close();
});

// Transport

test("18: a hung call ends, and so does a hung token", async () => {
  const hung = (_, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const started = Date.now();
  const calls = createGopay({
    ...OPTIONS,
    timeout: 50,
    maxRetries: 0,
    fetch: async (url, init) => (url.endsWith("/token") ? json(TOKEN) : hung(url, init)),
  });
  const error = await rejects(calls.retrievePayment("1"), { name: "OperationFailedError", retryable: true });
  assert.equal(error.cause.name, "TimeoutError");
  let times = 0;
  const token = createGopay({
    ...OPTIONS,
    timeout: 50,
    maxRetries: 0,
    fetch: async (url, init) =>
      url.endsWith("/token") ? ((times += 1) === 1 ? hung(url, init) : json(TOKEN)) : json(PAYMENT),
  });
  await rejects(token.retrievePayment("3000006529"));
  await new Promise((resolve) => setTimeout(resolve, 50)); // until the token's own time is up
  assert.equal((await token.retrievePayment("3000006529")).id, "3000006529");
  assert.ok(Date.now() - started < 3000);
});

test("19: fifty first calls ask for one token; a revoked one is replaced; a short-lived one is used", async () => {
  const { gopay, tokens } = provider([PAYMENT]);
  await Promise.all(Array.from({ length: 50 }, () => gopay.retrievePayment("3000006529")));
  assert.equal(tokens.length, 1);
  const { sandbox, gopay: live, id } = await shop();
  sandbox.revokeTokens();
  assert.equal((await live.retrievePayment(id)).id, id);
  sandbox.close();
  let args = 0;
  const short = createGopay({
    ...OPTIONS,
    fetch: async (url) => (url.endsWith("/token") ? ((args += 1), json({ ...TOKEN, expires_in: 200 })) : json(PAYMENT)),
  });
  for (let call = 0; call < 5; call += 1) await short.retrievePayment("3000006529");
  assert.equal(args, 1);
});

test("20: errors have GoPay's message and its meaning", async () => {
  const field = json(
    {
      errors: [
        { scope: "F", field: "payer.contact.email", error_code: 111, error_name: "INVALID", message: "Wrong e-mail" },
      ],
    },
    409,
  );
  const error = await rejects(provider([field]).gopay.createPayment(ORDER), {
    name: "OperationFailedError",
    statusCode: 500,
    provider: "gopay",
    method: "createPayment",
  });
  assert.ok(error instanceof OperationFailedError);
  assert.deepEqual(
    [error.context.status, error.context.code, error.context.details.errors[0].field],
    [409, "111", "payer.contact.email"],
  );
  assert.match(error.message, /Wrong e-mail/);
  for (const [reply, call] of [
    [errorBody(330), (one) => one.createRefund({ payment_id: "1", amount: 1 })],
    [errorBody(341), (one) => one.updateSubscription("1", { provider_metadata: { amount: 1, currency: "CZK" } })],
  ]) {
    assert.equal((await rejects(call(provider([reply]).gopay))).context.status, 409);
  }
  assert.equal(await provider([errorBody(304, null, 404)]).gopay.retrievePayment("1"), null);
  assert.equal(await provider([errorBody(304, null, 404)]).gopay.retrieveCheckout("1"), null);
  assert.equal(await provider([errorBody(304, null, 404)]).gopay.retrieveSubscription("1"), null);
  await rejects(provider([errorBody(200, null, 403)]).gopay.retrievePayment("1"), {
    name: "AuthenticationError",
    code: "AUTHENTICATION_ERROR",
    statusCode: 401,
  });
  const slow = await rejects(provider([json("", 429, { "Retry-After": "5" })]).gopay.retrievePayment("1"), {
    name: "RateLimitError",
    code: "RATE_LIMIT_ERROR",
    statusCode: 429,
    retryable: true,
  });
  assert.equal(slow.retryAfter, 5);
  const html = await rejects(provider([json("<html>Request rejected: 12345</html>", 403)]).gopay.createPayment(ORDER));
  assert.match(JSON.stringify(html.context) + html.message, /Request rejected/);
});

test("21: Retry-After is respected, and a read is retried after 408", async () => {
  const started = Date.now();
  const waiting = provider([json("", 429, { "Retry-After": "1" }), PAYMENT], { maxRetries: 1 });
  await waiting.gopay.retrievePayment("3000006529");
  assert.ok(Date.now() - started >= 950);
  const late = provider([json("", 408), PAYMENT], { maxRetries: 1 });
  assert.equal((await late.gopay.retrievePayment("3000006529")).id, "3000006529");
});

test("22: an empty response is a typed error", async () => {
  for (const reply of [json("", 200), json("null", 200), json("[]", 200), json("<html>", 200)]) {
    await rejects(provider([reply]).gopay.retrievePayment("1"), { name: "OperationFailedError" });
    await rejects(provider([reply]).gopay.createPayment(ORDER), { name: "OperationFailedError" });
    await rejects(hook(provider([reply]).gopay, "id=1"), { name: "WebhookError" });
  }
});

test("23: URL, fetch, logger, timeout and language are options, and requests have a user agent", async () => {
  const lines = [];
  const logger = Object.fromEntries(
    ["error", "warn", "info", "debug"].map((level) => [level, (line) => void lines.push(line)]),
  );
  const calls = [];
  const fetch = async (url, init) => (calls.push([url, init.headers]), json(url.endsWith("/token") ? TOKEN : PAYMENT));
  await createGopay({
    ...OPTIONS,
    baseUrl: "https://gate.gopay.com/api/",
    fetch,
    logger,
    logLevel: "info",
    language: "CS",
  }).retrievePayment("3000006529");
  assert.equal(calls[1][0], "https://gate.gopay.com/api/payments/payment/3000006529");
  assert.match(calls[1][1]["User-Agent"], /^itpay/);
  assert.equal(calls[1][1]["Accept-Language"], "cs-CZ");
  assert.match(lines.join("\n"), /GET .*3000006529 200/);
});

// Privacy

test("24: nothing is logged by default, and at debug neither secrets nor persons", async () => {
  const lines = [];
  const { log, info, debug, warn, error } = console;
  const keep = (...values) => void lines.push(values.map((value) => inspect(value)).join(" "));
  Object.assign(console, { log: keep, info: keep, debug: keep, warn: keep, error: keep });
  const use = async (options) => {
    const { gopay } = provider([PAYMENT, PAYMENT, { ...PAYMENT, state: "PAID" }, json("", 500)], options);
    await gopay.createCheckout({ ...CHECKOUT, metadata: { private: "diary" } });
    await gopay.createSubscription(PLAN);
    await hook(gopay, "id=3000006529");
    await gopay.updatePayment("3000006529", {}).catch(() => undefined);
  };
  try {
    await use({});
    assert.deepEqual(lines, []);
    await use({ debug: true });
  } finally {
    Object.assign(console, { log, info, debug, warn, error });
  }
  assert.ok(lines.length > 4);
  for (const hidden of [SECRET, btoa(`${OPTIONS.clientId}:${SECRET}`), TOKEN.access_token, "user@example.com", "diary"])
    assert.ok(!lines.join("\n").includes(hidden), hidden);
});

test("25: neither secret nor token is in a listing, in JSON or in an error", async () => {
  const { gopay } = provider([json("", 500)]);
  const error = await rejects(gopay.retrievePayment("1"));
  const paykit = new PayKit(gopay);
  const shown = [
    gopay,
    paykit,
    gopay._native,
    error,
    error.cause,
    paykit.webhooks.setup({ webhookSecret: "" }),
  ].flatMap((value) => [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(value),
    String(value),
  ]);
  for (const hidden of [SECRET, btoa(`${OPTIONS.clientId}:${SECRET}`), TOKEN.access_token])
    assert.ok(!shown.join("\n").includes(hidden), hidden);
});

test("26: the description on statements has no e-mail", async () => {
  const { gopay, calls } = provider([PAYMENT]);
  await gopay.createCheckout(CHECKOUT);
  await gopay.createPayment(ORDER);
  await gopay.createSubscription(PLAN);
  for (const { body } of calls) assert.doesNotMatch(JSON.parse(body).order_description, /@/);
  assert.deepEqual(
    calls.map(({ body }) => JSON.parse(body).order_description),
    ["shoes", "shoes", "plan"],
  );
});

test("27: amounts are sent to nobody else", () => {
  // That no other host is asked is shown in paykit-contract.test.mjs; here, that none is named.
  const files = ["paykit", "errors", "webhook", "provider", "error-mapping", "endpoint-handlers"].map((name) =>
    readFileSync(new URL(`../../pkg/dist/esm/src/paykit/${name}.js`, import.meta.url), "utf8"),
  );
  assert.doesNotMatch(files.join("\n"), /https?:\/\//);
});

test("28: results match the core's schemas, also for payments that PayKit did not create", async () => {
  const { sandbox, gopay } = await shop();
  const foreign = await gopay._native.payments.create({
    amount: 500,
    currency: "EUR",
    order_number: "X-1",
    items: [{ name: "Hand made", amount: 500 }],
    callback: { return_url: "https://shop.example/" },
    payer: { contact: { email: "x@example.com" } },
  });
  schemas.Checkout.parse(await gopay.retrieveCheckout(String(foreign.id)));
  schemas.Payment.parse(await gopay.retrievePayment(String(foreign.id)));
  assert.equal(await gopay.retrieveSubscription(String(foreign.id)), null);
  await sandbox.pay(foreign.id);
  for (const { type, data } of await hook(gopay, `id=${foreign.id}`)) schemas.eventData(type).parse(data);
  sandbox.close();
});

test("29: there is a way out: the client itself", async () => {
  const { gopay, calls } = provider([{ groups: {}, enabledPaymentInstruments: [] }]);
  assert.deepEqual(await new PayKit(gopay)._native.paymentInstruments("CZK"), {
    groups: {},
    enabledPaymentInstruments: [],
  });
  assert.equal(calls[0].path, "/eshops/eshop/8640000001/payment-instruments/CZK");
  // That provider_metadata is typed for each call, types/paykit.ts shows.
});

test("30: nothing of zod is shipped", () => {
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"),
  );
  assert.deepEqual([dependencies, peerDependencies], [undefined, undefined]);
  assert.doesNotMatch(
    readFileSync(new URL("../../pkg/dist/esm/src/paykit/gopay-provider.js", import.meta.url), "utf8"),
    /zod/i,
  );
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

// The other rows of the specification's tables.

test("an unsupported change is an error, and an unchanged amount reads", async () => {
  const { gopay } = provider([PAYMENT]);
  assert.equal(
    (await gopay.updatePayment("3000006529", { amount: 2900, currency: "czk", metadata: { a: "b" } })).amount,
    2900,
  );
  await rejects(gopay.updatePayment("3000006529", { amount: 100 }), { name: "ProviderNotSupportedError" });
  await rejects(gopay.updatePayment("3000006529", { currency: "EUR" }), { name: "ProviderNotSupportedError" });
  assert.equal((await gopay.updateCheckout("3000006529", { provider_metadata: { amount: "2900" } })).amount, 2900);
  await rejects(gopay.updateCheckout("3000006529", { provider_metadata: { amount: "1" } }), {
    name: "ProviderNotSupportedError",
  });
});

test("a charge without a currency is in the mandate's, not in CZK", async () => {
  const first = { ...PAYMENT, id: 7, currency: "EUR", state: "PAID", recurrence: RECURRENCE };
  const { gopay, calls } = provider([
    first,
    { id: 8, parent_id: 7, state: "CANCELED", sub_state: "_5006", amount: 500, currency: "EUR" },
  ]);
  const subscription = await gopay.updateSubscription("7", {
    provider_metadata: { amount: "500", order_number: "MAY" },
  });
  assert.deepEqual(
    [calls.length, JSON.parse(calls[1].body).currency, JSON.parse(calls[1].body).order_number],
    [2, "EUR", "MAY"],
  );
  // The charge was declined, which is an event.
  assert.deepEqual([subscription.status, subscription.custom_fields.charge.sub_state], ["past_due", "_5006"]);
});

test("errors are the core's by name, code and status, also where its classes are others", async () => {
  const error = await rejects(provider([PAYMENT]).gopay.createPayment({ ...ORDER, amount: 0 }));
  class CoreError extends Error {
    name = "ValidationError";
    code = "VALIDATION_ERROR";
    statusCode = 400;
  }
  const core = new CoreError();
  assert.deepEqual([error.name, error.code, error.statusCode], [core.name, core.code, core.statusCode]);
  assert.ok(error instanceof ValidationError && error instanceof Error && typeof error.stack === "string");
  assert.deepEqual(
    [error.provider, error.method, error.field, error.context.field],
    ["gopay", "createPayment", "amount", "amount"],
  );
});
