// One of two processes that get deliveries of the same event: two connections each.

import { postgresStore } from "itpay/stores";
import { createWebhookHandler, generateTestHeader } from "itpay/webhooks";
import pg from "pg";

const secret = "whsec_processes";
const pools = [0, 1].map(() => new pg.Pool({ connectionString: process.argv[2], max: 1 }));
let runs = 0;
const handlers = pools.map((pool) =>
  createWebhookHandler({
    secret,
    store: postgresStore(pool, { table: "competing" }),
    on: {
      default: async () => {
        runs += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
      },
    },
  }),
);
await Promise.all(pools.map((pool) => pool.query("SELECT 1")));
process.send("ready");
process.on("message", async ({ id, count }) => {
  const body = JSON.stringify({ id, type: "x" });
  const headers = { "X-ItPay-Signature": generateTestHeader({ payload: body, secret }) };
  const responses = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      handlers[index % 2](new Request("http://shop/", { method: "POST", body, headers })),
    ),
  );
  process.send({ runs, statuses: responses.map(({ status }) => status) });
});
process.on("disconnect", () => Promise.all(pools.map((pool) => pool.end())));
