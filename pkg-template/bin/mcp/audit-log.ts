// A JSON line for each call.

import { openSync, writeSync } from "node:fs";

import type { AuditEntry } from "../../entry/agents.js";
import { reasonOf, UsageError } from "../command.js";

const STDERR = 2;

/** Writes to the file's end, or to standard error. @throws UsageError if the file can't be written */
export function auditLog(path: string | undefined): (entry: AuditEntry) => void {
  let descriptor = STDERR;
  try {
    if (path !== undefined) descriptor = openSync(path, "a", 0o600);
  } catch (error) {
    throw new UsageError(`--log ${path} can't be written: ${reasonOf(error)}.`);
  }
  return (entry) => void writeSync(descriptor, `${JSON.stringify(entry)}\n`);
}
