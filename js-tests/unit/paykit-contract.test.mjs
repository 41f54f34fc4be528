// The expectations of PayKit's core and of its tests.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createGopay, gopay } from "itpay/gopay";
import {
  createEndpointHandlers,
  createItpay,
  ConfigurationError,
  PayKit,
  ValidationError,
  WebhookError,
} from "itpay/paykit";

import { json, notified, OPTIONS, PAYMENT, provider, TOKEN } from "../gopay-mock.mjs";
import { ENV, HOOK, RECURRENCE, rejects, withGlobals } from "../paykit-fixtures.mjs";
import * as schemas from "../paykit-schemas.mjs";

test("both providers pass the core's check, and are created synchronously", async () => {
  schemas.Provider.parse(createGopay(OPTIONS));
  schemas.Provider.parse(createItpay({ apiKey: "sk_test_1" }));
  const instance = await withGlobals({ env: ENV }, () => gopay());
  assert.deepEqual(
    [
      instance.providerName,
      instance.isSandbox,
      typeof instance.providerVersion,
      typeof instance._native.payments.refund,
    ],
    ["gopay", true, "string", "function"],
  );
  assert.deepEqual(
    await rejects(Promise.reject(attempt(() => new PayKit({ providerName: "x", createCheckout() {} }))), {
      name: "ConfigurationError",
    }).then(({ missingKeys }) => missingKeys.length),
    20,
  );
  for (const wrong of [undefined, null, 0, NaN, "", "gopay", {}, [], Promise.resolve(instance)])
    assert.ok(attempt(() => new PayKit(wrong)) instanceof ConfigurationError);
});

function attempt(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  assert.fail("it did not throw");
}

test("variables and options are validated when the provider is created", async () => {
  const missing = (env) => withGlobals({ env: { ...ENV, ...env } }, () => attempt(() => gopay()));
  const error = await missing({ GOPAY_CLIENT_SECRET: "", GOPAY_SANDBOX: "" });
  assert.deepEqual(
    [error.name, error.message, error.missingKeys],
    [
      "ConfigurationError",
      "Missing required environment variables: GOPAY_CLIENT_SECRET, GOPAY_SANDBOX",
      ["GOPAY_CLIENT_SECRET", "GOPAY_SANDBOX"],
    ],
  );
  for (const word of ["true", "TRUE", "True", "1", "yes", "YES", "on"])
    assert.equal((await withGlobals({ env: { ...ENV, GOPAY_SANDBOX: word } }, () => gopay())).isSandbox, true);
  for (const word of ["false", "FALSE", "0", "no", "Off"])
    assert.equal((await withGlobals({ env: { ...ENV, GOPAY_SANDBOX: word } }, () => gopay())).isSandbox, false);
  for (const word of ["ture", "sandbox", "2", "-1", "NaN", "prod"])
    assert.deepEqual((await missing({ GOPAY_SANDBOX: word })).missingKeys, ["GOPAY_SANDBOX"]);
  assert.equal(gopay({ env: ENV }).isSandbox, true);
  for (const key of ["clientId", "clientSecret", "goId", "isSandbox", "webhookUrl"]) {
    for (const wrong of [undefined, null, 0, NaN, "", -1, {}]) {
      const refused = attempt(() => createGopay({ ...OPTIONS, [key]: wrong }));
      assert.deepEqual([refused.code, refused.missingKeys], ["CONFIGURATION_ERROR", [key]], `${key}: ${String(wrong)}`);
    }
  }
  for (const [key, wrong] of [
    ["goId", "abc"],
    ["goId", "-1"],
    ["webhookUrl", "/api/webhook"],
    ["webhookUrl", "ftp://x/"],
    ["isSandbox", "true"],
    ["timeout", 0],
    ["timeout", NaN],
    ["maxRetries", -1],
    ["baseUrl", ""],
    ["fetch", 7],
  ]) {
    assert.deepEqual(attempt(() => createGopay({ ...OPTIONS, [key]: wrong })).missingKeys, [key]);
  }
  assert.ok(attempt(() => createGopay()) instanceof ConfigurationError);
});

test("fetch is the global one at call time, called with a URL, a method, headers and a string", async () => {
  const instance = createGopay(OPTIONS);
  const calls = [];
  const fetch = async (...call) => {
    calls.push(call);
    return json(calls.length === 1 ? TOKEN : PAYMENT);
  };
  await withGlobals({ fetch }, () =>
    instance.createPayment({
      amount: 2900,
      currency: "CZK",
      customer: null,
      item_id: "a",
      capture_method: "automatic",
      provider_metadata: { success_url: "https://shop.example/" },
    }),
  );
  assert.deepEqual(
    calls.map(([url]) => url),
    ["https://gw.sandbox.gopay.com/api/oauth2/token", "https://gw.sandbox.gopay.com/api/payments/payment"],
  );
  const body = JSON.parse(calls[1][1].body);
  assert.deepEqual([calls[1][1].method, body.items[0].type, typeof calls[0][1].body], ["POST", "ITEM", "string"]);
});

