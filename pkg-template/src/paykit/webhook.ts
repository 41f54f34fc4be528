// One webhook: which code runs for which event.

import { reading } from "../internal/untrusted.js";
import type { EventData, StandardEventType, WebhookEvent } from "./types.js";
import type { PayKitProvider } from "./provider.js";

/** A webhook as the caller has it. PayKit 1.1 called the headers `headers`. */
export interface HandleParams {
  body: string;
  headersAsObject?: Record<string, string> | undefined;
  headers?: Record<string, string> | undefined;
  fullUrl: string;
}

type Listener = (event: never) => unknown;

export class Webhook<Name extends string = string> {
  readonly #provider: PayKitProvider;
  readonly #webhookSecret: string | null;
  readonly #listeners = new Map<string, Listener[]>();

  /** @internal */
  constructor(provider: PayKitProvider, webhookSecret: string | null) {
    this.#provider = provider;
    this.#webhookSecret = webhookSecret;
  }

  /** What to do with events of a type. The provider's own events (`gopay.…`) come as their data alone. */
  on<Type extends StandardEventType>(type: Type, listener: (event: WebhookEvent<EventData[Type], Type>) => unknown): this;
  on(type: `${Name}.${string}`, listener: (data: unknown) => unknown): this;
  on(type: string, listener: Listener): this {
    if (typeof listener !== "function") throw new TypeError("on must have a function to call");
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    return this;
  }

  /**
   * Reads the webhook and starts what is to be done with its events, in their order. Rejects when one of them
   * rejects: let the answer be no 200 then, so that the webhook comes again. An event may come more than once,
   * always under the same `id`.
   */
  async handle(webhook: HandleParams): Promise<void> {
    const read = reading("webhook", () => {
      const { body, headersAsObject, headers, fullUrl } = webhook;
      return { body, headersAsObject: headersAsObject ?? headers ?? {}, fullUrl };
    });
    const events = await this.#provider.handleWebhook(read, this.#webhookSecret);
    await Promise.all(events.flatMap((event) => (this.#listeners.get(event.type) ?? []).map((listener) => run(listener, event))));
  }
}

/** Asynchronous, so that one that throws at once does not keep the others from running. */
async function run(listener: Listener, event: WebhookEvent): Promise<void> {
  await listener((event.is_raw === true ? event.data : event) as never);
}
