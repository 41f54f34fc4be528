// Runs the contract of the stores on a file of SQLite: in Node 22 or Bun, or with better-sqlite3 from the
// folder BETTER_SQLITE3. Prints a line for each case.
//
//   node stores-sqlite-process.mjs node:sqlite|bun:sqlite|better-sqlite3|compete FILE

import assert from "node:assert/strict";
import { createRequire } from "node:module";

import { sqliteStore } from "itpay/stores";
import { createWebhookHandler, generateTestHeader } from "itpay/webhooks";

import { contract } from "../suites/stores.mjs";

const [kind, file] = process.argv.slice(2);
const drivers = {
  "better-sqlite3": () => createRequire(`${process.env.BETTER_SQLITE3}/`)("better-sqlite3"),
  "bun:sqlite": async () => (await import("bun:sqlite")).Database,
};
const Database = await (drivers[kind] ?? (async () => (await import("node:sqlite")).DatabaseSync))();
const open = () => {
  const database = new Database(file);
  database.exec("PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF");
  // SQLite does not wait for a lock when two processes change the mode of a new file at once.
  if (kind !== "compete") database.exec("PRAGMA journal_mode = WAL");
  return database;
};

const database = open();
if (kind === "compete") {
  const secret = "whsec_sqlite";
  let runs = 0;
  const handle = createWebhookHandler({
    secret,
    store: sqliteStore(database),
    on: {
      default: async () => {
        runs += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
      },
    },
  });
  const body = JSON.stringify({ id: "evt_1", type: "x" });
  const headers = { "X-ItPay-Signature": generateTestHeader({ payload: body, secret }) };
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => handle(new Request("http://shop/", { method: "POST", body, headers }))),
  );
  console.log(JSON.stringify({ runs, statuses: responses.map(({ status }) => status) }));
} else {
  const connections = [database, open(), open(), open()];
  let next = 0;
  const cases = [
    ...contract((options) => sqliteStore(connections[next++ % 4], options)),
    [
      "completeIn commits with the transaction, and rolls back with it",
      async () => {
        const store = sqliteStore(database);
        database.exec("CREATE TABLE orders (event TEXT)");
        const inTransaction = (run) => {
          database.exec("BEGIN IMMEDIATE");
          try {
            run();
            database.exec("COMMIT");
          } catch (error) {
            database.exec("ROLLBACK");
            throw error;
          }
        };
        const order = (event) => database.prepare("INSERT INTO orders VALUES (?)").run(event);
        const orders = (event) =>
          database.prepare("SELECT count(*) AS count FROM orders WHERE event = ?").get(event).count;
        await store.claim("in_1", 5000, "a");
        inTransaction(() => {
          order("in_1");
          store.completeIn(database, "in_1", "a");
        });
        await store.complete("in_1", "a");
        assert.deepEqual([await store.claim("in_1", 5000, "b"), orders("in_1")], [{ state: "done" }, 1]);
        await store.claim("in_2", 1, "late");
        await new Promise((resolve) => setTimeout(resolve, 10));
        await store.claim("in_2", 5000, "next");
        assert.throws(
          () =>
            inTransaction(() => {
              order("in_2");
              store.completeIn(database, "in_2", "late");
            }),
          { code: "claim_lost" },
        );
        assert.equal(orders("in_2"), 0);
        assert.deepEqual(await store.claim("in_2", 5000, "third"), { state: "in_progress" });
      },
    ],
    [
      "completeIn works in a transaction of the driver's own, which better-sqlite3 and bun:sqlite have",
      async () => {
        if (database.transaction === undefined) return;
        const store = sqliteStore(database);
        await store.claim("in_3", 5000, "a");
        const complete = database.transaction((fails) => {
          store.completeIn(database, "in_3", "a");
          if (fails) throw new Error("mine");
        });
        assert.throws(() => complete(true), /mine/);
        assert.deepEqual(await store.claim("in_3", 5000, "b"), { state: "in_progress" });
        complete(false);
        assert.deepEqual(await store.claim("in_3", 5000, "b"), { state: "done" });
      },
    ],
    [
      "expired rows are deleted as others are claimed",
      async () => {
        const store = sqliteStore(database, { table: "cleaned", ttl: 20 });
        for (let index = 0; index < 25; index += 1) {
          await store.claim(`old_${index}`, 5000, "a");
          await store.complete(`old_${index}`, "a");
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
        for (let index = 0; index < 3; index += 1) await store.claim(`new_${index}`, 5000, "a");
        assert.equal(database.prepare("SELECT count(*) AS count FROM cleaned").get().count, 3);
      },
    ],
  ];
  for (const [name, run] of cases) {
    try {
      await run();
      console.log(`passed: ${name}`);
    } catch (error) {
      console.log(`FAILED: ${name}: ${error.stack}`);
    }
  }
}
