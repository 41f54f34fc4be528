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

export function sqliteStatements(table: string): Record<"claim" | "complete" | "completeIn" | "release" | "clean", string> {
  const mayClaim = `${table}.until <= ?4 OR ${table}.token = ?2`;
  return {
    /** 1: id, 2: token, 3: end of the lease, 4: now. Returns the token that holds the event. */
    claim: `INSERT INTO ${table} (id, token, until) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET
token = CASE WHEN ${mayClaim} THEN ?2 ELSE token END, until = CASE WHEN ${mayClaim} THEN ?3 ELSE until END RETURNING token`,
    /** 1: id, 2: until when it is remembered. */
    complete: `INSERT INTO ${table} (id, token, until) VALUES (?1, '${DONE}', ?2) ON CONFLICT (id) DO UPDATE SET
token = '${DONE}', until = ?2 WHERE token <> '${DONE}' RETURNING token`,
    /** 1: id, 2: token, 3: until when it is remembered. Returns no row if another token holds the event. */
    completeIn: `UPDATE ${table} SET token = '${DONE}', until = ?3 WHERE id = ?1 AND token = ?2 RETURNING token`,
    /** 1: id, 2: token. */
    release: `DELETE FROM ${table} WHERE id = ?1 AND token = ?2 RETURNING token`,
    /** 1: now. Deletes some of the rows whose time is over. */
    clean: `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE until <= ?1 ORDER BY until LIMIT 10) RETURNING token`,
  };
}
