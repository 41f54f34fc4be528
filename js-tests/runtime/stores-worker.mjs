// Runs the stores' contract inside a Worker against its bindings.

import assert from "node:assert/strict";

import { d1Store, durableObjectStore, EventStoreObject, kvStore } from "itpay/stores";

import { contract } from "../suites/stores.mjs";

export { EventStoreObject };

/** KV as it is in production: one write to a key each second. */
function limited(kv) {
  const last = new Map();
  const write =
    (name) =>
    async (key, ...rest) => {
      if (Date.now() - (last.get(key) ?? 0) < 1000) throw new Error("KV PUT failed: 429 Too Many Requests");
      last.set(key, Date.now());
      return kv[name](key, ...rest);
    };
  return { get: (key) => kv.get(key), put: write("put"), delete: write("delete") };
}

let kv;
let suites;
function cases(env) {
  kv ??= limited(env.KV);
  return new Map([
    ...contract((options) => d1Store(env.DB, options)).map(([name, run]) => [`D1: ${name}`, run]),
    ...contract((options) => durableObjectStore(env.EVENTS, options)).map(([name, run]) => [
      `Durable Objects: ${name}`,
      run,
    ]),
    ...contract((options) => kvStore(kv, options), { atomic: false }).map(([name, run]) => [`KV: ${name}`, run]),
    [
      "D1: rows whose time is over are deleted as others are claimed",
      async () => {
        const store = d1Store(env.DB, { table: "cleaned", ttl: 50 });
        for (let index = 0; index < 30; index += 1) {
          await store.claim(`old_${index}`, 5000, "a");
          await store.complete(`old_${index}`, "a");
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
        for (let index = 0; index < 3; index += 1) await store.claim(`new_${index}`, 5000, "a");
        const count = await env.DB.prepare("SELECT count(*) AS rows FROM cleaned").first("rows");
        assert.equal(count, 3);
      },
    ],
    [
      "D1: a first request that ends while the table is created leaves nothing behind",
      async () => {
        let first = true;
        const slow = {
          prepare: (sql) => {
            const statement = env.DB.prepare(sql);
            if (!first || !sql.startsWith("CREATE")) return statement;
            first = false;
            return { run: () => new Promise(() => undefined) };
          },
        };
        const store = d1Store(slow, { table: "slow" });
        void store.claim("evt_1", 5000, "a");
        await new Promise((resolve) => setTimeout(resolve, 100));
        assert.deepEqual(await store.claim("evt_2", 5000, "a"), { state: "claimed", token: "a" });
      },
    ],
    [
      "KV: a listener faster than a second completes its event, and a failed one releases it",
      async () => {
        const store = kvStore(kv);
        const ids = [crypto.randomUUID(), crypto.randomUUID()];
        for (const id of ids) await store.claim(id, 60_000, "a");
        await Promise.all([store.complete(ids[0], "a"), store.release(ids[1], "a")]);
        assert.deepEqual(await store.claim(ids[0], 60_000, "b"), { state: "done" });
        assert.deepEqual(await store.claim(ids[1], 60_000, "b"), { state: "claimed", token: "b" });
      },
    ],
  ]);
}

export default {
  async fetch(request, env) {
    const all = (suites ??= cases(env));
    const name = new URL(request.url).searchParams.get("case");
    if (name === null) return Response.json([...all.keys()]);
    try {
      await all.get(name)();
      return new Response("passed");
    } catch (error) {
      return new Response(String(error.stack ?? error), { status: 500 });
    }
  },
};
