// A Worker that must compile against the built package and Cloudflare's types. Nothing here is run.

import { ItPayClient } from "itpay";
import { initSync, webhooksWasm } from "itpay/slim";
import { d1Store, durableObjectStore, EventStoreObject, kvStore } from "itpay/stores";
import { createWebhookHandler, type EventStore } from "itpay/webhooks";
import module from "itpay/webhooks.wasm";

interface Env {
  DB: D1Database;
  EVENTS: DurableObjectNamespace<EventStoreObject>;
  KV: KVNamespace;
  ITPAY_API_KEY: string;
}

initSync(webhooksWasm, module);

export { EventStoreObject };
export const stores = (env: Env): EventStore[] => [d1Store(env.DB), durableObjectStore(env.EVENTS), kvStore(env.KV)];
export const client = (env: Env): ItPayClient => new ItPayClient({ env });
export default {
  fetch: (request, env) => createWebhookHandler({ store: durableObjectStore(env.EVENTS), on: {} })(request),
} satisfies ExportedHandler<Env>;
