// The clients of real services, as their types are. Nothing here is run.

import { PGlite } from "@electric-sql/pglite";
import { neon, Pool as NeonPool } from "@neondatabase/serverless";
import { Cluster, Redis as IoRedis } from "ioredis";
import { type EventStore, postgresStore, redisStore, sqliteStore } from "itpay/stores";
import { createWebhookHandler } from "itpay/webhooks";
import pg from "pg";
import postgres from "postgres";
import { createClient, createCluster, createSentinel } from "redis";
import { DatabaseSync } from "node:sqlite";

const sql = postgres("");
const sentinel = { name: "x", sentinelRootNodes: [] };
export const stores: EventStore[] = [
  redisStore(createClient()),
  redisStore(createCluster({ rootNodes: [] })),
  redisStore(createSentinel(sentinel)),
  redisStore(new IoRedis()),
  redisStore(new Cluster([])),
  postgresStore(sql),
  postgresStore(new pg.Pool()),
  postgresStore(new pg.Client()),
  postgresStore(neon("")),
  postgresStore(new NeonPool()),
  postgresStore(new PGlite()),
  sqliteStore(new DatabaseSync("")),
];

const store = postgresStore(sql);
export const handle = createWebhookHandler({
  store,
  on: { default: (event, { token }) => sql.begin((tx) => store.completeIn(tx, event.id, token)) },
});
