// Checks that the stores share.

import { ItPayError } from "../internal/errors.js";
import { type OptionNames, readOptions } from "../internal/option-names.js";
import { readUntrusted } from "../internal/untrusted.js";
import { checkNumber } from "../webhooks/event-store.js";

/** Options of every store. */
export interface StoreOptions {
  /** How long a finished event is remembered, in milliseconds. Default 7 days, at most 10 years. */
  ttl?: number | undefined;
}

/** Options of stores with keys. */
export interface PrefixOptions extends StoreOptions {
  /** Prefix of the keys. Default `itpay:event:`. */
  prefix?: string | undefined;
}

/** Options of stores with a table. */
export interface TableOptions extends StoreOptions {
  /** The table: letters, digits and underscores. Default `itpay_events`. */
  table?: string | undefined;
}

const OPTIONS: OptionNames<PrefixOptions & TableOptions> = {
  ttl: [],
  prefix: ["keyPrefix"],
  table: ["tableName"],
};

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** The token of a finished event. */
export const DONE = "done";

/** @internal */
export function checkTtl(options: StoreOptions): number {
  const { ttl = WEEK } = readOptions<PrefixOptions & TableOptions>(options, OPTIONS);
  checkNumber("ttl", ttl);
  return Math.ceil(ttl);
}

/** @internal */
export function checkPrefix(options: PrefixOptions): string {
  const { prefix = "itpay:event:" } = readOptions<PrefixOptions & TableOptions>(options, OPTIONS);
  if (typeof prefix !== "string") throw new TypeError("prefix must be a string");
  return prefix;
}

/** @internal */
export function checkTable(options: TableOptions): string {
  const { table = "itpay_events" } = readOptions<PrefixOptions & TableOptions>(options, OPTIONS);
  if (typeof table !== "string" || !/^[A-Za-z_]\w*$/.test(table))
    throw new TypeError("table must be letters, digits and underscores");
  return table;
}

/** @internal Throws if the service's client has none of the methods. */
export function checkClient(name: string, client: unknown, ...methods: string[]): void {
  const has = readUntrusted(name, () =>
    methods.some((method) => typeof (client as Record<string, unknown> | null | undefined)?.[method] === "function"),
  );
  if (!has) throw new TypeError(`${name} must have ${methods.join(" or ")}`);
}

/** @internal Returns the lease as a whole number of milliseconds. */
export function checkClaim(id: string, leaseMs: number, token: string): number {
  checkNumber("leaseMs", leaseMs);
  checkId(id, token);
  return Math.ceil(leaseMs);
}

/** @internal */
export function checkId(id: string, token: string): void {
  if (typeof id !== "string") throw new TypeError("id must be a string");
  if (typeof token !== "string" || token === "" || token === DONE)
    throw new TypeError(`token must be a string, and neither empty nor "${DONE}"`);
}

/** @internal The result of a claim, given the token that holds the event now. */
export function claimResult(
  holder: unknown,
  token: string,
): { state: "claimed"; token: string } | { state: "in_progress" | "done" } {
  if (holder === token) return { state: "claimed", token };
  return { state: holder === DONE ? "done" : "in_progress" };
}

/** @internal */
export function claimLost(): ItPayError {
  return new ItPayError(
    "The claim of this event is lost: its lease is over, and another delivery may have handled it. Roll the transaction back",
    { code: "claim_lost" },
  );
}

const encoder = new TextEncoder();

/** @internal A key for services that limit a key's length: the id, or the hash of a long one. */
export async function shortId(id: string): Promise<string> {
  const bytes = encoder.encode(id);
  if (bytes.length <= 255) return id;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
