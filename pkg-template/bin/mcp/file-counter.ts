// Counts the payments of the last hour in a file, for several processes and across restarts.

import { accessSync, constants, existsSync, mkdirSync, renameSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { PaymentCounter } from "../../entry/agents.js";
import { reasonOf, UsageError } from "../command.js";
import { readFile } from "../input.js";

const HOUR_MS = 60 * 60 * 1000;
/** The lock is held for a few milliseconds. One that is older belongs to a process that has died. */
const LOCK_AGE_MS = 10_000;
const LOCK_WAIT_MS = 15_000;
const MAX_FILE = 64 * 1024 * 1024;

/** Payments by id, with the time of their creation in Unix milliseconds. */
type Counted = Record<string, number>;

/** @throws UsageError if the file is no such counter or can't be written */
export function fileCounter(path: string): PaymentCounter {
  try {
    read(path);
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`--state ${error.message}`);
    const isForeign = (error as NodeJS.ErrnoException).code === undefined;
    throw new UsageError(
      `--state ${path} ${isForeign ? "is not a file of this command" : `can't be written: ${reasonOf(error)}`}.`,
    );
  }
  return {
    async add(paymentId, max) {
      const release = await lock(`${path}.lock`);
      try {
        const time = Date.now();
        // After the clock was set back, payments of the future still count.
        const recent = Object.entries(read(path)).filter(([, at]) => time - at < HOUR_MS);
        if (recent.some(([id]) => id === paymentId)) return true;
        if (recent.length >= max) return false;
        write(path, Object.fromEntries([...recent, [paymentId, time]]));
        return true;
      } finally {
        release();
      }
    },
  };
}

/** @throws if the file exists and can't be read: then no payment may be created */
function read(path: string): Counted {
  if (!existsSync(path)) return {};
  const text = readFile(path, MAX_FILE).toString();
  const { payments } = (JSON.parse(text) ?? {}) as { payments?: unknown };
  if (typeof payments !== "object" || payments === null || !Object.values(payments).every(Number.isFinite))
    throw new SyntaxError("not a counter");
  return payments as Counted;
}

/** Replaces the file as a whole: an interruption must not leave half of it. */
function write(path: string, payments: Counted): void {
  writeFileSync(`${path}.part`, `${JSON.stringify({ payments })}\n`, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

async function lock(path: string): Promise<() => void> {
  const end = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      mkdirSync(path);
      return () => unlock(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || Date.now() > end) throw error;
    }
    try {
      if (Date.now() - statSync(path).mtimeMs > LOCK_AGE_MS) rmdirSync(path);
    } catch {
      // Another process was faster.
    }
    await sleep(5 + Math.random() * 20);
  }
}

function unlock(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Another process considered it abandoned.
  }
}
