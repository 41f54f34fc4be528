// Events in Cloudflare D1.

import type { EventStore } from "../webhooks/event-store.js";
import { checkClaim, checkClient, checkId, checkTable, checkTtl, claimResult, type TableOptions } from "./options.js";
import { createTable, isMissingTable, sqliteStatements } from "./sqlite-statements.js";

/** A D1 binding. */
export interface D1 {
  prepare(sql: string): D1Statement;
}
/** A statement of D1. */
export interface D1Statement {
  bind(...values: unknown[]): D1Statement;
  first<T = unknown>(column?: string): Promise<T | null>;
  run(): Promise<unknown>;
}

/** Options of `d1Store`. */
export type D1StoreOptions = TableOptions;

/**
 * Shared by all Workers with the binding, and consistent, because D1 runs the statements of a database one by one. The
 * table is created if it is missing.
 * @throws TypeError that names the invalid argument
 */
export function d1Store(database: D1, options: D1StoreOptions = {}): EventStore {
  checkClient("database", database, "prepare");
  const table = checkTable(options);
  const ttl = checkTtl(options);
  const statements = sqliteStatements(table);
  const run = async (sql: string, ...values: unknown[]): Promise<unknown> => {
    const first = (): Promise<unknown> =>
      database
        .prepare(sql)
        .bind(...values)
        .first("token");
    try {
      return await first();
    } catch (error) {
      if (!isMissingTable(error)) throw error;
    }
    // No promise of this is kept: in Workers it would die with its request.
    for (const statement of createTable(table)) await database.prepare(statement).run();
    return first();
  };
  return {
    async claim(id, leaseMs, token = crypto.randomUUID()) {
      const lease = checkClaim(id, leaseMs, token);
      const now = Date.now();
      const result = claimResult(await run(statements.claim, id, token, now + lease, now, now), token);
      if (result.state === "claimed") await run(statements.clean, now).catch(() => undefined);
      return result;
    },
    async complete(id, token) {
      checkId(id, token);
      await run(statements.complete, id, Date.now() + ttl);
    },
    async release(id, token) {
      checkId(id, token);
      await run(statements.release, id, token);
    },
  };
}
