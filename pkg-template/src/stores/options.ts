// What all stores that keep events for a while have in common.

import { given } from "../given.js";

export interface StoreOptions {
  /** How long a handled event is remembered, in milliseconds. Default 7 days. */
  ttl?: number;
}

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** @internal */
export function checkedTtl(options: StoreOptions): number {
  const { ttl = WEEK } = given("options", options);
  if (!(typeof ttl === "number" && ttl >= 1 && ttl < Infinity)) throw new TypeError("ttl must be a number of milliseconds above 0");
  return Math.ceil(ttl);
}
