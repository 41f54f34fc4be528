// The file of --state: locked against a second sandbox, and replaced as a whole.

import { existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

import { reasonOf } from "../command.js";
import { parseJson, readFile } from "../input.js";

const MAX_STATE = 256 * 1024 * 1024;

export interface StateFile {
  /** The state of the gateways, as text for `createSandbox` and `createGopaySandbox`. Undefined in a new file. */
  readonly restored: { itpay: string; gopay: string } | undefined;
  /** @throws Error if the file cannot be written */
  save(itpay: string, gopay: string): void;
  /** Releases the lock. */
  close(): void;
}

/** Opens and locks a file. @throws Error with a sentence */
export function openStateFile(path: string): StateFile {
  const isNew = !existsSync(path);
  // A file that is replaced must be the target of a link, not the link.
  const file = isNew ? path : realpathSync(path);
  if (!isNew && !statSync(file).isFile()) throw new Error(`${path} is not a file.`);
  const close = lock(file);
  try {
    return {
      restored: isNew ? undefined : read(path),
      save: (itpay, gopay) => {
        // A process that is killed must not leave half a file.
        writeFileSync(`${file}.part`, `{"itpay":${itpay},"gopay":${gopay}}`);
        renameSync(`${file}.part`, file);
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function read(path: string): { itpay: string; gopay: string } {
  try {
    const { itpay = null, gopay = null } = (parseJson(path, readFile(path, MAX_STATE).toString()) ?? {}) as {
      itpay?: unknown;
      gopay?: unknown;
    };
    return { itpay: JSON.stringify(itpay), gopay: JSON.stringify(gopay) };
  } catch (error) {
    throw new Error(`${path} is not the state of a sandbox: ${(error as Error).message}`, { cause: error });
  }
}

/** Creates a lock file with this process's id. Returns the function that removes it. */
function lock(file: string): () => void {
  const path = `${file}.lock`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST")
        throw new Error(`${file} cannot be written: ${reasonOf(error)}.`, { cause: error });
      const owner = Number(readFileSync(path, "utf8"));
      if (attempt > 1 || isRunning(owner))
        throw new Error(`${file} is in use by another sandbox, process ${owner}. If there is none, delete ${path}.`, {
          cause: error,
        });
      // A sandbox that was killed left it.
      rmSync(path, { force: true });
    }
  }
}

/** Whether a process runs. In a container the process of the last start may have had our own id. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
