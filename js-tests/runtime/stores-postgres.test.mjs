// postgresStore: the contract through four drivers on a real PostgreSQL and on PGlite, completeIn, and deliveries that
// compete over four connections and two processes.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { PGlite } from "@electric-sql/pglite";
import { neon, neonConfig } from "@neondatabase/serverless";
import { isItPayError } from "itpay";
import { postgresStore } from "itpay/stores";
import { createWebhookHandler, generateTestHeader } from "itpay/webhooks";
import pg from "pg";
import postgres from "postgres";

import { startPostgres } from "../servers.mjs";
import { contract } from "../suites/stores.mjs";

const database = await startPostgres();
const pool = new pg.Pool({ connectionString: database.url, max: 10 });
pool.on("error", () => undefined); // the restart ends its idle connections
const client = new pg.Client({ connectionString: database.url });
client.on("error", () => undefined);
await client.connect();
const sql = postgres(database.url, { max: 4, onnotice: () => undefined });
const lite = new PGlite();

const readAll = async (request) => {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  return text;
};
/** The HTTP endpoint that Neon's driver talks to, over this database. */
const endpoint = createServer(async (request, response) => {
  const { query: text, params: values } = JSON.parse(await readAll(request));
  try {
    const { rows, fields, command, rowCount } = await pool.query({ text, values, rowMode: "array" });
    response.end(JSON.stringify({ rows, fields, command, rowCount, rowAsArray: true }));
  } catch (error) {
    response.writeHead(400).end(JSON.stringify({ message: error.message, code: error.code }));
  }
});
endpoint.listen(0, "127.0.0.1");
await once(endpoint, "listening");
neonConfig.fetchEndpoint = `http://127.0.0.1:${endpoint.address().port}/sql`;
const overHttp = neon("postgres://itpay:secret@neon.example/db");

after(async () => {
  endpoint.close();
  endpoint.closeAllConnections();
  await Promise.all([pool.end(), client.end().catch(() => undefined), sql.end(), lite.close()]);
  await database.stop();
});

const drivers = { "pg's Pool": pool, "pg's Client": client, postgres: sql, PGlite: lite, "Neon's function": overHttp };
for (const [name, driver] of Object.entries(drivers)) {
  const table = `events_${Object.keys(drivers).indexOf(name)}`;
  describe(`postgresStore with ${name}`, () =>
    contract((options) => postgresStore(driver, { table, ...options })).forEach(([title, body]) => test(title, body)));
}

test("two servers that start at the same time create the table once", async () => {
  const stores = Array.from({ length: 8 }, () => postgresStore(pool, { table: "created_by_many" }));
  const claims = await Promise.all(stores.map((store, index) => store.claim(`evt_${index}`, 5000, "a")));
  assert.deepEqual(claims, Array(8).fill({ state: "claimed", token: "a" }));
});

