// A merchant for a day in the sandbox: a checkout that creates payments, and a webhook endpoint that ships once.
//
//   node merchant.mjs & npx itpay sandbox --scenario day.json

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { createPaymentIntentId, ItPayClient, isItPayError } from "itpay";
import { createNodeHandler } from "itpay/webhooks/node";

export async function startMerchant({ port = 8787, baseUrl = "http://127.0.0.1:8402/v1", apiKey = "sk_test_sandbox", secret = "whsec_sandbox" } = {}) {
  const itpay = new ItPayClient({ apiKey, baseUrl, channel: "alipay" });
  /** The payment of each order. Its id is kept before it is sent, so that whoever tries again pays once. */
  const payments = new Map();
  /** What has left the warehouse, by payment. */
  const shipped = [];

  const webhook = createNodeHandler({
    secret,
    on: {
      "payment_intent.succeeded": async ({ data }) => {
        const { status, metadata } = await itpay.paymentIntents.retrieve(data.id); // if this throws, the event comes again
        if (status === "succeeded") shipped.push({ payment: data.id, order: metadata.order });
      },
    },
    onError: (error) => console.error(`merchant: ${error.message}`),
  });

  let service;
  const checkout = async ({ order, amount, description }) => {
    service ??= await itpay.manifests.create({
      name: "Corner shop", payment_methods: { one_time: true }, accepted_channels: ["alipay"], settlement_currency: "CNY", endpoint: `${url}/webhook`,
    });
    const id = payments.get(order) ?? createPaymentIntentId();
    payments.set(order, id);
    const intent = await itpay.paymentIntents.create({ id, service_id: service.id, type: "one_time", amount, description, payer: { agent_id: "agent_shop" }, metadata: { order } });
    if (intent.status === "pending") await itpay.qr.generate(id);
    return { id };
  };

  const server = createServer(async (request, response) => {
    if (request.url === "/webhook") return webhook(request, response);
    try {
      const answer = await checkout(JSON.parse(Buffer.concat(await request.toArray()).toString()));
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
    } catch (error) {
      console.error(`merchant: ${error.message}`);
      response.writeHead(isItPayError(error) ? 502 : 500).end();
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, payments, shipped, itpay, close: () => server.close() && server.closeAllConnections() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url, shipped } = await startMerchant();
  console.log(`merchant: ${url}`);
  process.once("SIGINT", () => {
    console.log(`merchant: shipped ${shipped.length} orders`);
    process.exit();
  });
}
