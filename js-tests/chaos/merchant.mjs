// A merchant's process, to be killed: a webhook endpoint with its events in Redis or PostgreSQL. It notes in a Redis that
// loses nothing when its code began with an event, and when it ended.
//
//   node merchant.mjs PORT redis|postgres STORE_PORT NOTES_PORT SECRET [LEASE_MS]

import { createServer } from "node:http";

import { postgresStore, redisStore } from "itpay/stores";
import { createNodeHandler } from "itpay/webhooks/node";
import pg from "pg";
import { createClient } from "redis";

const [port, kind, storePort, notesPort, secret, lease] = process.argv.slice(2);
const open = (port) =>
  createClient({ url: `redis://127.0.0.1:${port}` })
    .on("error", () => undefined)
    .connect();
const stores = {
  redis: async () => redisStore(await open(storePort)),
  postgres: () => {
    const pool = new pg.Pool({
      host: "127.0.0.1",
      port: Number(storePort),
      user: "itpay",
      database: "postgres",
      max: 4,
    });
    return postgresStore(pool.on("error", () => undefined));
  },
};
const [store, notes] = [await stores[kind](), await open(notesPort)];
const note = (what, id) => notes.rPush("notes", JSON.stringify({ what, id, pid: process.pid, at: Date.now() }));

const handler = createNodeHandler({
  secret,
  lease: lease === undefined ? undefined : Number(lease),
  store,
  onError: () => undefined, // lost responses
  on: {
    default: async (event) => {
      await note("begin", event.id);
      await new Promise((done) => setTimeout(done, 5 + Math.random() * 40));
      await note("end", event.id);
    },
  },
});
createServer(handler).listen(Number(port), "127.0.0.1", () => console.log("listening"));
