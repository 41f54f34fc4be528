// A client that calls and calls, sixteen calls at a time: how many failed, and how long they took. Runs on Node and in workerd.

import { memories } from "../wasm-memories.mjs";

const AT_ONCE = 16;

let client;
/** So many calls of a gateway at this URL: every second creates a payment, the others read it. `bare` does it by fetch alone. */
export async function callMany(baseUrl, count, bare = false) {
  const { ItPayClient } = await import("itpay");
  client ??= new ItPayClient({ apiKey: "sk_test_load", baseUrl, maxRetries: 0, env: {} });
  const times = [];
  let [left, failed] = [count, 0];
  const call = async (number) =>
    bare
      ? (await fetch(`${baseUrl}/payment-intents`, { method: "POST", body: "{}" })).json()
      : number % 2
        ? client.paymentIntents.retrieve("pi_1")
        : client.paymentIntents.create({
            service_id: "svc_1",
            type: "one_time",
            amount: { currency: "CNY", value: 699 },
            payer: { agent_id: "agent_1" },
          });
  const oneAfterTheOther = async () => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      const { id } = await call(left).catch(() => ({}));
      times.push(performance.now() - began);
      if (id !== "pi_1") failed += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, oneAfterTheOther));
  times.sort((a, b) => a - b);
  const [p50, p99, p999] = [0.5, 0.99, 0.999].map((part) => Number(times[Math.floor(times.length * part)].toFixed(2)));
  return { failed, p50, p99, p999, wasm: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) };
}
