// Which events have been handled: what a webhook handler remembers, and the store that forgets at a restart.

import { given } from "../internal/untrusted.js";

/** Where handled event ids are kept. Each step must be atomic: two deliveries may come at the same moment. */
export interface EventStore {
  /**
   * Takes the event in hand for so many milliseconds, unless it is done or another delivery has it in hand.
   * When the time is over without `complete` or `release`, it can be claimed again: its handler has died.
   */
  claim(id: string, leaseMs: number): Promise<"claimed" | "in_progress" | "done">;
  /** The event is handled, for good. */
  complete(id: string): Promise<void>;
  /**
   * The event is not handled after all: the next delivery may claim it. A release that comes late, when the lease is
   * over and another delivery has the event in hand or is done with it, changes nothing for that one.
   */
  release(id: string): Promise<void>;
}

export interface MemoryStoreOptions {
  /** How many events are remembered; the oldest go first. Default 10,000. */
  max?: number | undefined;
  /** How long a handled event is remembered, in milliseconds. Default 24 hours. */
  ttl?: number | undefined;
}

/** Remembers in this process only: for one server that rarely restarts, and for tests. */
export function memoryStore(options: MemoryStoreOptions = {}): EventStore {
  const { max = 10_000, ttl = 24 * 60 * 60 * 1000 } = given("options", options);
  if (!(Number.isInteger(max) && max > 0)) throw new TypeError("max must be a whole number above 0");
  if (!(typeof ttl === "number" && ttl > 0)) throw new TypeError("ttl must be a number of milliseconds above 0");
  // In the order of their last change, the oldest first.
  // `late` claims came before this one and may still be released.
  const events = new Map<string, { done: boolean; until: number; late: number }>();
  const put = (id: string, done: boolean, until: number, late: number): void => {
    events.delete(id);
    events.set(id, { done, until, late });
    if (events.size > max) events.delete(events.keys().next().value!);
  };
  return {
    async claim(id, leaseMs) {
      checkedLease(leaseMs);
      const now = Date.now();
      const known = events.get(id);
      if (known !== undefined && known.until > now) return known.done ? "done" : "in_progress";
      put(id, false, now + leaseMs, known === undefined || known.done ? 0 : known.late + 1);
      return "claimed";
    },
    async complete(id) {
      put(id, true, Date.now() + ttl, 0);
    },
    async release(id) {
      const known = events.get(id);
      if (known === undefined || known.done) return;
      if (known.late > 0) known.late -= 1;
      else events.delete(id);
    },
  };
}

/** @internal The same, if it is a time. */
export function checkedLease(leaseMs: number): number {
  if (!(typeof leaseMs === "number" && leaseMs > 0)) throw new TypeError("leaseMs must be a number of milliseconds above 0");
  return leaseMs;
}
