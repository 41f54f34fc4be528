// Events in Workers KV. Best effort.

import type { EventStore } from "../webhooks/event-store.js";
import { checkClaim, checkClient, checkId, checkPrefix, checkTtl, type PrefixOptions, shortId } from "./options.js";

/** A KV binding. */
export interface KV {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Options of `kvStore`. */
export type KVStoreOptions = PrefixOptions;

/** KV keeps a value for at least a minute. */
const MIN_SECONDS = 60;
/** KV allows one write to a key each second. */
const WRITE_INTERVAL_MS = 1100;

/**
 * BEST EFFORT: KV has no atomic step, and a write may take a minute until other places see it. It stops most repeated
 * deliveries, but two that arrive at the same moment may both be handled. Use `durableObjectStore` or `d1Store` if
 * that must not happen.
 * @throws TypeError that names the invalid argument
 */
export function kvStore(namespace: KV, options: KVStoreOptions = {}): EventStore {
  checkClient("namespace", namespace, "get");
  const prefix = checkPrefix(options);
  const ttl = checkTtl(options);
  // Finished events have a key of their own, so that a fast listener does not write to the same key twice in a second.
  const keys = async (id: string): Promise<{ claim: string; done: string }> => {
    const key = prefix + (await shortId(id));
    return { claim: key, done: `${key}:done` };
  };
  const put = (key: string, value: string, ms: number): Promise<void> =>
    retried(() => namespace.put(key, value, { expirationTtl: Math.max(MIN_SECONDS, Math.ceil(ms / 1000)) }));
  return {
    async claim(id, leaseMs, token = crypto.randomUUID()) {
      const lease = checkClaim(id, leaseMs, token);
      const key = await keys(id);
      const [done, claim] = await Promise.all([namespace.get(key.done), namespace.get(key.claim)]);
      // Version 0.1 wrote "done" to the key of the claim.
      if (done !== null || claim === "done") return { state: "done" };
      if (claim !== null && holderOf(claim) !== token && Number.parseInt(claim, 10) > Date.now())
        return { state: "in_progress" };
      // The value has the end of the lease, because KV keeps it for longer.
      await put(key.claim, `${Date.now() + lease} ${token}`, lease);
      return { state: "claimed", token };
    },
    async complete(id, token) {
      checkId(id, token);
      await put((await keys(id)).done, "done", ttl);
    },
    async release(id, token) {
      checkId(id, token);
      const { claim: key } = await keys(id);
      const claim = await namespace.get(key);
      if (claim !== null && holderOf(claim) === token) await retried(() => namespace.delete(key));
    },
  };
}

function holderOf(claim: string): string {
  return claim.slice(claim.indexOf(" ") + 1);
}

/** Repeats a write that failed, once KV allows the next one. */
async function retried(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch {
    await new Promise((resolve) => setTimeout(resolve, WRITE_INTERVAL_MS));
    await write();
  }
}
