// A JSON line for each call.

import { openSync, writeSync } from "node:fs";

import type { AuditEntry } from "../../entry/agents.js";
import { reasonOf, UsageError } from "../command.js";

const STDERR = 2;
/** How long a host may take to read a pipe that is full. */
const PIPE_WAIT_MS = 1000;
const RETRY_MS = 5;

/** Writes to the file's end, or to standard error. @throws UsageError if the file can't be written */
export function auditLog(path: string | undefined): (entry: AuditEntry) => void {
  let descriptor = STDERR;
  try {
    if (path !== undefined) descriptor = openSync(path, "a", 0o600);
  } catch (error) {
    throw new UsageError(`--log ${path} can't be written: ${reasonOf(error)}.`);
  }
  return (entry) => write(descriptor, `${JSON.stringify(entry)}\n`);
}

/** Writes one line, which a pipe takes as a whole because it is shorter than 4 KiB. */
function write(descriptor: number, line: string): void {
  const end = performance.now() + PIPE_WAIT_MS;
  for (;;) {
    try {
      writeSync(descriptor, line);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || performance.now() > end) throw error;
    }
    // Synchronous, because a call must not be answered before it is logged.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
  }
}
