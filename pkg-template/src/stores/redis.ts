// Handled events in Redis: one atomic command for each step, so any number of servers can share it.

import { checkedLease, type EventStore } from "../webhooks/event-store.js";
import { Claims } from "./claims.js";
import { checkClient, checkedId, checkedPrefix, checkedTtl, type StoreOptions } from "./options.js";

/** node-redis (4 and later). */
export interface NodeRedis {
  sendCommand(command: string[]): Promise<unknown>;
}

/** ioredis. */
export interface IoRedis {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
}

/** Upstash's REST client. */
export interface UpstashRedis {
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
}

export interface RedisStoreOptions extends StoreOptions {
  /** What keys begin with. Default `itpay:event:`. */
  prefix?: string | undefined;
}

const CLAIM = `local held = redis.call("GET", KEYS[1])
if held == "done" then return "done" end
if held then return "in_progress" end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return "claimed"`;
const COMPLETE = `redis.call("SET", KEYS[1], "done", "PX", ARGV[1])
return "done"`;
// A claim that another delivery has taken over, after the lease ended, is not ours to release.
const RELEASE = `if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("DEL", KEYS[1]) end
return "released"`;

/** Shared by all that use the same Redis. Consistent as long as that does not lose writes in a failover. */
export function redisStore(client: NodeRedis | IoRedis | UpstashRedis, options: RedisStoreOptions = {}): EventStore {
  checkClient("client", client, "sendCommand", "call", "eval");
  const prefix = checkedPrefix(options);
  const ttl = String(checkedTtl(options));
  const claims = new Claims();
  const run = (script: string, id: string, ...args: string[]): Promise<unknown> => {
    const key = prefix + checkedId(id);
    // ioredis has a sendCommand as well, of another kind.
    if ("call" in client) return client.call("EVAL", script, 1, key, ...args);
    if ("sendCommand" in client) return client.sendCommand(["EVAL", script, "1", key, ...args]);
    return client.eval(script, [key], args);
  };
  return {
    async claim(id, leaseMs) {
      checkedLease(leaseMs);
      const token = crypto.randomUUID();
      const state = (await run(CLAIM, id, token, String(Math.ceil(leaseMs)))) as "claimed" | "in_progress" | "done";
      if (state === "claimed") claims.add(id, token);
      return state;
    },
    async complete(id) {
      claims.complete(id);
      await run(COMPLETE, id, ttl);
    },
    async release(id) {
      const token = claims.release(id);
      if (token !== undefined) await run(RELEASE, id, token);
    },
  };
}
