// A merchant's process, to be killed: a webhook endpoint whose events are remembered in Redis. What its own code does is
// written down in Redis, too: when it began with an event, and when it was through.
//
//   node merchant.mjs PORT REDIS_PORT SECRET LEASE_MS

import { createServer } from "node:http";

import { redisStore } from "itpay/stores";
import { createNodeHandler } from "itpay/webhooks/node";
import { createClient } from "redis";

const [port, redisPort, secret, lease] = process.argv.slice(2);
const redis = await createClient({ url: `redis://127.0.0.1:${redisPort}` }).connect();
const note = (what, id) => redis.rPush("notes", JSON.stringify({ what, id, pid: process.pid, at: Date.now() }));

const handler = createNodeHandler({
  secret,
  lease: Number(lease),
  store: redisStore(redis),
  on: {
    default: async (event) => {
      await note("begin", event.id);
      await new Promise((done) => setTimeout(done, 5 + Math.random() * 40));
      await note("end", event.id);
    },
  },
});
createServer(handler).listen(Number(port), "127.0.0.1", () => console.log("listening"));
