// Events in Redis. Each step is one script, so any number of servers can share it.

import type { EventStore } from "../webhooks/event-store.js";
import {
  checkClaim,
  checkClient,
  checkId,
  checkPrefix,
  checkTtl,
  claimResult,
  DONE,
  type PrefixOptions,
} from "./options.js";

/** A client, cluster or sentinel of node-redis 4 and later. */
export type NodeRedis = NodeRedisEval | NodeRedisCluster | { sendCommand(command: string[]): Promise<unknown> };

interface NodeRedisCluster {
  slots: unknown;
  sendCommand(firstKey: string | undefined, isReadonly: boolean, command: string[]): Promise<unknown>;
}

interface NodeRedisEval {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client or cluster of ioredis. */
export interface IoRedis {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
}

/** The REST client of Upstash. */
export interface UpstashRedis {
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
}

/** Options of `redisStore`. */
export type RedisStoreOptions = PrefixOptions;

// Returns the token that holds the event afterwards.
const CLAIM = `local held = redis.call("GET", KEYS[1])
if held and held ~= ARGV[1] then return held end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return ARGV[1]`;
const COMPLETE = `if redis.call("GET", KEYS[1]) ~= "${DONE}" then redis.call("SET", KEYS[1], "${DONE}", "PX", ARGV[1]) end
return 1`;
const RELEASE = `if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("DEL", KEYS[1]) end
return 1`;

/**
 * Shared by all servers that use the same Redis. Consistent unless Redis evicts keys or loses writes in a failover.
 * @throws TypeError that names the invalid argument
 */
export function redisStore(client: NodeRedis | IoRedis | UpstashRedis, options: RedisStoreOptions = {}): EventStore {
  checkClient("client", client, "eval", "call", "sendCommand");
  const prefix = checkPrefix(options);
  const ttl = String(checkTtl(options));
  const run = (script: string, id: string, ...args: string[]): Promise<unknown> => {
    const key = prefix + id;
    const command = ["EVAL", script, "1", key, ...args];
    // ioredis also has sendCommand and eval, both with other arguments.
    if ("call" in client) return client.call("EVAL", script, 1, key, ...args);
    // The eval of a cluster of node-redis 4 goes to any node.
    if ("slots" in client) return client.sendCommand(key, false, command);
    if (!("eval" in client)) return client.sendCommand(command);
    if ("sendCommand" in client) return (client as NodeRedisEval).eval(script, { keys: [key], arguments: args });
    return (client as UpstashRedis).eval(script, [key], args);
  };
  return {
    async claim(id, leaseMs, token = crypto.randomUUID()) {
      const lease = checkClaim(id, leaseMs, token);
      return claimResult(String(await run(CLAIM, id, token, String(lease))), token);
    },
    async complete(id, token) {
      checkId(id, token);
      await run(COMPLETE, id, ttl);
    },
    async release(id, token) {
      checkId(id, token);
      await run(RELEASE, id, token);
    },
  };
}