test("a webhook of a one-time payment is two fetches; without an id, none; of a payment that is not there, a WebhookError", async () => {
  const { gopay, calls, tokens } = provider([{ ...PAYMENT, state: "PAID" }]);
  await gopay.handleWebhook({ body: "", headersAsObject: {}, fullUrl: `${HOOK}?id=3000006529` }, null);
  assert.deepEqual([calls.length, tokens.length, calls[0].method], [1, 1, "GET"]);
  const error = await rejects(gopay.handleWebhook({ body: "", headersAsObject: {}, fullUrl: HOOK }, ""), {
    name: "WebhookError",
    code: "WEBHOOK_ERROR",
    statusCode: 400,
    retryable: false,
  });
  assert.ok(error instanceof WebhookError);
  assert.equal(calls.length, 1);
  const none = provider([json({ errors: [{ error_code: 304 }] }, 404)]);
  await rejects(none.gopay.handleWebhook({ body: "", headersAsObject: {}, fullUrl: `${HOOK}?id=1` }, null), {
    name: "WebhookError",
    retryable: false,
    statusCode: 400,
  });
});

test("events have the order that PayKit's own tests expect, even if further fetches find nothing", async () => {
  for (const [change, query, expected] of [
    [{ state: "PAID" }, "", ["invoice.generated", "payment.succeeded"]],
    [
      { state: "PAID", recurrence: RECURRENCE },
      "&parent_id=3000000001",
      ["subscription.created", "invoice.generated", "payment.succeeded"],
    ],
    [
      { state: "PAID", parent_id: 3000000001 },
      "&parent_id=3000000001",
      ["subscription.created", "invoice.generated", "payment.succeeded"],
    ],
    [
      { state: "CANCELED", recurrence: { ...RECURRENCE, recurrence_state: "STOPPED" } },
      "&parent_id=3000000001",
      ["subscription.canceled", "payment.failed"],
    ],
    [{ state: "REFUNDED" }, "", ["refund.created"]],
  ]) {
    const { types } = await notified(change, { query, more: [undefined] });
    assert.deepEqual(types, expected);
  }
});

test("PayKit 1.1's way of calling handleWebhook works as well", async () => {
  const { gopay } = provider([{ ...PAYMENT, state: "PAID" }]);
  const events = await gopay.handleWebhook({
    body: "",
    headers: {},
    fullUrl: "/api/webhook?id=3000006529",
    webhookSecret: "",
  });
  assert.deepEqual(
    events.map(({ type }) => type),
    ["invoice.generated", "payment.succeeded"],
  );
});

test("updating a subscription with an amount is three fetches and returns the first payment's id; without, two", async () => {
  const first = { ...PAYMENT, id: 3000000001, state: "PAID", recurrence: RECURRENCE };
  const charged = provider([
    { id: 3000000002, parent_id: 3000000001, state: "PAID", amount: 500, currency: "CZK" },
    first,
  ]);
  const subscription = await charged.gopay.updateSubscription("3000000001", {
    metadata: {},
    provider_metadata: { amount: 500, currency: "CZK" },
  });
  assert.deepEqual(
    [charged.tokens.length, ...charged.calls.map(({ method, path }) => `${method} ${path}`)],
    [1, "POST /payments/payment/3000000001/create-recurrence", "GET /payments/payment/3000000001"],
  );
  assert.equal(schemas.Subscription.parse(subscription).id, "3000000001");
  assert.equal(subscription.custom_fields.charge.id, "3000000002");
  const read = provider([first]);
  assert.equal((await read.gopay.updateSubscription("3000000001", { metadata: { a: "b" } })).id, "3000000001");
  assert.deepEqual([read.tokens.length, read.calls.length], [1, 1]);
});

test("a subscription without a success_url is an error before any fetch", async () => {
  const { gopay, calls, tokens } = provider([PAYMENT]);
  const create = gopay.createSubscription({
    customer: { email: "a@b.cz" },
    item_id: "p",
    amount: 1,
    currency: "CZK",
    billing_interval: "month",
    metadata: null,
    quantity: 1,
  });
  const error = await rejects(create, { name: "ValidationError", code: "VALIDATION_ERROR", statusCode: 400 });
  assert.match(error.message, /success_url/);
  assert.ok(error instanceof ValidationError);
  assert.deepEqual([calls.length, tokens.length], [0, 0]);
});

