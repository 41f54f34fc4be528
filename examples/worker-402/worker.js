// A Worker that sells an answer: GET /answer costs CNY 6.99. Without a payment it responds with HTTP 402. A payment buys the
// answer once.

import { DurableObject } from "cloudflare:workers";
import { isItPayError, ItPayClient, paymentRequired } from "itpay";

const PRICE = { currency: "CNY", value: 699 };
/** A response may get lost, so the same payment gets the answer again for this time. */
const REUSE_MS = 60_000;

/**
 * The id of the payment that a request refers to. ASSUMPTION: ItPay documents the header X-Payment-Proof, but not its
 * content. Here it is the payment's id. That proves nothing by itself, so ItPay is asked for the payment.
 */
const paymentOf = (request) => request.headers.get("X-Payment-Proof");

/** Remembers when a payment was used first. There is one object for each payment. */
export class Payment extends DurableObject {
  async use() {
    const first = (await this.ctx.storage.get("first")) ?? Date.now();
    await this.ctx.storage.put("first", first);
    return Date.now() - first < Number(this.env.REUSE_MS ?? REUSE_MS);
  }
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/answer" || request.method !== "GET") return new Response("Not found", { status: 404 });
    const itpay = new ItPayClient({ env, channel: "alipay" });
    try {
      const id = paymentOf(request);
      const intent = id === null ? undefined : await find(itpay, id);
      // An unknown payment, or one for something else.
      if (intent?.metadata?.resource !== pathname) return await ask(itpay, env, pathname);
      if (isOpen(intent)) return paymentRequired(intent);
      const payment = env.PAYMENTS.get(env.PAYMENTS.idFromName(intent.id));
      if (intent.status !== "succeeded" || !(await payment.use())) return await ask(itpay, env, pathname);
      return Response.json({ answer: 42 }, { headers: { "Cache-Control": "no-store" } });
    } catch (error) {
      if (!isItPayError(error)) throw error;
      return Response.json({ error: error.code }, { status: 502 });
    }
  },
};

/** Creates a payment and asks for it. */
async function ask(itpay, env, resource) {
  const intent = await itpay.paymentIntents.create({
    service_id: env.ITPAY_SERVICE_ID,
    type: "one_time",
    amount: PRICE,
    payer: { agent_id: "agent_reader" },
    metadata: { resource },
  });
  return paymentRequired(intent, intent.qr ? undefined : await itpay.qr.generate(intent.id));
}

async function find(itpay, id) {
  try {
    return await itpay.paymentIntents.retrieve(id);
  } catch (error) {
    // A stranger may send anything as an id.
    if (isItPayError(error) && (error.status === 404 || error.name === "ValidationError")) return undefined;
    throw error;
  }
}

const isOpen = ({ status }) => !["succeeded", "expired", "cancelled", "failed"].includes(status);
