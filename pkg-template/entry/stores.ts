/**
 * Stores that remember which events were handled. The services' clients are your own.
 *
 * @module itpay/stores
 */

export {
  type ClaimResult,
  type EventStore,
  memoryStore,
  type MemoryStoreOptions,
} from "../src/webhooks/event-store.js";
export { type D1, type D1Statement, d1Store, type D1StoreOptions } from "../src/stores/d1.js";
export {
  type DurableObjects,
  type DurableObjectStateLike,
  durableObjectStore,
  EventStoreObject,
} from "../src/stores/durable-object.js";
export { type KV, kvStore, type KVStoreOptions } from "../src/stores/kv.js";
export type { PrefixOptions, StoreOptions, TableOptions } from "../src/stores/options.js";
export {
  type IoRedis,
  type NodeRedis,
  redisStore,
  type RedisStoreOptions,
  type UpstashRedis,
} from "../src/stores/redis.js";
export {
  type Postgres,
  type PostgresQuery,
  postgresStore,
  type PostgresStore,
  type PostgresStoreOptions,
  type PostgresUnsafe,
} from "../src/stores/postgres.js";
export { type Sqlite, sqliteStore, type SqliteStore, type SqliteStoreOptions } from "../src/stores/sqlite.js";
