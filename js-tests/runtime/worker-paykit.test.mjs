// examples/worker-paykit in workerd, against both sandboxes over HTTP, their webhooks posted to the Worker.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { ItPayClient } from "itpay";
import { createGopay } from "itpay/gopay";
import { createGopaySandbox, createSandbox } from "itpay/sandbox";

import { startWorker } from "../workerd.mjs";

let worker;
const notified = [];
const deliver = async (url, init) => {
  const { pathname, search } = new URL(url);
  const response = await worker.dispatchFetch(`http://shop.example${pathname}${search}`, {
    method: init.method,
    headers: init.headers,
    body: init.body,
  });
  notified.push(`${init.method} ${pathname} ${response.status}`);
  return new Response(await response.text(), { status: response.status });
};
const gopay = createGopaySandbox({ deliver });
const itpay = createSandbox({ deliver });
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  const sandbox = request.url.startsWith("/api/") ? gopay : itpay;
  const reply = await sandbox.fetch(`http://sandbox${request.url}`, {
    method: request.method,
    headers: request.headers,
    ...(body.length > 0 && { body }),
  });
  response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(await reply.text());
});

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const service = await new ItPayClient({ apiKey: itpay.apiKey, baseUrl: `${origin}/v1` }).manifests.create({
    name: "S",
    payment_methods: { one_time: true },
    accepted_channels: ["alipay"],
    settlement_currency: "CNY",
    endpoint: "http://shop.example/hooks/itpay",
  });
  worker = await startWorker(fileURLToPath(new URL("../../examples/worker-paykit/worker.js", import.meta.url)), {
    bindings: {
      GOPAY_BASE_URL: `${origin}/api`,
      GOPAY_CLIENT_ID: gopay.clientId,
      GOPAY_CLIENT_SECRET: gopay.clientSecret,
      GOPAY_GO_ID: gopay.goId,
      GOPAY_SANDBOX: "true",
      GOPAY_WEBHOOK_URL: "http://shop.example/hooks/gopay",
      ITPAY_BASE_URL: `${origin}/v1`,
      ITPAY_API_KEY: itpay.apiKey,
      ITPAY_WEBHOOK_SECRET: itpay.webhookSecret,
      ITPAY_AGENT_ID: "agent_shop",
      ITPAY_SERVICE_ID: service.id,
    },
  });
});
after(async () => {
  await worker?.dispose();
  gopay.close();
  itpay.close();
  server.close();
  server.closeAllConnections();
});

const buy = async (name) => (await worker.dispatchFetch(`http://shop.example/buy/${name}`, { method: "POST" })).json();
const status = async (id) => (await (await worker.dispatchFetch(`http://shop.example/orders/${id}`)).json()).status;

test("a merchant is paid by card, and refunds", { timeout: 20_000 }, async () => {
  const { id, payment_url } = await buy("gopay");
  assert.equal(payment_url, gopay.payment(id).gw_url);
  assert.equal(await status(id), "pending");
  await gopay.pay(id);
  assert.equal(await status(id), "succeeded");
  const { clientId, clientSecret, goId, fetch } = gopay;
  await createGopay({
    clientId,
    clientSecret,
    goId,
    fetch,
    isSandbox: true,
    webhookUrl: "http://shop.example/",
  }).createRefund({ payment_id: id, amount: 900 });
  while (!notified.includes("GET /hooks/gopay 200") || (await status(id)) === "succeeded")
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(await status(id), "refunded 900");
});

test("a merchant is paid by QR code", async () => {
  const { id, payment_url } = await buy("itpay");
  assert.match(payment_url, /^itpay:\/\/pay\//);
  await itpay.pay(id);
  assert.equal(await status(id), "succeeded");
  const declined = await buy("itpay");
  await itpay.fail(declined.id, "declined");
  assert.equal(await status(declined.id), "failed");
});

test("other hosts are not reachable", async () => {
  const ask = async (path, init) => (await worker.dispatchFetch(`http://shop.example${path}`, init)).status;
  assert.equal(await ask("/hooks/itpay", { method: "POST", body: "{}" }), 400);
  assert.equal(await ask("/hooks/gopay"), 400);
  assert.equal(await ask("/hooks/gopay?id=1"), 200); // ignored: GoPay has no such payment
  assert.equal(await ask("/buy/gopay"), 404);
  assert.equal(await ask("/orders/1"), 404);
});
