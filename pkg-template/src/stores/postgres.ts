// Events in PostgreSQL: one statement for each step.

import type { EventStore } from "../webhooks/event-store.js";
import {
  checkClaim,
  checkClient,
  checkId,
  checkTable,
  checkTtl,
  claimLost,
  claimResult,
  DONE,
  shortId,
  type TableOptions,
} from "./options.js";

/** A Pool or Client of `pg`, a PGlite database, the Pool or the function of Neon's serverless driver. */
export interface PostgresQuery {
  query(sql: string, values: unknown[]): Promise<unknown>;
}

/** The function of `postgres`, or its transaction. */
export interface PostgresUnsafe {
  unsafe(sql: string, values: never[]): PromiseLike<unknown>;
}

/** A client or a pool of PostgreSQL. */
export type Postgres = PostgresQuery | PostgresUnsafe;

/** An event store whose events can be completed in the user's own transaction. */
export interface PostgresStore extends EventStore {
  /**
   * Completes the event in a transaction of yours, so that the event and your rows commit together. `tx` is the client
   * that runs the transaction, and `token` that of the listener's context.
   * @throws ItPayError `claim_lost` if another delivery has claimed the event. Roll the transaction back
   */
  completeIn(tx: Postgres, id: string, token: string): Promise<void>;
}

/** Options of `postgresStore`. */
export type PostgresStoreOptions = TableOptions;

/**
 * Shared by all servers that use the same database, and consistent. The table is created if it is missing; the
 * migration is in docs/stores.md. Times are those of the database.
 * @throws TypeError that names the invalid argument
 */
export function postgresStore(client: Postgres, options: PostgresStoreOptions = {}): PostgresStore {
  checkClient("client", client, "query", "unsafe");
  const table = checkTable(options);
  const ttl = checkTtl(options);
  const statements = postgresStatements(table);
  const run = async (sql: string, id: string, ...values: (string | number)[]): Promise<Row[]> => {
    const all = [await shortId(id), ...values.map(String)];
    try {
      return await query(client, sql, all);
    } catch (error) {
      if ((error as { code?: unknown } | undefined)?.code !== MISSING_TABLE) throw error;
    }
    await createTable(client, table);
    return query(client, sql, all);
  };
  return {
    async claim(id, leaseMs, token = crypto.randomUUID()) {
      const lease = checkClaim(id, leaseMs, token);
      const [row] = await run(statements.claim, id, token, lease);
      return claimResult(row?.token, token);
    },
    async complete(id, token) {
      checkId(id, token);
      await run(statements.complete, id, ttl);
    },
    async release(id, token) {
      checkId(id, token);
      await run(statements.release, id, token);
    },
    async completeIn(tx, id, token) {
      checkClient("tx", tx, "query", "unsafe");
      checkId(id, token);
      const rows = await query(tx, statements.completeIn, [await shortId(id), token, String(ttl)]);
      if (rows.length === 0) throw claimLost();
    },
  };
}

interface Row {
  token: string;
}

/** The SQLSTATE `undefined_table`. */
const MISSING_TABLE = "42P01";

/** Two servers may create the table at the same time. One of them fails, and then it is there. */
async function createTable(client: Postgres, table: string): Promise<void> {
  const create = async (): Promise<void> => {
    await query(
      client,
      `CREATE TABLE IF NOT EXISTS ${table} (id text PRIMARY KEY, token text NOT NULL, until timestamptz NOT NULL)`,
      [],
    );
    await query(client, `CREATE INDEX IF NOT EXISTS ${table}_until ON ${table} (until)`, []);
  };
  await create().catch(create);
}

async function query(client: Postgres, sql: string, values: string[]): Promise<Row[]> {
  // The driver of Neon also has an `unsafe`, which does something else.
  const result = await ("query" in client ? client.query(sql, values) : client.unsafe(sql, values as never[]));
  return (Array.isArray(result) ? result : (result as { rows: Row[] }).rows) as Row[];
}

function postgresStatements(table: string): Record<"claim" | "complete" | "completeIn" | "release", string> {
  const after = (parameter: string): string => `clock_timestamp() + ${parameter}::float8 * interval '1 millisecond'`;
  const mayClaim = `held.until <= clock_timestamp() OR held.token = $2::text`;
  return {
    /**
     * $1: id, $2: token, $3: lease. Returns the token that holds the event. Also deletes some of the rows whose time is
     * over. Their time is compared with the statement's, because an index cannot be searched for the clock's.
     */
    claim: `WITH cleaned AS (DELETE FROM ${table} WHERE id IN
(SELECT id FROM ${table} WHERE until <= statement_timestamp() AND id <> $1::text ORDER BY until LIMIT 10 FOR UPDATE SKIP LOCKED))
INSERT INTO ${table} AS held (id, token, until) VALUES ($1::text, $2::text, ${after("$3")}) ON CONFLICT (id) DO UPDATE SET
token = CASE WHEN ${mayClaim} THEN excluded.token ELSE held.token END,
until = CASE WHEN ${mayClaim} THEN excluded.until ELSE held.until END RETURNING token`,
    /** $1: id, $2: how long it is remembered. */
    complete: `INSERT INTO ${table} AS held (id, token, until) VALUES ($1::text, '${DONE}', ${after("$2")}) ON CONFLICT (id) DO UPDATE SET
token = excluded.token, until = excluded.until WHERE held.token <> '${DONE}'`,
    /** $1: id, $2: token, $3: how long it is remembered. Returns no row if another token holds the event. */
    completeIn: `UPDATE ${table} SET token = '${DONE}', until = ${after("$3")} WHERE id = $1::text AND token = $2::text RETURNING token`,
    /** $1: id, $2: token. */
    release: `DELETE FROM ${table} WHERE id = $1::text AND token = $2::text`,
  };
}
