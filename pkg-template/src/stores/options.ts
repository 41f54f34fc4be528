// What all stores that keep events for a while have in common.

import { given, reading } from "../internal/untrusted.js";

export interface StoreOptions {
  /** How long a handled event is remembered, in milliseconds. Default 7 days. */
  ttl?: number | undefined;
}

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** @internal */
export function checkedTtl(options: StoreOptions): number {
  const { ttl = WEEK } = given("options", options);
  if (!(typeof ttl === "number" && ttl >= 1 && ttl < Infinity)) throw new TypeError("ttl must be a number of milliseconds above 0");
  return Math.ceil(ttl);
}

/** @internal What keys begin with. */
export function checkedPrefix(options: StoreOptions & { prefix?: string | undefined }): string {
  const { prefix = "itpay:event:" } = given("options", options);
  if (typeof prefix !== "string") throw new TypeError("prefix must be a string");
  return prefix;
}

/** @internal Throws where the service's client has none of the methods. */
export function checkClient(name: string, client: unknown, ...methods: string[]): void {
  const has = reading(name, () => methods.some((method) => typeof (client as Record<string, unknown> | null | undefined)?.[method] === "function"));
  if (!has) throw new TypeError(`${name} must have ${methods.join(" or ")}`);
}

/** @internal The same, if it is an event's id. */
export function checkedId(id: string): string {
  if (typeof id !== "string") throw new TypeError("id must be a string");
  return id;
}
