// A shop that takes payments by card and bank transfer (GoPay) and by QR code (ItPay), with the same code for both.
//
//   POST /buy/gopay, /buy/itpay    creates a payment: {"id", "payment_url"}
//   GET  /orders/<id>              its status
//   GET  /hooks/gopay              GoPay's notifications
//   POST /hooks/itpay              ItPay's webhooks

import { createGopayWebhookHandler, gopay } from "itpay/gopay";
import { itpay, PayKit, PayKitError } from "itpay/paykit";

// Kept between requests, because it holds GoPay's token. A real shop has its orders in a database.
const orders = new Map();
let shop;

export default {
  async fetch(request, env) {
    shop ??= open(env);
    const { pathname, origin } = new URL(request.url);
    const [, place, name] = pathname.split("/");
    try {
      if (place === "buy" && request.method === "POST" && name in shop.counters)
        return Response.json(await buy(shop.counters[name], name, origin));
      if (place === "orders" && orders.has(name)) return Response.json({ status: orders.get(name) });
      if (place === "hooks" && name === "gopay") return await shop.gopayHook(request);
      if (place === "hooks" && name === "itpay") return await itpayHook(request);
      return new Response("Not found", { status: 404 });
    } catch (error) {
      if (!(error instanceof PayKitError)) throw error;
      return Response.json({ error: error.code }, { status: error.statusCode });
    }
  },
};

function open(env) {
  const byCard = gopay({ env });
  const byQr = itpay({ env, channel: "alipay" });
  return {
    counters: { gopay: new PayKit(byCard), itpay: new PayKit(byQr) },
    gopayHook: createGopayWebhookHandler({
      provider: byCard,
      on: { "payment.succeeded": settle, "payment.failed": settle, "refund.created": refunded },
    }),
  };
}

async function buy(paykit, name, origin) {
  const [amount, currency] = name === "itpay" ? [699, "CNY"] : [2900, "CZK"];
  const payment = await paykit.payments.create({
    amount,
    currency,
    item_id: "summary",
    customer: { email: "user@example.com" },
    metadata: { order: crypto.randomUUID() },
    provider_metadata: name === "itpay" ? {} : { success_url: `${origin}/thanks` },
  });
  orders.set(payment.id, payment.status);
  return { id: payment.id, payment_url: payment.payment_url };
}

async function itpayHook(request) {
  const webhook = shop.counters.itpay.webhooks
    .setup({ webhookSecret: null })
    .on("payment.succeeded", settle)
    .on("payment.failed", settle);
  await webhook.handle({
    body: await request.text(),
    headersAsObject: Object.fromEntries(request.headers),
    fullUrl: request.url,
  });
  return Response.json({ status: "received" });
}

function settle({ data }) {
  orders.set(data.id, data.status); // a repeated event changes nothing
}

function refunded({ data }) {
  orders.set(data.custom_fields.payment_id, `refunded ${data.amount}`);
}
