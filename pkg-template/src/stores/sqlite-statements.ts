// The statements that D1 and SQLite share. Times are Unix milliseconds. Every statement returns the column `token`.

import { DONE } from "./options.js";

/** Statements that create the table. */
export function createTable(table: string): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, token TEXT NOT NULL, until INTEGER NOT NULL)`,
    `CREATE INDEX IF NOT EXISTS ${table}_until ON ${table} (until)`,
  ];
}

export function isMissingTable(error: unknown): boolean {
  return /no such table/i.test(String((error as Error | undefined)?.message));
}

/** Parameters have no numbers, because better-sqlite3 binds only such ones by position. */
export function sqliteStatements(
  table: string,
): Record<"claim" | "complete" | "completeIn" | "release" | "clean", string> {
  const mayClaim = `${table}.until <= ? OR ${table}.token = excluded.token`;
  return {
    /** Id, token, end of the lease, now, now. Returns the token that holds the event. */
    claim: `INSERT INTO ${table} (id, token, until) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET
token = CASE WHEN ${mayClaim} THEN excluded.token ELSE token END, until = CASE WHEN ${mayClaim} THEN excluded.until ELSE until END RETURNING token`,
    /** Id, until when it is remembered. */
    complete: `INSERT INTO ${table} (id, token, until) VALUES (?, '${DONE}', ?) ON CONFLICT (id) DO UPDATE SET
token = excluded.token, until = excluded.until WHERE token <> '${DONE}' RETURNING token`,
    /** Until when it is remembered, id, token. Returns no row if another token holds the event. */
    completeIn: `UPDATE ${table} SET token = '${DONE}', until = ? WHERE id = ? AND token = ? RETURNING token`,
    /** Id, token. */
    release: `DELETE FROM ${table} WHERE id = ? AND token = ? RETURNING token`,
    /** Now. Deletes some of the rows whose time is over. */
    clean: `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE until <= ? ORDER BY until LIMIT 10) RETURNING token`,
  };
}
