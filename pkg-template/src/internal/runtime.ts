// What is running this: only for what the outside is told.

import { VERSION } from "./version.js";

interface Global {
  window?: unknown;
  document?: unknown;
  navigator?: { userAgent?: string | undefined } | undefined;
  process?: { versions?: { node?: string | undefined; bun?: string | undefined } | undefined } | undefined;
  Deno?: { version?: { deno?: string | undefined } | undefined } | undefined;
}

/** @internal A page that somebody has opened. A worker of a page has no document. */
export function isPage(): boolean {
  const { window, document } = globalThis as Global;
  return typeof window === "object" && typeof document === "object" && !isServer();
}

/** @internal Undefined where the runtime sends its own. */
export function userAgent(): string | undefined {
  if (typeof (globalThis as Global).window === "object" && !isServer()) return undefined;
  return `itpay-wasm/${VERSION} ${runtime()}`;
}

function runtime(): string {
  const { navigator, Deno } = globalThis as Global;
  // First: `process` loads Node's modules there.
  if (navigator?.userAgent === "Cloudflare-Workers") return "workerd";
  if (Deno?.version?.deno) return `deno/${Deno.version.deno}`;
  const versions = (globalThis as Global).process?.versions;
  if (versions?.bun) return `bun/${versions.bun}`;
  return versions?.node ? `node/${versions.node}` : "unknown";
}

/** Deno has a window; so has Node under jsdom, but there a page is what is being tested. */
function isServer(): boolean {
  return typeof (globalThis as Global).Deno?.version?.deno === "string";
}
