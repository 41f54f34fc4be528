// The faults that were observed in the published GoPay provider, with their numbers: errors, ids and tokens.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createGopay } from "itpay/gopay";
import { OperationFailedError, ValidationError } from "itpay/paykit";

import { OPTIONS, json, notified, PAYMENT, provider, TOKEN } from "../gopay-mock.mjs";
import { ORDER, rejects, hook, errorBody, shop } from "../paykit-fixtures.mjs";

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

test("17: text survives a round trip, also HTML entities", async () => {
  const { sandbox, gopay } = await shop();
  const metadata = { note: `a"b&c<d>'e' &amp; &#34; Žluťoučký`, plain: "x" };
  const { id } = await gopay.createPayment({ ...ORDER, item_id: `"shoes" & <more>`, metadata });
  const payment = await gopay.retrievePayment(id);
  assert.deepEqual([payment.metadata, payment.item_id], [metadata, `"shoes" & <more>`]);
  sandbox.close();
});

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
    timeout: 500,
    maxRetries: 0,
    fetch: async (url, init) =>
      url.endsWith("/token") ? ((times += 1) === 1 ? hung(url, init) : json(TOKEN)) : json(PAYMENT),
  });
  await rejects(token.retrievePayment("3000006529"));
  await new Promise((resolve) => setTimeout(resolve, 500)); // until the token's own time is up
  assert.equal((await token.retrievePayment("3000006529")).id, "3000006529");
  assert.ok(Date.now() - started < 20_000);
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
        { scope: "F", field: "payer.contact.email", error_code: 111, error_name: "INVALID", message: "Wrong email" },
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
  assert.match(error.message, /Wrong email/);
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
