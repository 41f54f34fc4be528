// The stores' contract: in memory, in a real Redis through two clients and Upstash's interface, and in workerd.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import IoRedis from "ioredis";
import { d1Store, kvStore, memoryStore, redisStore } from "itpay/stores";
import { createWebhookHandler, generateTestHeader } from "itpay/webhooks";
import { createClient } from "redis";

import { contract } from "../suites/stores.mjs";
import { startWorker } from "../workerd.mjs";
import { freePort } from "../loopback.mjs";

const port = await freePort();
const redis = spawn(
  "redis-server",
  ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
await Promise.race([
  new Promise((resolve) => redis.stdout.on("data", (piece) => String(piece).includes("Ready to accept") && resolve())),
  once(redis, "error").then(() =>
    assert.fail("redis-server is missing: scripts/setup installs it (Debian: redis-server)"),
  ),
]);
const nodeRedis = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
const others = Array.from({ length: 4 }, () => new IoRedis({ port, host: "127.0.0.1" }));
// Upstash's client speaks REST; its `eval` has this form.
const upstash = { eval: (script, keys, args) => others[0].eval(script, keys.length, ...keys, ...args) };
const worker = await startWorker(fileURLToPath(new URL("stores-worker.mjs", import.meta.url)), {
  compatibilityFlags: ["nodejs_compat"],
  d1Databases: ["DB"],
  kvNamespaces: ["KV"],
  durableObjects: { EVENTS: { className: "EventStoreObject", useSQLite: true } },
});
after(async () => {
  await worker.dispose();
  await nodeRedis.close();
  others.forEach((client) => client.disconnect());
  redis.kill();
  await once(redis, "exit");
});

const run = (name, cases) => describe(name, () => cases.forEach(([title, body]) => test(title, body)));
const memories = new Map();
run(
  "memoryStore",
  contract(({ ttl } = {}) => {
    if (!memories.has(ttl)) memories.set(ttl, memoryStore({ max: 100, ttl }));
    return memories.get(ttl);
  }),
);
run(
  "redisStore with node-redis",
  contract((options) => redisStore(nodeRedis, options)),
);
run(
  "redisStore with node-redis by sendCommand alone",
  contract((options) => redisStore({ sendCommand: (command) => nodeRedis.sendCommand(command) }, options)),
);
run(
  "redisStore with ioredis",
  contract((options) => redisStore(others[0], options)),
);
run(
  "redisStore with Upstash's client",
  contract((options) => redisStore(upstash, options)),
);
for (const name of await (await worker.dispatchFetch("http://worker/")).json()) {
  test(`workerd: ${name}`, async () => {
    assert.equal(
      await (await worker.dispatchFetch(`http://worker/?case=${encodeURIComponent(name)}`)).text(),
      "passed",
    );
  });
}

test("fifty deliveries of one event over four connections run the user's code once", async () => {
  let runs = 0;
  const secret = "whsec_stores";
  const handlers = others.map((client) =>
    createWebhookHandler({
      secret,
      store: redisStore(client),
      on: {
        default: async () => {
          runs += 1;
          await new Promise((resolve) => setTimeout(resolve, 50));
        },
      },
    }),
  );
  const body = JSON.stringify({ id: `evt_${Date.now()}`, type: "x" });
  const deliver = (handler) =>
    handler(
      new Request("http://shop/", {
        method: "POST",
        body,
        headers: { "X-ItPay-Signature": generateTestHeader({ payload: body, secret }) },
      }),
    );
  const statuses = (await Promise.all(Array.from({ length: 50 }, (_, index) => deliver(handlers[index % 4])))).map(
    ({ status }) => status,
  );
  assert.deepEqual(
    [runs, statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 409).length],
    [1, 1, 49],
  );
  assert.deepEqual(await (await deliver(handlers[3])).json(), { status: "already_processed" });
});

test("options that make no sense are TypeErrors", () => {
  for (const ttl of [0, -1, Number.NaN, "", Infinity, 1e20]) {
    for (const make of [
      () => redisStore(upstash, { ttl }),
      () => kvStore({ get() {} }, { ttl }),
      () => d1Store({ prepare() {} }, { ttl }),
    ])
      assert.throws(make, { name: "TypeError", message: /^ttl/ });
  }
  for (const ttl of [0, -1, Number.NaN, ""])
    assert.throws(() => memoryStore({ ttl }), { name: "TypeError", message: /^ttl/ });
  for (const max of [0, -1, Number.NaN, "", 1.5]) assert.throws(() => memoryStore({ max }), TypeError);
  for (const table of ["", "a b", "x;drop", 7])
    assert.throws(() => d1Store({ prepare() {} }, { table }), /^TypeError: table/);
  for (const token of ["", "done", 7, null])
    assert.rejects(redisStore(upstash).claim("evt", 1000, token), /^TypeError: token/);
});

test("ioredis repeats a claim by itself after its connection broke: it is claimed", async () => {
  const client = new IoRedis({ port, host: "127.0.0.1", maxRetriesPerRequest: 5 });
  const store = redisStore(client);
  const id = `evt_${Date.now()}_retry`;
  await client.ping();
  // The server runs the command, and the connection breaks before its response.
  const claiming = store.claim(id, 5000, "a");
  await new Promise((resolve) => setImmediate(resolve));
  client.stream.destroy();
  assert.deepEqual(await claiming, { state: "claimed", token: "a" });
  client.disconnect();
});
