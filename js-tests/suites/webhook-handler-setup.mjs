// Shared by the parts of the suite in webhook-handler.mjs: signed requests, and the console.

export const SECRET = "whsec_test_secret";
export const never = () => new Promise(() => undefined);
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function setUp(webhooks) {
  const { generateTestHeader } = webhooks;
  let last = 0;
  const eventOf = (type = "payment_intent.succeeded") =>
    JSON.stringify({ id: `evt_${(last += 1)}`, type, data: { id: "pi_1" } });
  const requestOf = (body, { secret = SECRET, ...init } = {}) => {
    const payload = typeof body === "string" ? body : "{}";
    return new Request("https://shop.example/webhook", {
      method: "POST",
      body,
      headers: { "X-ItPay-Signature": generateTestHeader({ payload, secret }) },
      ...init,
    });
  };
  const quiet = () => undefined;
  const read = async (response) => [response.status, await response.json()];
  /** Captures the console while `run` runs. */
  const captured = async (run) => {
    const lines = [];
    const { error, warn } = console;
    console.error = console.warn = (...parts) => void lines.push(parts.map(String).join(" "));
    try {
      await run(lines);
    } finally {
      Object.assign(console, { error, warn });
    }
    return lines;
  };

  return { ...webhooks, eventOf, requestOf, quiet, read, captured };
}
