// The contract of event stores, and the store in memory.

import { copyOptions } from "../internal/untrusted.js";

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
   * renews the lease. The store generates a token if none is passed.
   * @param id Id of the event.
   * @param leaseMs Milliseconds that the claim lasts.
   * @param token Names the claim. Default: drawn by the store.
   */
  claim(id: string, leaseMs: number, token?: string): Promise<ClaimResult>;
  /**
   * Marks the event as done. The event is marked even if the lease of this token is over, because its listener has
   * run. Changes nothing if the event is done.
   * @param id Id of the event.
   * @param token Token of the claim.
   */
  complete(id: string, token: string): Promise<void>;
  /**
   * Ends the claim of this token, so that the next delivery can claim the event. Changes nothing if another token holds the event or the event is done.
   * @param id Id of the event.
   * @param token Token of the claim.
   */
  release(id: string, token: string): Promise<void>;
}

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** How many finished events are remembered. Beyond it and a tenth, the oldest are forgotten. Default 10,000. */
  max?: number | undefined;
  /** How long a finished event is remembered, in milliseconds. Default 24 hours. */
  ttl?: number | undefined;
}

const MAX_TIME = 10 * 365 * 24 * 60 * 60 * 1000;

/** Remembers events in this process only: for a single server that rarely restarts, and for tests. */
export function memoryStore(options: MemoryStoreOptions = {}): EventStore {
  const { max = 10_000, ttl = 24 * 60 * 60 * 1000 } = copyOptions("options", options);
  checkNumber("max", Number.isInteger(max) ? max : Number.NaN);
  checkNumber("ttl", ttl, Infinity);
  // In the order of their last change. A finished event has no token.
  const events = new Map<string, { token: string | null; until: number }>();
  const put = (id: string, token: string | null, until: number): void => {
    events.delete(id);
    events.set(id, { token, until });
    // Many at once, because a Map that has lost its first entries is slow to iterate.
    if (events.size <= max * 1.1) return;
    for (const [oldest, held] of events) {
      // A claim is never evicted: two deliveries would run at once.
      if (events.size > max && (held.token === null || held.until <= Date.now())) events.delete(oldest);
    }
  };
  const holder = (id: string): string | null | undefined => {
    const held = events.get(id);
    return held && held.until > Date.now() ? held.token : undefined;
  };
  return {
    async claim(id, leaseMs, token = crypto.randomUUID()) {
      checkNumber("leaseMs", leaseMs);
      const held = holder(id);
      if (held === null) return { state: "done" };
      if (held !== undefined && held !== token) return { state: "in_progress" };
      put(id, token, Date.now() + leaseMs);
      return { state: "claimed", token };
    },
    async complete(id) {
      if (holder(id) !== null) put(id, null, Date.now() + ttl);
    },
    async release(id, token) {
      if (holder(id) === token) events.delete(id);
    },
  };
}

/** @internal Throws unless the value is a number above 0. The default maximum is ten years in milliseconds. */
export function checkNumber(name: string, value: unknown, max = MAX_TIME): asserts value is number {
  if (!(typeof value === "number" && value > 0 && value <= max))
    throw new TypeError(`${name} must be a number above 0 and at most ${max}`);
}
