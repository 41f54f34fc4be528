// A `fetch` that responds with a test's replies, call by call. It issues tokens by itself.

import { createGopay } from "itpay/gopay";

export const SECRET = "n6W_very_secret";
export const OPTIONS = {
  clientId: "1400000001",
  clientSecret: SECRET,
  goId: "8640000001",
  isSandbox: true,
  webhookUrl: "https://shop.example/api/webhook",
};
export const TOKEN = { access_token: "token_1", expires_in: 1800 };

export const json = (body, status = 200, headers = {}) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });

/** A payment as GoPay sends it, with the fields of `change`. */
export const PAYMENT = {
  id: 3000006529,
  order_number: "OBJ20200825",
  state: "CREATED",
  amount: 2900,
  currency: "CZK",
  payer: { allowed_payment_instruments: ["PAYMENT_CARD"], contact: { email: " user@example.com " } },
  target: { type: "ACCOUNT", goid: 8640000001 },
  additional_params: [{ name: "__paykit", value: "{&#34;item&#34;:&#34;my-product&#34;,&#34;qty&#34;:1}" }],
  lang: "en",
  gw_url: " https://gw.sandbox.gopay.com/gw/v3/bCcvmwTKK5hrJx2aGG8ZnFyBJhAvF",
};

/**
 * A provider, and its calls without the token's. `replies` are Responses, objects, functions of the call, or errors to
 * throw. The last one repeats.
 */
export function provider(replies, options = {}) {
  const calls = [];
  const tokens = [];
  const fetch = async (url, init) => {
    if (url.endsWith("/oauth2/token")) {
      tokens.push(init);
      return json(TOKEN);
    }
    calls.push({ ...init, url, path: url.replace(/^.*\/api/, "") });
    const laid = replies[Math.min(calls.length, replies.length) - 1];
    const reply = typeof laid === "function" ? laid(calls.at(-1), calls.length) : laid;
    if (reply instanceof Error) throw reply;
    return reply === undefined || reply instanceof Response ? reply?.clone() : json(reply);
  };
  return { calls, tokens, gopay: createGopay({ ...OPTIONS, fetch, maxRetries: 0, ...options }) };
}

/** The events of a notification of a payment in this state. */
export async function notified(change, { query = "", more = [] } = {}) {
  const payment = { ...PAYMENT, ...change };
  const { gopay, calls } = provider([payment, ...more]);
  const events = await gopay.handleWebhook(
    { body: "", headersAsObject: {}, fullUrl: `https://shop.example/api/webhook?id=${payment.id}${query}` },
    null,
  );
  return { events, types: events.map(({ type }) => type), calls };
}
