// What is running this: only for what the outside is told.

import { VERSION } from "./version.js";

interface Global {
  window?: unknown;
  document?: unknown;
  navigator?: { userAgent?: string };
  process?: { versions?: { node?: string; bun?: string } };
  Deno?: { version?: { deno?: string } };
}

/** @internal A page that somebody has opened. A worker of a page has no document. */
export function isPage(): boolean {
  const { window, document } = globalThis as Global;
  return typeof window === "object" && typeof document === "object" && !isServer();
}

/** @internal Undefined where the runtime sends its own. */
export function userAgent(): string | undefined {
  const { window, navigator, process, Deno } = globalThis as Global;
  if (typeof window === "object" && !isServer()) return undefined;
  let runtime = "unknown";
  if (process?.versions?.bun) runtime = `bun/${process.versions.bun}`;
  else if (Deno?.version?.deno) runtime = `deno/${Deno.version.deno}`;
  else if (navigator?.userAgent === "Cloudflare-Workers") runtime = "workerd";
  else if (process?.versions?.node) runtime = `node/${process.versions.node}`;
  return `itpay-wasm/${VERSION} ${runtime}`;
}

/** Deno has a window; so has Node under jsdom, but there a page is what is being tested. */
function isServer(): boolean {
  return typeof (globalThis as Global).Deno?.version?.deno === "string";
}
