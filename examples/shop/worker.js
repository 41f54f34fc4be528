// A shop that sells one book. The server sets the price and the webhook releases the book. Each order is a Durable
// Object, so that all isolates see the same state.

import { DurableObject } from "cloudflare:workers";

import { ItPayClient, isItPayError } from "itpay";
import { durableObjectStore, EventStoreObject } from "itpay/stores";
import { createWebhookHandler } from "itpay/webhooks";

export { EventStoreObject };

const BOOK = { title: "Notes on Tea", amount: { currency: "CNY", value: 3600 } };
const ENDS = ["succeeded", "failed", "expired", "cancelled"];
const SECURITY = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** An order. Its name is the id of its payment. */
export class Order extends DurableObject {
  read() {
    return this.ctx.storage.get("order");
  }

  write(order) {
    return this.ctx.storage.put("order", order);
  }

  /** Stores the end of the payment, which the webhook and the polls report. Only the first report counts. */
  async settle(status) {
    const order = await this.read();
    if (order === undefined || ENDS.includes(order.status)) return;
    await this.write({ ...order, status, settled_at: new Date().toISOString() });
  }
}

let handleWebhook;

export default {
  async fetch(request, env) {
    try {
      return await route(request, env);
    } catch (error) {
      if (!isItPayError(error)) throw error;
      console.error(`${error.name} (${error.code}): ${error.message}`);
      return Response.json({ error: "The payment service is not available at the moment." }, { status: 502 });
    }
  },
};

async function route(request, env) {
  const { pathname } = new URL(request.url);
  if (pathname === "/webhook") return webhook(request, env);
  if (pathname === "/orders" && request.method === "POST") return Response.json(await create(env), { status: 201 });
  const [, id, part] = /^\/orders\/([\w-]+)(\/status|\/book|\/renew)?$/.exec(pathname) ?? [];
  if (id === undefined) return page(request, env);
  const order = await orderOf(env, id).read();
  if (order === undefined) return Response.json({ error: "There is no such order." }, { status: 404 });
  if (part === "/status")
    return Response.json({ status: await status(env, order) }, { headers: { "Cache-Control": "no-store" } });
  if (part === "/book") return book(order);
  if (part === "/renew" && request.method === "POST")
    return Response.json(await renew(env, order), { headers: { "Cache-Control": "no-store" } });
  return Response.json(order, { headers: { "Cache-Control": "no-store" } });
}

const orderOf = (env, id) => env.ORDERS.get(env.ORDERS.idFromName(id));
const client = (env) => new ItPayClient({ env, channel: "alipay" });

async function create(env) {
  const itpay = client(env);
  const intent = await itpay.paymentIntents.create({
    service_id: env.ITPAY_SERVICE_ID,
    type: "one_time",
    amount: BOOK.amount,
    description: BOOK.title,
    payer: { agent_id: "shop_visitor" },
  });
  const { scan_url = "", qr_data = scan_url } = intent.qr ?? (await itpay.qr.generate(intent.id));
  const order = {
    id: intent.id,
    status: "pending",
    title: BOOK.title,
    amount: BOOK.amount,
    qr_data,
    scan_url,
    expires_at: intent.expires_at,
    channel: intent.channel,
  };
  await orderOf(env, intent.id).write(order);
  return order;
}

/** A new payment for the same book, unless the old one was paid in the last moment. */
async function renew(env, order) {
  if ((await status(env, order)) === "succeeded") return orderOf(env, order.id).read();
  return create(env);
}

/** Reads the status from the gateway while the payment is open, because no webhook reports a scan. */
async function status(env, order) {
  if (ENDS.includes(order.status)) return order.status;
  const intent = await client(env).paymentIntents.retrieve(order.id);
  if (ENDS.includes(intent.status)) await orderOf(env, order.id).settle(intent.status);
  return intent.status;
}

function webhook(request, env) {
  const settle = ({ data }) => orderOf(env, data.id).settle(data.status);
  handleWebhook ??= createWebhookHandler({
    secret: env.ITPAY_WEBHOOK_SECRET,
    store: durableObjectStore(env.EVENTS),
    on: { "payment_intent.succeeded": settle, "payment_intent.failed": settle, "payment_intent.expired": settle },
  });
  return handleWebhook(request);
}

/** Returns the book to those who paid for it. */
function book(order) {
  if (order.status !== "succeeded") return new Response("This book is not paid for.\n", { status: 402 });
  const headers = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Disposition": 'attachment; filename="Notes on Tea.txt"',
  };
  return new Response("Notes on Tea\n\nWarm the pot. Take your time.\n", { headers });
}

async function page(request, env) {
  const response = await env.ASSETS.fetch(request);
  return new Response(response.body, {
    status: response.status,
    headers: { ...Object.fromEntries(response.headers), ...SECURITY },
  });
}
