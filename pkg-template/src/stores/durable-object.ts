// Events in Durable Objects: one object for each event, which deletes itself.

import type { EventStore } from "../webhooks/event-store.js";
import { checkClaim, checkClient, checkId, checkTtl, claimResult, DONE, type StoreOptions } from "./options.js";

/** A Durable Object namespace. */
export interface DurableObjects {
  idFromName(name: string): unknown;
  get(id: never): { fetch(url: string, init: { method: string; body: string }): Promise<Response> };
}

/** The state of an object. */
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
  token: string;
  /** The lease, or how long to remember the event, in milliseconds. */
  time: number;
}

/** The class of the objects. Export it from the Worker under the name in the binding. */
export class EventStoreObject {
  // Cloudflare's types take only classes with this mark into a DurableObjectNamespace.
  declare readonly __DURABLE_OBJECT_BRAND: never;
  readonly #storage: DurableObjectStateLike["storage"];

  constructor(state: DurableObjectStateLike) {
    this.#storage = state.storage;
  }

  // No other request runs while this one awaits its storage, so each step is atomic.
  /**
   * Runs a step. Responds with the token that holds the event afterwards.
   * @param request The step, as `durableObjectStore` sends it.
   */
  async fetch(request: Request): Promise<Response> {
    const { step, token, time } = (await request.json()) as Step;
    const now = Date.now();
    const held = await this.#storage.get<{ token: string; until: number }>("event");
    const holder = held !== undefined && held.until > now ? held.token : undefined;
    if (step === "release") {
      if (holder === token) await this.#storage.deleteAll();
      return new Response("");
    }
    if (holder === DONE || (step === "claim" && holder !== undefined && holder !== token)) return new Response(holder);
    const next = step === "claim" ? token : DONE;
    await this.#storage.put("event", { token: next, until: now + time });
    await this.#storage.setAlarm(now + time);
    return new Response(next);
  }

  /** Called by the runtime: forgets the event. */
  async alarm(): Promise<void> {
    await this.#storage.deleteAll();
  }
}

/**
 * Shared by all Workers with the binding, and consistent, because an event has one object worldwide.
 * @throws TypeError that names the invalid argument
 */
export function durableObjectStore(namespace: DurableObjects, options: StoreOptions = {}): EventStore {
  checkClient("namespace", namespace, "idFromName");
  const ttl = checkTtl(options);
  const run = async (id: string, step: Step): Promise<string> => {
    const response = await namespace
      .get(namespace.idFromName(id) as never)
      .fetch("https://event/", { method: "POST", body: JSON.stringify(step) });
    const text = await response.text();
    if (!response.ok) throw new Error(`the Durable Object of the event responded with ${response.status}`);
    return text;
  };
  return {
    async claim(id, leaseMs, token = crypto.randomUUID()) {
      const time = checkClaim(id, leaseMs, token);
      return claimResult(await run(id, { step: "claim", token, time }), token);
    },
    async complete(id, token) {
      checkId(id, token);
      await run(id, { step: "complete", token, time: ttl });
    },
    async release(id, token) {
      checkId(id, token);
      await run(id, { step: "release", token, time: 0 });
    },
  };
}