test("every handler runs in the order of the events, and a rejection rejects handle()", async () => {
  const { gopay } = provider([{ ...PAYMENT, state: "PAID" }]);
  const ran = [];
  const webhook = new PayKit(gopay).webhooks
    .setup({ webhookSecret: "" })
    .on("payment.succeeded", () => void ran.push("second"))
    .on("invoice.generated", () => {
      ran.push("first");
      throw new Error("mine");
    })
    .on("payment.succeeded", async () => void ran.push("third"));
  await rejects(webhook.handle({ body: "", headersAsObject: {}, fullUrl: `${HOOK}?id=3000006529` }), {
    message: "mine",
  });
  assert.deepEqual(ran, ["first", "second", "third"]);
});

test("a provider's own event reaches its handler as data alone", async () => {
  const stub = {
    ...Object.fromEntries(
      Object.getOwnPropertyNames(Object.getPrototypeOf(createGopay(OPTIONS))).map((name) => [name, () => undefined]),
    ),
    providerName: "other",
  };
  stub.handleWebhook = async (webhook, secret) => [
    { id: "1", type: "other.thing", created: 0, is_raw: true, data: { webhook, secret } },
  ];
  let seen;
  await new PayKit(stub).webhooks
    .setup({ webhookSecret: "s" })
    .on("other.thing", (data) => {
      seen = data;
    })
    .handle({ body: "b", headersAsObject: { a: "1" }, fullUrl: "/x" });
  assert.deepEqual(seen, { webhook: { body: "b", headersAsObject: { a: "1" }, fullUrl: "/x" }, secret: "s" });
});

test("endpoint handlers have every call by its path, and return JSON", async () => {
  const { gopay } = provider([{ ...PAYMENT, state: "PAID", recurrence: RECURRENCE }]);
  const handlers = createEndpointHandlers(new PayKit(gopay));
  const paths = ["checkout", "customer", "payment", "subscription"].flatMap((kind) =>
    ["create", "retrieve", "update", "delete"].map((name) => `/${kind}/${name}`),
  );
  assert.deepEqual(
    Object.keys(handlers).sort(),
    [...paths, "/payment/cancel", "/payment/capture", "/refund/create", "/subscription/cancel"].sort(),
  );
  assert.equal(typeof (await handlers["/subscription/retrieve"]("3000006529")).current_period_end, "string");
  assert.equal((await handlers["/payment/retrieve"]("3000006529")).status, "succeeded");
});

test("nothing is reported to anyone", async () => {
  const asked = [];
  const fetch = async (url) => {
    asked.push(new URL(url).host);
    return json(
      url.endsWith("/token")
        ? TOKEN
        : url.endsWith("/refund")
          ? { id: 1, result: "FINISHED" }
          : url.endsWith("/refunds")
            ? []
            : PAYMENT,
    );
  };
  await withGlobals({ fetch }, async () => {
    const paykit = new PayKit(createGopay(OPTIONS));
    const provider_metadata = { success_url: "https://shop.example/" };
    await paykit.payments.create({ amount: 1, currency: "CZK", customer: null, item_id: "a", provider_metadata });
    await paykit.refunds.create({ payment_id: "1", amount: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  assert.deepEqual([...new Set(asked)], ["gw.sandbox.gopay.com"]);
});

test("every object fits the core's schemas, for PayKit's payments and for others'", async () => {
  for (const change of [{}, { additional_params: undefined, payer: undefined, gw_url: undefined }]) {
    const { gopay } = provider([{ ...PAYMENT, ...change, state: "PAID" }]);
    schemas.Checkout.parse(await gopay.retrieveCheckout("3000006529"));
    schemas.Payment.parse(await gopay.retrievePayment("3000006529"));
    const recurring = provider([{ ...PAYMENT, ...change, state: "PAID", recurrence: RECURRENCE }]);
    schemas.Subscription.parse(await recurring.gopay.retrieveSubscription("3000006529"));
    for (const state of ["CREATED", "PAID", "AUTHORIZED", "CANCELED", "TIMEOUTED", "REFUNDED"]) {
      const { events } = await notified(
        { ...change, state, parent_id: 7 },
        { more: [{ ...PAYMENT, id: 7, recurrence: { ...RECURRENCE, recurrence_state: "STOPPED" } }] },
      );
      for (const { type, data, id, created } of events) {
        schemas.eventData(type).parse(data);
        assert.ok(typeof id === "string" && Number.isInteger(created));
      }
    }
    schemas.Refund.parse(
      await provider([
        { id: 1, result: "FINISHED" },
        [{ id: 5, state: "SUCCESS", amount: 1, currency: "CZK" }],
      ]).gopay.createRefund({ payment_id: "1", amount: 1, reason: null, metadata: null }),
    );
  }
});
