// Handled events in Workers KV: best effort.

import { checkedLease, type EventStore } from "../webhooks/event-store.js";
import { Claims } from "./claims.js";
import { checkClient, checkedId, checkedPrefix, checkedTtl, type StoreOptions } from "./options.js";

/** What is used of a KV binding. */
export interface KV {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface KVStoreOptions extends StoreOptions {
  /** What keys begin with. Default `itpay:event:`. */
  prefix?: string | undefined;
}

/** KV keeps nothing for less than a minute. */
const LEAST_SECONDS = 60;

/**
 * BEST EFFORT: KV has no atomic step, and a write may take a minute to be seen elsewhere. It keeps most repeated
 * deliveries away; two that come at the same moment may both be handled. Where that must not be, take
 * `durableObjectStore` or `d1Store`.
 */
export function kvStore(namespace: KV, options: KVStoreOptions = {}): EventStore {
  checkClient("namespace", namespace, "get");
  const prefix = checkedPrefix(options);
  const ttl = checkedTtl(options);
  const claims = new Claims();
  const put = (id: string, value: string, ms: number): Promise<void> =>
    namespace.put(prefix + checkedId(id), value, { expirationTtl: Math.max(LEAST_SECONDS, Math.ceil(ms / 1000)) });
  return {
    async claim(id, leaseMs) {
      checkedLease(leaseMs);
      const held = await namespace.get(prefix + checkedId(id));
      if (held === "done") return "done";
      // The lease's end stands in the value, because KV cannot forget so soon.
      if (held !== null && Number(held) > Date.now()) return "in_progress";
      const until = String(Date.now() + leaseMs);
      await put(id, until, leaseMs);
      claims.add(id, until);
      return "claimed";
    },
    async complete(id) {
      claims.complete(id);
      await put(id, "done", ttl);
    },
    async release(id) {
      const until = claims.release(id);
      if (until !== undefined && (await namespace.get(prefix + id)) === until) await namespace.delete(prefix + id);
    },
  };
}
