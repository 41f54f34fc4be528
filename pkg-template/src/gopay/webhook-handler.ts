// GoPay's webhook endpoint: reads the payment that a notification names, and calls the listener of each event once.

import { type OptionNames, readOptions } from "../internal/option-names.js";
import { readUntrusted } from "../internal/untrusted.js";
import { PayKitError } from "../paykit/errors.js";
import { gopay, type GopayProvider } from "../paykit/gopay-provider.js";
import type { EventData, StandardEvent, StandardEventType, WebhookEvent } from "../paykit/types.js";
import {
  type DeliveryContext,
  eventProcessor,
  json,
  type ProcessorOptions,
  type WebhookContext,
  type WebhookHandler,
} from "../webhooks/event-processor.js";

/** Listeners by event type. `default` is called for every type without its own listener. */
export type GopayEventHandlers = {
  [Type in StandardEventType]?:
    | ((event: WebhookEvent<EventData[Type], Type>, context: WebhookContext) => void | Promise<void>)
    | undefined;
} & {
  /** Listener for every type without its own listener. */
  default?: ((event: StandardEvent, context: WebhookContext) => void | Promise<void>) | undefined;
};

/** Options of `createGopayWebhookHandler`. */
export interface GopayWebhookHandlerOptions extends ProcessorOptions<StandardEvent> {
  /** Default: `gopay()`. */
  provider?: GopayProvider | undefined;
  /** Listeners by event type. A type that has none is logged once. */
  on: GopayEventHandlers;
}

const OPTIONS: OptionNames<GopayWebhookHandlerOptions> = {
  provider: ["gopay"],
  on: ["handlers", "events", "listeners"],
  store: ["eventStore"],
  lease: [],
  timeout: [],
  onError: [],
};

/**
 * Returns a handler for `fetch`-style servers, to be served at the URL in `GOPAY_WEBHOOK_URL`. The promise of the handler
 * never rejects.
 *
 * | response | when |
 * |---|---|
 * | 200 `received`, `already_processed` | the event was handled now, or before. Also a payment state that means no event |
 * | 200 `ignored` | GoPay knows no such payment, or it is another e-shop's: a redelivery would change nothing |
 * | 400 | the URL has no payment `id` |
 * | 405 | not a GET |
 * | 409, with `Retry-After` | the event is already being processed |
 * | 500 | a listener threw or the store failed. The event is released for redelivery |
 * | 503 | the payment could not be read from GoPay |
 *
 * GoPay redelivers up to 20 times after any response but 200.
 *
 * @throws ConfigurationError and TypeError when it is created
 */
export function createGopayWebhookHandler(options: GopayWebhookHandlerOptions): WebhookHandler {
  const own = readOptions(options, OPTIONS);
  const { provider = gopay() } = own;
  const processor = eventProcessor<StandardEvent>("GoPay", isPayKitError, own);
  if (readUntrusted("provider", () => typeof provider?.handleWebhook) !== "function")
    throw new TypeError("provider must be GoPay's, such as gopay()");

  const respond = async (context: DeliveryContext): Promise<Response> => {
    const { method, url } = context.request;
    if (method !== "GET") return json(405, { error: "Method not allowed" }, { Allow: "GET" });
    let events: StandardEvent[];
    try {
      events = await provider.handleWebhook({ body: "", headersAsObject: {}, fullUrl: url });
    } catch (error) {
      return failRead(error);
    }
    let status = events.length > 0 ? "already_processed" : "received";
    // In order, because later events of a payment build on earlier ones.
    for (const event of events) {
      const result = await processor.process(event, context);
      if (typeof result !== "string") return result;
      if (result === "received") status = result;
    }
    return json(200, { status });
  };

  const failRead = async (error: unknown): Promise<Response> => {
    if (!(error instanceof PayKitError)) return processor.fail(500, "Internal error", error);
    if (error.retryable)
      return processor.fail(503, "The payment could not be read", error, undefined, { "Retry-After": "60" });
    if (error.context?.["reason"] === "no_id") return processor.fail(400, "The URL has no payment id", error);
    await processor.report(error);
    return json(200, { status: "ignored" });
  };

  return (request, ...args) => processor.serve(request, args, respond);
}

function isPayKitError(error: unknown): error is PayKitError {
  return error instanceof PayKitError;
}
