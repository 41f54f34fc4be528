// Handled events in Durable Objects: one object for each event, which clears itself away.

import { checkedLease, type EventStore } from "../webhooks/event-store.js";
import { Claims } from "./claims.js";
import { checkClient, checkedId, checkedTtl, type StoreOptions } from "./options.js";

/** What is used of a Durable Object namespace. */
export interface DurableObjects {
  idFromName(name: string): unknown;
  get(id: never): { fetch(url: string, init: { method: string; body: string }): Promise<Response> };
}

/** What is used of an object's state. */
export interface DurableObjectStateLike {
  storage: {
    get<T>(key: string): Promise<T | undefined>;
    put(key: string, value: unknown): Promise<void>;
    deleteAll(): Promise<void>;
    setAlarm(at: number): Promise<void>;
  };
}

interface Step {
  step: "claim" | "complete" | "release";
  token?: string | undefined;
  /** Milliseconds: the lease, or how long to remember. */
  time: number;
}

/** The class of the objects: export it from the Worker under the name that the binding has. */
export class EventStoreObject {
  // Cloudflare's types take only classes with this mark into a DurableObjectNamespace.
  declare readonly __DURABLE_OBJECT_BRAND: never;
  readonly #storage: DurableObjectStateLike["storage"];

  constructor(state: DurableObjectStateLike) {
    this.#storage = state.storage;
  }

  // While storage is awaited no other request comes in, so that each step is one.
  async fetch(request: Request): Promise<Response> {
    const { step, token, time } = (await request.json()) as Step;
    const now = Date.now();
    const held = await this.#storage.get<{ token: string; until: number }>("event");
    if (step === "release") {
      if (held?.token === token) await this.#storage.deleteAll();
      return new Response("released");
    }
    if (step === "claim" && held !== undefined && held.until > now) return new Response(held.token === "done" ? "done" : "in_progress");
    await this.#storage.put("event", { token: step === "claim" ? token : "done", until: now + time });
    await this.#storage.setAlarm(now + time);
    return new Response(step === "claim" ? "claimed" : "done");
  }

  async alarm(): Promise<void> {
    await this.#storage.deleteAll();
  }
}

/** Shared by all Workers with the binding, and consistent: an event has exactly one object in the world. */
export function durableObjectStore(namespace: DurableObjects, options: StoreOptions = {}): EventStore {
  checkClient("namespace", namespace, "idFromName");
  const ttl = checkedTtl(options);
  const claims = new Claims();
  const ask = async (id: string, step: Step): Promise<string> => {
    const response = await namespace.get(namespace.idFromName(checkedId(id)) as never).fetch("https://event/", { method: "POST", body: JSON.stringify(step) });
    if (!response.ok) throw new Error(`the event's Durable Object answered ${response.status}`);
    return response.text();
  };
  return {
    async claim(id, leaseMs) {
      checkedLease(leaseMs);
      const token = crypto.randomUUID();
      const state = (await ask(id, { step: "claim", token, time: Math.ceil(leaseMs) })) as "claimed" | "in_progress" | "done";
      if (state === "claimed") claims.add(id, token);
      return state;
    },
    async complete(id) {
      claims.complete(id);
      await ask(id, { step: "complete", time: ttl });
    },
    async release(id) {
      const token = claims.release(id);
      if (token !== undefined) await ask(id, { step: "release", token, time: 0 });
    },
  };
}
