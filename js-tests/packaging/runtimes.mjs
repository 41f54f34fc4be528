// Where the runtimes' programs are: Node in several versions, Deno, Bun, as the lock file of runtimes/ has them.
// They are there for Linux on x64, where CI runs.

import { createRequire } from "node:module";
import { join } from "node:path";

import { dependencies } from "./consumer.mjs";

let folder;

/** Installs them, should they not be there. */
export async function installRuntimes() {
  folder = await dependencies("runtimes");
}

/** Node of this major version. */
export function node(major) {
  return join(folder, `node${major}/bin/node`);
}

export function deno() {
  return join(folder, "@deno/linux-x64-glibc/deno");
}

export function bun() {
  return join(folder, "@oven/bun-linux-x64/bin/bun");
}

/** A command of a package in a project: for `execute(node(24), [program(folder, "vite"), "build"])`. */
export function program(folder, name, command = name) {
  const require = createRequire(join(folder, "package.json"));
  const path = join(folder, "node_modules", name);
  const { bin } = require(join(path, "package.json"));
  return join(path, typeof bin === "string" ? bin : bin[command]);
}
