// Every option of every client with values that it cannot have: an error names the option. `undefined` is absent.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ItPayClient } from "itpay";
import { createGopay, GoPayClient } from "itpay/gopay";
import { createItpay } from "itpay/paykit";

const WRONG = { 0: 0, NaN: Number.NaN, "an empty string": "", "-1": -1, "a symbol": Symbol("x"), "7n": 7n };
const connection = {
  baseUrl: "https://gateway.example/api",
  timeout: 5000,
  maxRetries: 1,
  fetch: globalThis.fetch,
  headers: { "X-Shop": "1" },
  logger: console,
  logLevel: "error",
  env: {},
  dangerouslyAllowBrowser: false,
  dangerouslyAllowHttp: false,
};
const gopay = {
  clientId: "id",
  clientSecret: "secret",
  goId: "8123456789",
  isSandbox: true,
  ...connection,
  language: "EN",
  scope: "payment-all",
  tokenCache: { get: () => undefined, set: () => undefined },
};
const itpay = { apiKey: "sk_test_1", ...connection, channel: "alipay", webhookSecret: "whsec_1" };

/** Each client, and all of its options with a value that they can have. */
const clients = {
  ItPayClient: [(options) => new ItPayClient(options), itpay],
  GoPayClient: [(options) => new GoPayClient(options), gopay],
  createGopay: [createGopay, { ...gopay, webhookUrl: "https://shop.example/gopay", debug: false }],
  createItpay: [createItpay, { ...itpay, agentId: "agent", serviceId: "svc_1" }],
};
/** What is right although it looks wrong: none is a number of retries, and an empty text is no variable. */
const right = { maxRetries: [0] };

for (const [name, [make, options]] of Object.entries(clients)) {
  test(`${name} takes all of its options, and each one as undefined`, () => {
    make(options);
    const needed = ["apiKey", "clientId", "clientSecret", "goId", "isSandbox", "webhookUrl"];
    for (const option of Object.keys(options).filter((option) => !needed.includes(option)))
      make({ ...options, [option]: undefined });
  });

  for (const option of Object.keys(options))
    test(`${name} refuses ${option} of a wrong kind, and names it`, () => {
      for (const [shown, value] of Object.entries(WRONG)) {
        if (right[option]?.includes(value)) continue;
        assert.throws(
          () => make({ ...options, [option]: value }),
          (error) => {
            assert.ok(["ValidationError", "ConfigurationError"].includes(error.name), `${shown}: ${error.stack}`);
            assert.match(error.message, new RegExp(option), shown);
            return true;
          },
          `${option} of ${shown}`,
        );
      }
    });
}

test("an unknown log level of the environment is an error, too", () => {
  assert.throws(() => new ItPayClient({ apiKey: "sk_test_1", env: { ITPAY_LOG: "loud" } }), {
    name: "ValidationError",
    field: "logLevel",
    message: /ITPAY_LOG/,
  });
  assert.ok(new ItPayClient({ apiKey: "sk_test_1", env: { ITPAY_LOG: "" } }));
});
