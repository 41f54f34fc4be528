// Shared by the tests of GoPay's PayKit provider: parameters, error responses, and a sandbox with a payment.

import assert from "node:assert/strict";
import { inspect } from "node:util";

import { createGopay } from "itpay/gopay";
import { createGopaySandbox } from "itpay/sandbox";

import { json, OPTIONS, SECRET } from "./gopay-mock.mjs";

export const HOOK = "https://shop.example/api/webhook";
export const RECURRENCE = {
  recurrence_cycle: "MONTH",
  recurrence_period: 1,
  recurrence_date_to: "2030-11-21",
  recurrence_state: "STARTED",
};
export const provider_metadata = { success_url: "https://shop.example/done" };
export const CHECKOUT = {
  customer: { email: "user@example.com" },
  item_id: "shoes",
  session_type: "one_time",
  quantity: 1,
  success_url: "https://shop.example/s",
  cancel_url: "https://shop.example/c",
  provider_metadata: { amount: 2900 },
};
export const ORDER = {
  customer: { email: "user@example.com" },
  item_id: "shoes",
  amount: 2900,
  currency: "CZK",
  provider_metadata,
};
export const PLAN = { ...ORDER, item_id: "plan", billing_interval: "month" };

export async function rejects(promise, expected = {}) {
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

export const hook = (gopay, query) =>
  gopay.handleWebhook({ body: "", headersAsObject: {}, fullUrl: `${HOOK}?${query}` }, null);
export const errorBody = (code, name = null, status = 409) =>
  json(
    {
      date_issued: 1,
      errors: [{ scope: "G", field: null, error_code: code, error_name: name, message: "no", description: null }],
    },
    status,
  );
export const reset = () =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) });

/** A sandbox with these options, which delivers nothing by default, and a provider on it. */
export function sandboxAndProvider(options = {}, providerOptions = {}) {
  const sandbox = createGopaySandbox({ deliver: async () => new Response(), ...options });
  const { clientId, clientSecret, goId, fetch } = sandbox;
  return { sandbox, gopay: createGopay({ ...OPTIONS, clientId, clientSecret, goId, fetch, ...providerOptions }) };
}

/** A sandbox with a paid payment, a provider on it, and how often each path was posted to. */
export async function shop(options = {}) {
  const { sandbox, gopay } = sandboxAndProvider({}, options);
  const { id } = await gopay.createPayment(ORDER);
  await sandbox.pay(id);
  const posts = (end) => sandbox.requests.filter(({ method, path }) => method === "POST" && path.endsWith(end)).length;
  return { sandbox, gopay, id, posts };
}

/** Runs `work` with another global fetch and with variables. */
export async function withGlobals({ fetch = globalThis.fetch, env = {} }, work) {
  const before = { fetch: globalThis.fetch, env: { ...process.env } };
  globalThis.fetch = fetch;
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    globalThis.fetch = before.fetch;
    process.env = before.env;
  }
}

export const ENV = {
  GOPAY_CLIENT_ID: OPTIONS.clientId,
  GOPAY_CLIENT_SECRET: SECRET,
  GOPAY_GO_ID: OPTIONS.goId,
  GOPAY_SANDBOX: "true",
  GOPAY_WEBHOOK_URL: HOOK,
};
