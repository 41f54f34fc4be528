// A merchant for a day in the sandbox: a checkout that creates payments at both gateways, and webhooks that ship each
// order once.
//
//   node merchant.mjs & npx itpay sandbox --scenario day.json

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { createPaymentIntentId, ItPayClient, isItPayError } from "itpay";
import { createGopay, createGopayWebhookHandler, GoPayClient } from "itpay/gopay";
import { createNodeHandler } from "itpay/webhooks/node";

// The values that `npx itpay sandbox` prints.
const SANDBOX = {
  url: "http://127.0.0.1:8402",
  apiKey: "sk_test_sandbox",
  webhookSecret: "whsec_sandbox",
  clientId: "1000000001",
  clientSecret: "gopay_sandbox",
  goId: "8123456789",
};

export async function startMerchant({ port = 8787, ...sandbox } = {}) {
  const { url: gateway, apiKey, webhookSecret, ...account } = { ...SANDBOX, ...sandbox };
  const itpay = new ItPayClient({ apiKey, baseUrl: `${gateway}/v1`, channel: "alipay" });
  const gopay = { ...account, isSandbox: true, baseUrl: `${gateway}/gopay/api` };
  const gopayClient = new GoPayClient(gopay);
  /** The payment of each order. ItPay's id is stored before the call, so that a retry gets the same payment. */
  const payments = new Map();
  /** The payments whose orders were shipped, and the payments that were refunded. */
  const shipped = [];
  const refunded = [];
  const onError = (error) => console.error(`merchant: ${error.message}`);

  const server = createServer(async (request, response) => {
    const [path] = request.url.split("?");
    try {
      if (path === "/webhook") return await itpayWebhook(request, response);
      if (path === "/gopay") {
        const result = await gopayWebhook(new Request(url + request.url, { method: request.method }));
        return response.writeHead(result.status).end(await result.text());
      }
      const id = await checkout(JSON.parse(Buffer.concat(await request.toArray()).toString()));
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ id }));
    } catch (error) {
      onError(error);
      response.writeHead(isItPayError(error) ? 502 : 500).end();
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;

  const itpayWebhook = createNodeHandler({
    secret: webhookSecret,
    on: {
      "payment_intent.succeeded": async ({ data }) => {
        // Without retries: if this throws, the event is redelivered.
        const { status } = await itpay.paymentIntents.retrieve(data.id, { maxRetries: 0 });
        if (status === "succeeded") shipped.push(data.id);
      },
    },
    onError,
  });
  const gopayWebhook = createGopayWebhookHandler({
    provider: createGopay({ ...gopay, webhookUrl: `${url}/gopay` }),
    on: {
      "payment.succeeded": ({ data }) => void shipped.push(data.id),
      "refund.created": ({ data }) => void refunded.push(data.id),
    },
    onError,
  });

  let service;
  const checkout = async ({ gateway: which, order, amount, description }) => {
    if (which === "gopay") {
      const { id } = await gopayClient.payments.create({
        payer: { contact: { email: "customer@shop.example" } },
        amount: amount.value,
        currency: amount.currency,
        order_number: order,
        order_description: description,
        items: [{ name: description, amount: amount.value }],
        callback: { return_url: `${url}/thanks`, notification_url: `${url}/gopay` },
      });
      payments.set(order, String(id));
      return id;
    }
    service ??= await itpay.manifests.create({
      name: "Corner shop",
      payment_methods: { one_time: true },
      accepted_channels: ["alipay"],
      settlement_currency: "CNY",
      endpoint: `${url}/webhook`,
    });
    const id = payments.get(order) ?? createPaymentIntentId();
    payments.set(order, id);
    const { status } = await itpay.paymentIntents.create({
      id,
      service_id: service.id,
      type: "one_time",
      amount,
      description,
      payer: { agent_id: "agent_shop" },
    });
    if (status === "pending") await itpay.qr.generate(id);
    return id;
  };

  return {
    url,
    payments,
    shipped,
    refunded,
    itpay,
    gopay: gopayClient,
    close: () => server.close() && server.closeAllConnections(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url, shipped, refunded } = await startMerchant();
  console.log(`merchant: ${url}`);
  process.once("SIGINT", () => {
    console.log(`merchant: shipped ${shipped.length} orders, refunded ${refunded.length}`);
    process.exit();
  });
}
