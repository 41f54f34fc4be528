// Runs TypeScript's compiler as users do.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));

/** Returns the compiler's errors about these files, strictly checked. */
export async function compile(cwd, files, options = [], module = "nodenext", moduleResolution = module) {
  const all = ["--ignoreConfig", "--noEmit", "--strict", "--target", "es2022", "--lib", "es2023,dom,dom.iterable"];
  all.push("--module", module, "--moduleResolution", moduleResolution, ...options);
  const run = promisify(execFile)(process.execPath, [tsc, ...all, ...files], { cwd });
  return (await run.catch((error) => error)).stdout;
}
