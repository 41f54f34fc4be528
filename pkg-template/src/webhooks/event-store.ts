// The contract of event stores, and the store in memory.

import { given } from "../internal/untrusted.js";

/** The result of a claim. The token names this claim: only `complete` and `release` with the same token end it. */
export type ClaimResult = { state: "claimed"; token: string } | { state: "in_progress" | "done"; token?: undefined };

/**
 * Remembers which events are processed. Every method is one atomic step, because two deliveries of an event may arrive
 * at the same moment. Repeating a step with the same token has no further effect, so a caller whose connection lost the
 * response can repeat it.
 */
export interface EventStore {
  /**
   * Claims the event for `leaseMs` milliseconds, unless it is done or another token holds it. Once the lease is over
   * without `complete` or `release`, any token can claim the event. Claiming again with the token that holds the event
   * renews the lease. The store draws a token if none is given.
   */
  claim(id: string, leaseMs: number, token?: string): Promise<ClaimResult>;
  /**
   * Marks the event as done. The event is marked even if the lease of this token is over, because its listener has
   * run. Changes nothing if the event is done.
   */
  complete(id: string, token: string): Promise<void>;
  /** Ends the claim of this token, so that the next delivery can claim the event. Changes nothing if another token holds the event or the event is done. */
  release(id: string, token: string): Promise<void>;
}

export interface MemoryStoreOptions {
  /** How many finished events are remembered. The oldest are forgotten first. Default 10,000. */
  max?: number | undefined;
  /** How long a finished event is remembered, in milliseconds. Default 24 hours. */
  ttl?: number | undefined;
}

const MAX_TIME = 10 * 365 * 24 * 60 * 60 * 1000;

/** Remembers events in this process only: for a single server that rarely restarts, and for tests. */
export function memoryStore(options: MemoryStoreOptions = {}): EventStore {
  const { max = 10_000, ttl = 24 * 60 * 60 * 1000 } = given("options", options);
  if (!(Number.isInteger(max) && max > 0)) throw new TypeError("max must be a whole number above 0");
  checkMs("ttl", ttl);
  // Both maps are in the order of insertion, so the oldest entries come first.
  const claims = new Map<string, { token: string; until: number }>();
  const done = new Map<string, number>();
  return {
    async claim(id, leaseMs, token = crypto.randomUUID()) {
      checkMs("leaseMs", leaseMs);
      const now = Date.now();
      if (done.get(id)! > now) return { state: "done" };
      const claim = claims.get(id);
      if (claim !== undefined && claim.until > now && claim.token !== token) return { state: "in_progress" };
      claims.delete(id);
      for (const [other, { until }] of claims) {
        if (until > now) break;
        claims.delete(other);
      }
      claims.set(id, { token, until: now + leaseMs });
      return { state: "claimed", token };
    },
    async complete(id) {
      claims.delete(id);
      const now = Date.now();
      if (done.get(id)! > now) return;
      done.delete(id);
      done.set(id, now + ttl);
      // Only finished events are evicted. An evicted claim would let two deliveries run at once.
      if (done.size > max) done.delete(done.keys().next().value!);
    },
    async release(id, token) {
      if (claims.get(id)?.token === token) claims.delete(id);
    },
  };
}

/** @internal Throws unless the value is a time in milliseconds that every store and timer can count. */
export function checkMs(name: string, ms: unknown, max = MAX_TIME): asserts ms is number {
  if (!(typeof ms === "number" && ms > 0 && ms <= max)) throw new TypeError(`${name} must be a number of milliseconds above 0 and at most ${max}`);
}
