// Runs a command of `npx itpay` to its end.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../pkg/dist/bin/itpay.mjs", import.meta.url));

/** A plain environment: NO_COLOR, CI or ITPAY_API_KEY of whoever runs the tests would change what a command does. */
export const ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME };

/** @param options `env` is added to the plain environment; `input` is standard input */
export async function itpay(args, { env = {}, input = "", cwd } = {}) {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...ENVIRONMENT, ...env }, cwd });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (piece) => (output += piece));
  child.stderr.on("data", (piece) => (errors += piece));
  child.stdin.on("error", () => undefined); // it may end before it has read everything
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, output, errors };
}
