// Events in SQLite, by a synchronous driver.

import type { EventStore } from "../webhooks/event-store.js";
import {
  checkClaim,
  checkClient,
  checkId,
  checkTable,
  checkTtl,
  claimLost,
  claimResult,
  type TableOptions,
} from "./options.js";
import { createTable, isMissingTable, sqliteStatements } from "./sqlite-statements.js";

/** A database of `node:sqlite`, better-sqlite3 or `bun:sqlite`. */
export interface Sqlite {
  prepare(sql: string): { get(...values: never[]): unknown };
}

/** An event store whose events can be completed in the user's own transaction. */
export interface SqliteStore extends EventStore {
  /**
   * Completes the event in a transaction of yours, so that the event and your rows commit together. Synchronous, like
   * the transactions of these drivers. `database` runs the transaction, and `token` is that of the listener's context.
   * @throws ItPayError `claim_lost` if another delivery has claimed the event. Roll the transaction back
   */
  completeIn(database: Sqlite, id: string, token: string): void;
}

/** Options of `sqliteStore`. */
export type SqliteStoreOptions = TableOptions;

/**
 * Shared by all processes that open the same file, and consistent. The table is created if it is missing. If several
 * processes write, set `PRAGMA busy_timeout`.
 * @throws TypeError that names the invalid argument
 */
export function sqliteStore(database: Sqlite, options: SqliteStoreOptions = {}): SqliteStore {
  checkClient("database", database, "prepare");
  const table = checkTable(options);
  const ttl = checkTtl(options);
  const statements = sqliteStatements(table);
  const get = (target: Sqlite, sql: string, ...values: unknown[]): string | undefined =>
    (target.prepare(sql).get(...(values as never[])) as { token: string } | null | undefined)?.token;
  const run = (sql: string, ...values: unknown[]): string | undefined => {
    try {
      return get(database, sql, ...values);
    } catch (error) {
      if (!isMissingTable(error)) throw error;
    }
    for (const statement of createTable(table)) (database.prepare(statement) as unknown as { run(): void }).run();
    return get(database, sql, ...values);
  };
  return {
    async claim(id, leaseMs, token = crypto.randomUUID()) {
      const lease = checkClaim(id, leaseMs, token);
      const now = Date.now();
      const result = claimResult(run(statements.claim, id, token, now + lease, now, now), token);
      if (result.state === "claimed") run(statements.clean, now);
      return result;
    },
    async complete(id, token) {
      checkId(id, token);
      run(statements.complete, id, Date.now() + ttl);
    },
    async release(id, token) {
      checkId(id, token);
      run(statements.release, id, token);
    },
    completeIn(target, id, token) {
      checkClient("database", target, "prepare");
      checkId(id, token);
      if (get(target, statements.completeIn, Date.now() + ttl, id, token) === undefined) throw claimLost();
    },
  };
}
