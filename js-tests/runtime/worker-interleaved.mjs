// A Worker that makes many calls at the same time in one isolate, and aborts a part of them at any step.

import { ItPayClient } from "itpay";
import { GoPayClient } from "itpay/gopay";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** mulberry32: numbers from 0 to below 1, the same for the same seed. */
function randomness(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A gateway that responds late and in any order. It fails now and then, and polls show progress. */
function gateway(random) {
  const polls = new Map();
  return async (url, { method, body, signal }) => {
    await pause(random() * 30);
    if (signal.aborted) throw signal.reason;
    const { pathname } = new URL(url);
    if (pathname.endsWith("/oauth2/token")) return Response.json({ access_token: "token", expires_in: 1800 });
    if (method === "GET" && random() < 0.1) throw new TypeError("fetch failed");
    if (method === "GET" && random() < 0.1) return new Response("", { status: 503 });
    const id = method === "POST" ? JSON.parse(body).id : pathname.split("/").at(-1);
    if (pathname.startsWith("/api/")) return Response.json({ id: Number(id), state: "PAID", amount: Number(id) });
    polls.set(id, (polls.get(id) ?? 0) + 1);
    const status = method === "GET" && polls.get(id) > 2 ? "succeeded" : "pending";
    const text = JSON.stringify({ id, status, description: id });
    if (random() < 0.5) return new Response(text);
    // In two pieces, so that a call can be aborted between them.
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const bytes = new TextEncoder().encode(text);
    void (async () => {
      await writer.write(bytes.subarray(0, 5));
      await pause(random() * 10);
      await writer.write(bytes.subarray(5));
      await writer.close();
    })().catch(() => {});
    return new Response(readable);
  };
}

/** Makes the calls. Returns how many ended in which way, and the calls with a wrong result. */
async function run(seed, count) {
  const random = randomness(seed);
  const options = { fetch: gateway(random), maxRetries: 6 };
  const itpay = new ItPayClient({ apiKey: "sk_test", ...options });
  const gopay = new GoPayClient({ clientId: "1", clientSecret: "s", goId: "8123456789", isSandbox: true, ...options });
  const counts = { aborted: 0, right: 0 };
  const wrong = [];
  const kinds = [
    async (id, own) =>
      (
        await itpay.paymentIntents.create(
          {
            id,
            service_id: "svc_1",
            type: "one_time",
            amount: { currency: "CNY", value: 1 },
            payer: { agent_id: "a" },
          },
          own,
        )
      ).description,
    async (id, own) => (await itpay.paymentIntents.retrieve(id, own)).description,
    async (id, own) => {
      const seen = [];
      const onUpdate = ({ description }) => seen.push(description);
      const { status, description } = await itpay.paymentIntents.waitForCompletion(id, {
        ...own,
        pollInterval: 5,
        onUpdate,
      });
      return status === "succeeded" && seen.every((own) => own === id) ? description : `${status} ${seen}`;
    },
    async (id, own) => String((await gopay.payments.status(id, own)).amount),
  ];
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const kind = index % kinds.length;
      const id = kind === 3 ? `${seed}${1_000 + index}` : `pi_${seed}_${index}`;
      const controller = new AbortController();
      const isAborted = random() < 0.3;
      if (isAborted) setTimeout(() => controller.abort(new Error(id)), random() * 60);
      await pause(random() * 20);
      try {
        const result = await kinds[kind](id, { signal: controller.signal });
        if (result === id) counts.right += 1;
        else wrong.push(`${id}: ${result}`);
      } catch (error) {
        // An abort has its own reason, and only a call that was aborted ends so.
        if (isAborted && error.name === "AbortError" && error.cause?.message === id) counts.aborted += 1;
        else wrong.push(`${id}: ${error}`);
      }
    }),
  );
  return { counts, wrong };
}

export default {
  async fetch(request) {
    const query = new URL(request.url).searchParams;
    return Response.json(await run(Number(query.get("seed")), Number(query.get("count"))));
  },
};
