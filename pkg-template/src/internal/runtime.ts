// Detects the runtime, for the user agent and for warnings.

import { VERSION } from "./version.js";

interface Global {
  window?: unknown;
  document?: unknown;
  navigator?: { userAgent?: string | undefined } | undefined;
  process?: { versions?: { node?: string | undefined; bun?: string | undefined } | undefined } | undefined;
  importScripts?: unknown;
  Deno?: { version?: { deno?: string | undefined } | undefined } | undefined;
}

/** @internal Whether this is a web page or a worker of one. Only workers of pages have `importScripts`. */
export function isPage(): boolean {
  const { document, importScripts, window } = globalThis as Global;
  const isDocument = typeof window === "object" && typeof document === "object";
  return (isDocument || typeof importScripts === "function") && !isServer();
}

/** @internal Undefined if the runtime sends its own. */
export function userAgent(): string | undefined {
  const { importScripts, window } = globalThis as Global;
  if ((typeof window === "object" || typeof importScripts === "function") && !isServer()) return undefined;
  return `itpay-wasm/${VERSION} ${runtime()}`;
}

function runtime(): string {
  const { navigator, Deno } = globalThis as Global;
  // First, because `process` loads Node's modules there.
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
