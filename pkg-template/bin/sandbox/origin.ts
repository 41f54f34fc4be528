// Who may send requests: this machine's names, and no pages of other sites.

import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** The addresses that a server on this host has, except for loopback. Those that a phone most likely reaches are first. */
export function addressesOf(host: string): string[] {
  if (host !== "0.0.0.0" && host !== "::") return [host];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.filter(({ internal, scopeid = 0 }) => !internal && scopeid === 0);
  return outer.sort((a, b) => a.family.localeCompare(b.family)).map(({ address }) => address);
}

export function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** Whether the `Host` header names loopback or one of the server's names. A foreign name may resolve to this machine. */
export function isKnownHost(host: string | undefined, names: ReadonlySet<string>): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  const bare = hostname.replaceAll(/^\[|\]$/g, "");
  const version = isIP(bare);
  if (version !== 0 && loopback.check(bare, version === 6 ? "ipv6" : "ipv4")) return true;
  return names.has(hostname) || hostname === "localhost" || hostname.endsWith(".localhost");
}

/** Whether a page of another site sent the request. Browsers say so; other programs send none of these headers. */
export function isForeign({ headers: { host, origin, "sec-fetch-site": site } }: IncomingMessage): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host);
}
