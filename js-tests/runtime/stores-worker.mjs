// Runs the stores' contract inside a Worker against its bindings.

import { d1Store, durableObjectStore, EventStoreObject, kvStore } from "itpay/stores";

import { contract } from "../suites/stores.mjs";

export { EventStoreObject };

export default {
  async fetch(request, env) {
    const all = new Map([
      ...contract(() => d1Store(env.DB)).map(([name, run]) => [`D1: ${name}`, run]),
      ...contract(() => durableObjectStore(env.EVENTS)).map(([name, run]) => [`Durable Objects: ${name}`, run]),
      ...contract(() => kvStore(env.KV), { atomic: false }).map(([name, run]) => [`KV: ${name}`, run]),
    ]);
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
