// The Node handler as a process of its own, under load. Says what is in use whenever it gets a line.

import { createServer } from "node:http";

import { createNodeHandler } from "itpay/webhooks/node";
import { memoryStore, postgresStore, redisStore } from "itpay/stores";
import pg from "pg";
import { createClient } from "redis";

import { memories } from "../wasm-memories.mjs";

const stores = {
  memory: () => memoryStore({ max: 10_000 }),
  redis: async (url) => redisStore(await createClient({ url }).connect()),
  postgres: (url) => postgresStore(new pg.Pool({ connectionString: url, max: 10 })),
};
const { SECRET, STORE = "memory", STORE_URL } = process.env;

let handled = 0;
const handler = createNodeHandler({
  secret: SECRET,
  store: await stores[STORE](STORE_URL),
  on: { default: () => void (handled += 1) },
});
const server = createServer(handler).listen(0, "127.0.0.1", () =>
  console.log(JSON.stringify({ port: server.address().port })),
);
process.stdin.on("data", () => {
  const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  console.log(JSON.stringify({ rss: process.memoryUsage().rss, wasm, handled }));
});
