// Misspelled options in plain JavaScript, where no compiler reports them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ItPayClient } from "itpay";
import { agentTools } from "itpay/agents";
import { createGopay, createGopayWebhookHandler, gopay, GoPayClient } from "itpay/gopay";
import { createItpay, itpay } from "itpay/paykit";
import { createGopaySandbox, createSandbox } from "itpay/sandbox";
import * as stores from "itpay/stores";

const KEY = { apiKey: "sk_test_sandbox" };
const GOPAY = { clientId: "1", clientSecret: "s", goId: "8", isSandbox: true };
const PAYKIT = { ...GOPAY, webhookUrl: "https://shop.example/gopay" };
const GOPAY_ENV = {
  GOPAY_CLIENT_ID: "1",
  GOPAY_CLIENT_SECRET: "s",
  GOPAY_GO_ID: "8",
  GOPAY_SANDBOX: "true",
  GOPAY_WEBHOOK_URL: PAYKIT.webhookUrl,
};
const sandbox = createSandbox({ deliver: async () => new Response() });
const client = new ItPayClient({ ...KEY, fetch: sandbox.fetch });
const gopaySandbox = createGopaySandbox();
const gopayClient = new GoPayClient({ ...GOPAY, fetch: gopaySandbox.fetch });
const service = { eval() {}, prepare: () => ({}), query() {}, get() {}, idFromName() {}, exec() {} };
const handlers = { on: {} };

/** A function that takes options, the kind of its errors, and misspelled options with the right ones. */
const CASES = [
  [
    (options) => new ItPayClient({ ...KEY, ...options }),
    "ValidationError",
    {
      api_key: "apiKey",
      apikey: "apiKey",
      secretKey: "apiKey",
      baseURL: "baseUrl",
      base_url: "baseUrl",
      endpoint: "baseUrl",
      maxretries: "maxRetries",
      retries: "maxRetries",
      timeoutMs: "timeout",
      timout: "timeout",
      webhook_secret: "webhookSecret",
      loglevel: "logLevel",
      chanel: "channel",
      ENV: "env",
    },
  ],
  [(options) => client.withOptions(options), "ValidationError", { baseURL: "baseUrl", max_retries: "maxRetries" }],
  [
    (options) => client.paymentIntents.retrieve("pi_1", options),
    "ValidationError",
    { timeoutMs: "timeout", idempotency_key: "idempotencyKey", abortSignal: "signal" },
  ],
  [
    (options) => client.paymentIntents.waitForCompletion("pi_1", options),
    "ValidationError",
    { pollinterval: "pollInterval", onupdate: "onUpdate" },
  ],
  [(options) => client.request("GET", "/services", options), "ValidationError", { params: "query", Body: "body" }],
  [
    (options) => new GoPayClient({ ...GOPAY, ...options }),
    "ValidationError",
    { client_id: "clientId", goID: "goId", sandbox: "isSandbox", baseURL: "baseUrl", lang: "language" },
  ],
  [(options) => gopayClient.payments.status(1, options), "ValidationError", { maxretries: "maxRetries" }],
  [(options) => gopayClient.request("GET", "/x", options), "ValidationError", { querry: "query" }],
  [
    (options) => createGopay({ ...PAYKIT, ...options }),
    "ConfigurationError",
    { webhookURL: "webhookUrl", sandbox: "isSandbox", baseURL: "baseUrl" },
  ],
  [(options) => gopay({ env: GOPAY_ENV, ...options }), "ConfigurationError", { maxretries: "maxRetries" }],
  [(options) => itpay({ env: { ITPAY_API_KEY: "k" }, ...options }), "ConfigurationError", { serviceID: "serviceId" }],
  [(options) => createItpay({ ...KEY, ...options }), "ConfigurationError", { agent_id: "agentId", baseURL: "baseUrl" }],
  [
    (options) => createGopayWebhookHandler({ provider: createGopay(PAYKIT), ...handlers, ...options }),
    "TypeError",
    { providers: "provider", Store: "store" },
  ],
  ...["redisStore", "kvStore"].map((name) => [
    (options) => stores[name](service, options),
    "TypeError",
    { TTL: "ttl", keyPrefix: "prefix" },
  ]),
  ...["d1Store", "postgresStore", "sqliteStore"].map((name) => [
    (options) => stores[name](service, options),
    "TypeError",
    { TTL: "ttl", tableName: "table" },
  ]),
  [(options) => stores.durableObjectStore(service, options), "TypeError", { Ttl: "ttl" }],
  [createSandbox, "ValidationError", { webhookURL: "webhookUrl", api_key: "apiKey", fetch: "deliver" }],
  [createGopaySandbox, "ValidationError", { go_id: "goId", notificationURL: "notificationUrl" }],
  [
    (options) => agentTools({ client, serviceId: "svc_1", ...options }),
    "ValidationError",
    { serviceID: "serviceId", max_amount: "maxAmount", maxPerHours: "maxPerHour" },
  ],
];

test("a misspelled option is an error that names the right one, but for itpay/webhooks and itpay/qr", async () => {
  for (const [use, name, options] of CASES) {
    for (const [wrong, right] of Object.entries(options)) {
      const error = await (async () => use({ [wrong]: "1" }))().then(
        () => assert.fail(`${use}: ${wrong} is ignored`),
        (error) => error,
      );
      assert.match(error.message, new RegExp(`${wrong} is not an option. Did you mean ${right}\\?$`), `${use}`);
      assert.equal(error.name, name, `${use}`);
      if (name === "ValidationError") assert.equal(`${error.code} ${error.field}`, `invalid_request ${wrong}`);
      if (name === "ConfigurationError") assert.deepEqual(error.missingKeys, [wrong]);
    }
  }
});

test("an unknown option that resembles no other is ignored", () => {
  for (const unknown of ["merchant", "", "__proto__", "x".repeat(100_000)]) {
    const options = { [unknown]: 1 };
    new ItPayClient({ ...KEY, ...options });
    new GoPayClient({ ...GOPAY, ...options });
    stores.redisStore(service, options);
  }
});

test("a misspelled option that is undefined is absent", () => {
  new ItPayClient({ ...KEY, api_key: undefined });
});

test("an inherited option is not one, misspelled or not", () => {
  new ItPayClient(Object.assign(Object.create({ api_key: "k" }), KEY));
});
