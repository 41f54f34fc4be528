// A careless test file, run by security/secrets.test.mjs with marked keys in its environment: it logs at every level, prints
// whatever it holds, and each of its tests fails, so that the runner prints the rest.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ItPayClient } from "itpay";
import { createGopay } from "itpay/gopay";
import { PayKit } from "itpay/paykit";
import { createWebhookHandler, generateTestHeader, verifySignature } from "itpay/webhooks";

const { ITPAY_WEBHOOK_SECRET, GOPAY_CLIENT_SECRET, MARKED_TOKEN, MARKED_BODY } = process.env;
const fetch = async (url) =>
  url.endsWith("/oauth2/token")
    ? Response.json({ access_token: MARKED_TOKEN, expires_in: 1800 })
    : Response.json({ error: { code: "no", message: "no" } }, { status: 422 });
const logLevel = "debug";

const client = new ItPayClient({ fetch, maxRetries: 0, logLevel });
const provider = createGopay({
  clientId: "1",
  clientSecret: GOPAY_CLIENT_SECRET,
  goId: "8123456789",
  isSandbox: true,
  webhookUrl: "https://shop.example/n",
  fetch,
  maxRetries: 0,
  logLevel,
});
const paykit = new PayKit(provider);
const handle = createWebhookHandler({ on: {} });
console.log(client, provider, paykit, handle, JSON.stringify([client, provider, paykit]));

test("a call fails", () => client.request("POST", "/x", { body: { note: MARKED_BODY } }));
test("a client with an unexpected value", () => assert.deepEqual(client, {}));
test("GoPay's call fails", () =>
  provider._native.payments.create({
    amount: 1,
    currency: "CZK",
    order_number: "1",
    order_description: MARKED_BODY,
    items: [{ name: "a", amount: 1 }],
    callback: { return_url: "https://a.example/" },
  }));
test("PayKit's call fails", () => paykit.payments.retrieve("1"));
test("a provider with an unexpected value", () => assert.deepEqual(provider, {}));
test("a webhook is refused", async () => {
  const headers = {
    "X-ItPay-Signature": generateTestHeader({ payload: "{}", secret: ITPAY_WEBHOOK_SECRET }).replace(/.$/, ""),
  };
  assert.equal(
    (await handle(new Request("https://a.example/", { method: "POST", body: MARKED_BODY, headers }))).status,
    200,
  );
});
test("nobody catches it", () => {
  void client.paymentIntents.create({ description: MARKED_BODY });
  return new Promise((done) => setTimeout(done, 100));
});
test("a webhook is no string", () => verifySignature({ note: MARKED_BODY }, "t=1,v1=00", ITPAY_WEBHOOK_SECRET));
