// The package's own ES modules, which a page imports from /itpay/.

import { readFile } from "node:fs/promises";

/** Returns a module's text. The pattern has no dots but the suffix, so a path cannot leave the folder. */
export async function moduleAt(path: string): Promise<string | undefined> {
  const [, name] = /^\/itpay\/((?:[\w-]+\/)*[\w-]+(?:\.text)?\.js)$/.exec(path) ?? [];
  if (name === undefined) return undefined;
  try {
    // This file is a part of dist/bin/itpay.mjs.
    return await readFile(new URL(`../esm/${name}`, import.meta.url), "utf8");
  } catch {
    return undefined;
  }
}
