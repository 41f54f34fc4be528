// The faults that were observed in the published GoPay provider, with their numbers: options, logs, and the interface.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";

import { createGopay, gopay } from "itpay/gopay";
import { PayKit } from "itpay/paykit";

import { json, OPTIONS, PAYMENT, provider, SECRET, TOKEN } from "../gopay-mock.mjs";
import { HOOK, RECURRENCE, CHECKOUT, ORDER, PLAN, rejects, hook, shop } from "../paykit-fixtures.mjs";
import * as schemas from "../paykit-schemas.mjs";

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

test("26: the description on statements has no email", async () => {
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
  // No other host is named. paykit-contract.test.mjs shows that none is requested.
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
  // types/paykit.ts shows that provider_metadata is typed for each call.
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
