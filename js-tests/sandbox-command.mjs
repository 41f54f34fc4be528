// `npx itpay sandbox` as a process of its own, for tests that need it running.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { ItPayClient } from "itpay";

import { ENVIRONMENT } from "./command-line.mjs";

const running = new Set();
after(() => running.forEach((child) => child.kill())); // those that a failed test left

/** Starts the command line as its users do. */
export function startCommand(...args) {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("../pkg/dist/bin/itpay.mjs", import.meta.url)), ...args],
    { env: ENVIRONMENT },
  );
  running.add(child);
  child.once("exit", () => running.delete(child));
  const run = { child, output: "", errors: "", exit: once(child, "exit") };
  child.stdout.on("data", (piece) => (run.output += piece));
  child.stderr.on("data", (piece) => (run.errors += piece));
  /** Resolves when the output has this. */
  run.until = async (text) => {
    while (!run.output.includes(text)) {
      const more = await Promise.race([once(child.stdout, "data"), run.exit.then(() => undefined)]);
      if (more === undefined) throw new Error(`it ended: ${run.errors}${run.output}`);
    }
  };
  return run;
}

/** A sandbox on any free port, and a client of it. `stop` ends it. */
export async function startSandbox(...args) {
  const run = startCommand("sandbox", "--port", "0", ...args);
  await run.until("curl");
  run.url = /^ITPAY_BASE_URL=(.+)\/v1$/m.exec(run.output)[1];
  const apiKey = /ITPAY_API_KEY=(\S+)/.exec(run.output)[1];
  if (run.url.startsWith("http://127.")) run.client = new ItPayClient({ apiKey, baseUrl: `${run.url}/v1` });
  run.press = async (path, body) => {
    const response = await fetch(`${run.url}/sandbox/${path}`, {
      method: "POST",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return [response.status, await response.json()];
  };
  run.stop = async () => {
    run.child.kill("SIGINT");
    await run.exit;
  };
  return run;
}
