// The handlers of a webhook.

import { readUntrusted } from "../internal/untrusted.js";
import type { EventData, StandardEventType, WebhookEvent } from "./types.js";
import type { PayKitProvider } from "./provider.js";

/** An incoming webhook. In PayKit 1.1 the headers were called `headers`. */
export interface HandleParams {
  /** The raw body. Empty if the provider sends none. */
  body: string;
  /** The headers, with names in lower case. */
  headersAsObject?: Record<string, string> | undefined;
  /** The headers, under the name of PayKit 1.1. */
  headers?: Record<string, string> | undefined;
  /** The URL with its query. */
  fullUrl: string;
}

type Listener = (event: never) => unknown;

/** The handlers of a provider's webhooks. `paykit.webhooks.setup` makes one. */
export class Webhook<Name extends string = string> {
  readonly #provider: PayKitProvider;
  readonly #webhookSecret: string | null;
  readonly #listeners = new Map<string, Listener[]>();

  /** @internal */
  constructor(provider: PayKitProvider, webhookSecret: string | null) {
    this.#provider = provider;
    this.#webhookSecret = webhookSecret;
  }

  /**
   * Adds a handler for a type of event. A handler for the provider's own events (`itpay.…`) gets only their data.
   * @param type Type of the event.
   * @param listener Called with each event of the type.
   */
  on<Type extends StandardEventType>(
    type: Type,
    listener: (event: WebhookEvent<EventData[Type], Type>) => unknown,
  ): this;
  /**
   * Adds a handler for the provider's own events.
   * @param type Type of the event, such as `itpay.payment_intent.succeeded`.
   * @param listener Called with the data of each event of the type.
   */
  on(type: `${Name}.${string}`, listener: (data: unknown) => unknown): this;
  on(type: string, listener: Listener): this {
    if (typeof listener !== "function") throw new TypeError("on: the handler must be a function");
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    return this;
  }

  /**
   * Reads the webhook and starts the handlers of its events, in the order of the events. Rejects if a handler rejects:
   * respond with an error then, so that the provider delivers the webhook again. An event may come more than once,
   * always with the same `id`.
   */
  async handle(webhook: HandleParams): Promise<void> {
    const read = readUntrusted("webhook", () => {
      const { body, headersAsObject, headers, fullUrl } = webhook;
      return { body, headersAsObject: headersAsObject ?? headers ?? {}, fullUrl };
    });
    const events = await this.#provider.handleWebhook(read, this.#webhookSecret);
    await Promise.all(
      events.flatMap((event) => (this.#listeners.get(event.type) ?? []).map((listener) => run(listener, event))),
    );
  }
}

/** Asynchronous, so that a handler that throws does not keep the others from running. */
async function run(listener: Listener, event: WebhookEvent): Promise<void> {
  await listener((event.is_raw === true ? event.data : event) as never);
}
