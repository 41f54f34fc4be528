// GoPay's notifications: Request in, Response out. Each event is handled once, however often GoPay tells of it.

import { type EventStore, memoryStore } from "../webhooks/event-store.js";
import { given, reading } from "../internal/untrusted.js";
import { gopay, type GopayProvider } from "../paykit/gopay-provider.js";
import { handledOnce } from "../webhooks/process-once.js";
import { PayKitError } from "../paykit/errors.js";
import type { EventData, StandardEvent, StandardEventType, WebhookEvent } from "../paykit/types.js";

/** What to do with an event, by its type; `default` takes the types that have nothing of their own. */
export type GopayEventHandlers = {
  [Type in StandardEventType]?: ((event: WebhookEvent<EventData[Type], Type>) => void | Promise<void>) | undefined;
} & { default?: ((event: StandardEvent) => void | Promise<void>) | undefined };

export interface GopayWebhookHandlerOptions {
  /** Default: `gopay()`. */
  provider?: GopayProvider | undefined;
  on: GopayEventHandlers;
  /** Where handled events are remembered. Default: `memoryStore()`, which forgets at a restart and knows nothing of other instances. */
  store?: EventStore | undefined;
  /** How long an event stays in hand before another delivery may take it, in milliseconds: longer than your code ever needs. Default 5 minutes. */
  lease?: number | undefined;
  /** Told of whatever was not handled, and of an event that was handled but could not be marked so. Default: `console.error`. */
  onError?: ((error: unknown, event?: StandardEvent) => void) | undefined;
}

/**
 * A function for `fetch`-style servers, at the URL that is `GOPAY_WEBHOOK_URL`.
 *
 * | answer | when |
 * |---|---|
 * | 200 `received`, `already_processed` | handled now, or before; also a state that means no event |
 * | 200 `ignored` | GoPay knows no such payment, or it is another e-shop's: another delivery would change nothing |
 * | 400, 405 | no payment's `id` in the URL; not a GET: no notification |
 * | 500 | your code threw: the event is released, so that the next delivery is handled |
 * | 503 | GoPay could not be asked, or another delivery is in hand |
 *
 * GoPay comes again, up to 20 times, for any answer but 200.
 *
 * @throws ConfigurationError and TypeError, when it is made and not when it is called
 */
export function createGopayWebhookHandler(options: GopayWebhookHandlerOptions): (request: Request) => Promise<Response> {
  const { on: listeners, provider = gopay(), store = memoryStore(), lease = 5 * 60_000, onError = logError } = given("options", options);
  if (typeof listeners !== "object" || listeners === null) throw new TypeError("on must be an object of functions by event type");
  const on: GopayEventHandlers = given("on", listeners);
  for (const [type, listener] of Object.entries(on)) {
    if (listener !== undefined && typeof listener !== "function") throw new TypeError(`on must have a function for ${type}`);
  }
  if (typeof onError !== "function") throw new TypeError("onError must be a function");
  if (reading("provider", () => typeof provider?.handleWebhook) !== "function") throw new TypeError("provider must be GoPay's, such as gopay()");
  if (!(typeof lease === "number" && lease > 0)) throw new TypeError("lease must be a number of milliseconds above 0");

  /** One event after the other: what a payment has brought about comes in its order. */
  const handleAll = async (events: StandardEvent[]): Promise<Response> => {
    let handled = 0;
    for (const event of events) {
      const listener = (Object.hasOwn(on, event.type) ? on[event.type] : on.default) as ((event: StandardEvent) => void | Promise<void>) | undefined;
      const handling = await handledOnce(store, event.id, lease, () => listener?.(event), (error) => onError(error, event));
      if ("failure" in handling) {
        onError(handling.error, event);
        return json(500, { error: handling.failure });
      }
      if (handling.status === "in_progress") return json(503, { error: "Another delivery of this event is in hand" }, { "Retry-After": "10" });
      if (handling.status === "received") handled += 1;
    }
    return json(200, { status: handled === 0 && events.length > 0 ? "already_processed" : "received" });
  };

  const answer = async (request: Request): Promise<Response> => {
    if (request.method !== "GET") return json(405, { error: "Method not allowed" }, { Allow: "GET" });
    let events: StandardEvent[];
    try {
      events = await provider.handleWebhook({ body: "", headersAsObject: {}, fullUrl: request.url });
    } catch (error) {
      onError(error);
      if (!(error instanceof PayKitError)) return json(500, { error: "Internal error" });
      if (error.retryable) return json(503, { error: "GoPay could not be asked" }, { "Retry-After": "60" });
      return error.context?.["reason"] === "no_id" ? json(400, { error: "No payment's id in the URL" }) : json(200, { status: "ignored" });
    }
    return handleAll(events);
  };
  return (request) =>
    answer(request).catch((error: unknown) => {
      onError(error);
      return json(500, { error: "Internal error" });
    });
}

function json(status: number, body: object, headers?: HeadersInit): Response {
  const response = new Response(JSON.stringify(body), { status, headers: headers ?? {} });
  response.headers.set("Content-Type", "application/json");
  return response;
}

function logError(error: unknown, event?: StandardEvent): void {
  const about = event === undefined ? "" : ` (event ${event.id})`;
  if (error instanceof PayKitError) console.error(`itpay: GoPay's notification${about}: ${error.message}`);
  else console.error(`itpay: GoPay's notification${about}:`, error);
}
