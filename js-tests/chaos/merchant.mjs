// A merchant's process, to be killed: a webhook endpoint with its events in Redis. It notes in Redis, over a connection of
// its own, when its code began with an event, and when it ended.
//
//   node merchant.mjs PORT REDIS_PORT NOTES_PORT SECRET [LEASE_MS]

import { createServer } from "node:http";

import { redisStore } from "itpay/stores";
import { createNodeHandler } from "itpay/webhooks/node";
import { createClient } from "redis";

const [port, redisPort, notesPort, secret, lease] = process.argv.slice(2);
const open = (port) =>
  createClient({ url: `redis://127.0.0.1:${port}` })
    .on("error", () => undefined)
    .connect();
const [redis, notes] = [await open(redisPort), await open(notesPort)];
const note = (what, id) => notes.rPush("notes", JSON.stringify({ what, id, pid: process.pid, at: Date.now() }));

const handler = createNodeHandler({
  secret,
  lease: lease === undefined ? undefined : Number(lease),
  store: redisStore(redis),
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
