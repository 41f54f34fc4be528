// The input of commands: files and standard input up to a size, JSON, and the .env file.

import { closeSync, openSync, readSync } from "node:fs";

import { reasonOf, UsageError } from "./command.js";

/** The size of a webhook body, as a handler's default: 1 MiB. */
export const MAX_BODY = 1024 * 1024;

/** Reads a file up to a size, also one without an end such as /dev/zero. @throws UsageError */
export function readFile(path: string, maxBytes: number): Buffer {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${reasonOf(error)}.`);
  }
  try {
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const piece = Buffer.allocUnsafe(64 * 1024);
      const read = readSync(file, piece);
      if (read === 0) return Buffer.concat(pieces);
      length += read;
      if (length > maxBytes) throw tooLong(path, maxBytes);
      pieces.push(piece.subarray(0, read));
    }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${path} cannot be read: ${reasonOf(error)}.`);
  } finally {
    closeSync(file);
  }
}

/** Reads a file, or standard input for undefined and `-`. @throws UsageError */
export async function readBody(file: string | undefined): Promise<Buffer> {
  if (file !== undefined && file !== "-") return readFile(file, MAX_BODY);
  if (process.stdin.isTTY) process.stderr.write("Type the body, then press Ctrl-D.\n");
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_BODY) throw tooLong("standard input", MAX_BODY);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLong(name: string, maxBytes: number): UsageError {
  const kib = maxBytes / 1024;
  return new UsageError(`${name} is longer than ${kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`}.`);
}

/** Parses the text of a file. @throws UsageError, with the place of the error where Node knows it */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const lines = text.slice(0, Number(position)).split("\n");
    throw new UsageError(
      `${file}: not valid JSON${position === undefined ? "" : ` at line ${lines.length}, column ${lines.at(-1)!.length + 1}`}.`,
    );
  }
}

/** Reads ./.env. A variable of the environment wins. */
export function loadEnvFile(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      process.stderr.write(`itpay: .env cannot be read: ${reasonOf(error)}.\n`);
  }
}

/** Checks an option that must be an HTTP URL. @throws UsageError */
export function httpUrl(option: string, value: string): string {
  if (!/^https?:\/\/./i.test(value) || !URL.canParse(value))
    throw new UsageError(`--${option} must be a URL such as http://localhost:3000/webhook.`);
  const { username, password } = new URL(value);
  if (username !== "" || password !== "")
    throw new UsageError(`--${option} must have no user name and no password: fetch does not send them.`);
  return value;
}
