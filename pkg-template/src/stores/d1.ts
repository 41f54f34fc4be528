// Handled events in Cloudflare D1: a row for each, taken by one statement.

import { checkedLease, type EventStore } from "../webhooks/event-store.js";
import { given } from "../internal/untrusted.js";
import { Claims } from "./claims.js";
import { checkClient, checkedId, checkedTtl, type StoreOptions } from "./options.js";

/** What is used of a D1 binding. */
export interface D1 {
  prepare(sql: string): D1Statement;
}
export interface D1Statement {
  bind(...values: unknown[]): D1Statement;
  first<T = unknown>(column?: string): Promise<T | null>;
  run(): Promise<unknown>;
}

export interface D1StoreOptions extends StoreOptions {
  /** The table, which is made when it is missing. Letters, digits and underscores. Default `itpay_events`. */
  table?: string | undefined;
}

/** Shared by all Workers with the binding, and consistent: D1 runs the statements of a database one after the other. */
export function d1Store(database: D1, options: D1StoreOptions = {}): EventStore {
  checkClient("database", database, "prepare");
  const { table = "itpay_events" } = given("options", options);
  const ttl = checkedTtl(options);
  if (typeof table !== "string" || !/^[A-Za-z_]\w*$/.test(table)) throw new TypeError("table must be letters, digits and underscores");
  const claims = new Claims();
  let made: Promise<unknown> | undefined;
  const ready = (): Promise<unknown> =>
    (made ??= database
      .prepare(`CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, token TEXT NOT NULL, until INTEGER NOT NULL)`)
      .run()
      .catch((error: unknown) => {
        made = undefined;
        throw error;
      }));
  const set = `INSERT INTO ${table} (id, token, until) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET token = ?2, until = ?3`;
  return {
    async claim(id, leaseMs) {
      checkedLease(leaseMs);
      await ready();
      const token = crypto.randomUUID();
      const now = Date.now();
      // Answers with a row only if there was none, or one whose time is over.
      const taken = await database.prepare(`${set} WHERE until <= ?4 RETURNING id`).bind(checkedId(id), token, now + Math.ceil(leaseMs), now).first();
      if (taken !== null) {
        claims.add(id, token);
        return "claimed";
      }
      return (await database.prepare(`SELECT token FROM ${table} WHERE id = ?1`).bind(id).first<string>("token")) === "done" ? "done" : "in_progress";
    },
    async complete(id) {
      await ready();
      claims.complete(id);
      await database.prepare(set).bind(checkedId(id), "done", Date.now() + ttl).run();
    },
    async release(id) {
      await ready();
      const token = claims.release(id);
      if (token !== undefined) await database.prepare(`DELETE FROM ${table} WHERE id = ?1 AND token = ?2`).bind(id, token).run();
    },
  };
}