test("expired rows are deleted as others are claimed", async () => {
  const store = postgresStore(pool, { table: "cleaned", ttl: 50 });
  for (let index = 0; index < 25; index += 1) {
    await store.claim(`old_${index}`, 5000, "a");
    await store.complete(`old_${index}`, "a");
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (let index = 0; index < 3; index += 1) await store.claim(`new_${index}`, 5000, "a");
  assert.equal((await pool.query("SELECT count(*)::int AS count FROM cleaned")).rows[0].count, 3);
});

test("a claim takes as long over many finished events as over a few: it reads the index, not the table", async () => {
  await postgresStore(pool, { table: "grown" }).claim("evt_1", 5000, "a");
  await pool.query(
    `INSERT INTO grown SELECT 'old_' || n, 'done', now() + interval '1 day' FROM generate_series(1, 20000) n`,
  );
  await pool.query("ANALYZE grown");
  let plan;
  const explained = async (text, values) => {
    const { rows } = await pool.query(`EXPLAIN ${text}`, values);
    plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    return { rows: [{ token: "a" }] };
  };
  await postgresStore({ query: explained }, { table: "grown" }).claim("evt_2", 5000, "a");
  assert.match(plan, /Index Cond: \(until <= /);
});

describe("completeIn", async () => {
  await pool.query("CREATE TABLE orders (id text PRIMARY KEY, event text NOT NULL)");
  const store = postgresStore(pool);
  const orders = async (event) => (await pool.query("SELECT id FROM orders WHERE event = $1", [event])).rows.length;
  const transaction = async (run) => {
    const tx = await pool.connect();
    try {
      await tx.query("BEGIN");
      await run(tx);
      await tx.query("COMMIT");
    } catch (error) {
      await tx.query("ROLLBACK");
      throw error;
    } finally {
      tx.release();
    }
  };
  const order = (tx, event) => tx.query("INSERT INTO orders VALUES ($1, $2)", [crypto.randomUUID(), event]);

  test("the event and the order commit together, and the handler's own complete changes nothing", async () => {
    await store.claim("evt_in_1", 5000, "a");
    await transaction(async (tx) => {
      await order(tx, "evt_in_1");
      await store.completeIn(tx, "evt_in_1", "a");
    });
    const row = async () => (await pool.query("SELECT * FROM itpay_events WHERE id = 'evt_in_1'")).rows[0];
    const before = await row();
    await store.complete("evt_in_1", "a");
    assert.deepEqual([await row(), await orders("evt_in_1")], [before, 1]);
    assert.deepEqual(await store.claim("evt_in_1", 5000, "b"), { state: "done" });
  });

  test("a transaction that is rolled back leaves the event claimed", async () => {
    await store.claim("evt_in_2", 5000, "a");
    await assert.rejects(
      transaction(async (tx) => {
        await order(tx, "evt_in_2");
        await store.completeIn(tx, "evt_in_2", "a");
        throw new Error("mine");
      }),
      /mine/,
    );
    assert.equal(await orders("evt_in_2"), 0);
    await store.release("evt_in_2", "a");
    assert.deepEqual(await store.claim("evt_in_2", 5000, "b"), { state: "claimed", token: "b" });
  });

  test("completing fails if another delivery has claimed the event, so that the order rolls back", async () => {
    await store.claim("evt_in_3", 50, "late");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await store.claim("evt_in_3", 5000, "next");
    const late = transaction(async (tx) => {
      await order(tx, "evt_in_3");
      await store.completeIn(tx, "evt_in_3", "late");
    });
    await assert.rejects(late, (error) => isItPayError(error) && error.code === "claim_lost");
    await transaction(async (tx) => {
      await order(tx, "evt_in_3");
      await store.completeIn(tx, "evt_in_3", "next");
    });
    assert.equal(await orders("evt_in_3"), 1);
  });

  test("it works in a transaction of postgres, of PGlite, and for ids of 5,000 bytes", async () => {
    const id = "x".repeat(5000);
    const own = postgresStore(sql);
    await own.claim(id, 5000, "a");
    await sql.begin((tx) => own.completeIn(tx, id, "a"));
    assert.deepEqual(await own.claim(id, 5000, "b"), { state: "done" });
    const light = postgresStore(lite);
    await light.claim("evt", 5000, "a");
    await lite.transaction((tx) => light.completeIn(tx, "evt", "a"));
    assert.deepEqual(await light.claim("evt", 5000, "b"), { state: "done" });
  });

  test("by the handler: the listener completes in its transaction, with the token of its context", async () => {
    const secret = "whsec_pg";
    const handle = createWebhookHandler({
      secret,
      store,
      on: {
        default: (event, { token }) =>
          transaction(async (tx) => {
            await order(tx, event.id);
            await store.completeIn(tx, event.id, token);
          }),
      },
    });
    const body = JSON.stringify({ id: "evt_in_4", type: "x" });
    const deliver = async () =>
      (
        await handle(
          new Request("http://shop/", {
            method: "POST",
            body,
            headers: { "X-ItPay-Signature": generateTestHeader({ payload: body, secret }) },
          }),
        )
      ).json();
    assert.deepEqual(
      [await deliver(), await deliver(), await orders("evt_in_4")],
      [{ status: "received" }, { status: "already_processed" }, 1],
    );
  });
});

test("docs/stores.md: an order and its event commit together; the migration is the store's own table", async () => {
  const page = readFileSync(new URL("../../docs/stores.md", import.meta.url), "utf8");
  const [, code] = /^```js file=postgres.js\n([^]*?)^```$/m.exec(page);
  const [, migration] = /^```sql\n([^]*?)^```$/m.exec(page);
  assert.equal(page.match(/^```\w/gm).length, 2);
  await pool.query("DROP TABLE IF EXISTS itpay_events");
  await pool.query(migration);
  await pool.query("DROP TABLE orders; CREATE TABLE orders (payment text PRIMARY KEY, paid boolean NOT NULL)");
  await pool.query("INSERT INTO orders VALUES ('pi_1', false)");
  const file = new URL("../node_modules/.stores-docs.mjs", import.meta.url);
  writeFileSync(file, code);
  Object.assign(process.env, { DATABASE_URL: database.url, ITPAY_WEBHOOK_SECRET: "whsec_docs" });
  const { Pool } = pg;
  const opened = [];
  pg.Pool = function (options) {
    opened.push(new Pool(options));
    return opened[0];
  };
  const { handle } = await import(file);
  pg.Pool = Pool;
  const body = JSON.stringify({ id: "evt_docs", type: "payment_intent.succeeded", data: { id: "pi_1" } });
  const deliver = async () =>
    (
      await handle(
        new Request("http://shop/", {
          method: "POST",
          body,
          headers: { "X-ItPay-Signature": generateTestHeader({ payload: body, secret: "whsec_docs" }) },
        }),
      )
    ).json();
  assert.deepEqual([await deliver(), await deliver()], [{ status: "received" }, { status: "already_processed" }]);
  assert.equal((await pool.query("SELECT paid FROM orders")).rows[0].paid, true);
  await opened[0].end();
});

test("200 deliveries of one event over four connections and two processes run the code once", async () => {
  const program = fileURLToPath(new URL("stores-postgres-process.mjs", import.meta.url));
  const processes = [0, 1].map(() => fork(program, [database.url], { stdio: ["ignore", "inherit", "inherit", "ipc"] }));
  await Promise.all(processes.map((child) => once(child, "message")));
  const results = processes.map((child) => once(child, "message"));
  processes.forEach((child) => child.send({ id: "evt_200", count: 100 }));
  const [first, second] = (await Promise.all(results)).map(([result]) => result);
  processes.forEach((child) => child.disconnect());
  const statuses = [...first.statuses, ...second.statuses];
  assert.equal(first.runs + second.runs, 1);
  assert.deepEqual(
    [
      statuses.length,
      statuses.filter((status) => status === 200).length >= 1,
      statuses.filter((status) => status !== 200 && status !== 409),
    ],
    [200, true, []],
  );
});

test("claims and finished events survive a crash of PostgreSQL", async () => {
  const store = postgresStore(pool, { table: "restarted" });
  await store.claim("evt_done", 60_000, "a");
  await store.complete("evt_done", "a");
  await store.claim("evt_claimed", 60_000, "a");
  await database.restart();
  const retried = async (run) => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await run();
      } catch (error) {
        if (tries > 20) throw error; // connections of the pool that ended
      }
    }
  };
  assert.deepEqual(await retried(() => store.claim("evt_done", 5000, "b")), { state: "done" });
  assert.deepEqual(await retried(() => store.claim("evt_claimed", 5000, "b")), { state: "in_progress" });
});

test("options that make no sense are TypeErrors", () => {
  for (const wrong of [undefined, null, 7, {}, { query: 1 }])
    assert.throws(() => postgresStore(wrong), { name: "TypeError", message: /^client/ });
  for (const ttl of [0, -1, Number.NaN, "", Infinity, 1e20])
    assert.throws(() => postgresStore(pool, { ttl }), { name: "TypeError", message: /^ttl/ });
  for (const table of ["", "a b", "x;drop", 7])
    assert.throws(() => postgresStore(pool, { table }), { name: "TypeError", message: /^table/ });
});
