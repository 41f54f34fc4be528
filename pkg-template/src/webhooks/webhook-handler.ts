// A webhook endpoint: Request in, Response out. Verifies, sees to it that each event is handled once, and
// answers as the Go SDK page's example does.

import { variable } from "../internal/env.js";
import { isItPayError, SignatureVerificationError } from "../internal/errors.js";
import { type EventStore, memoryStore } from "./event-store.js";
import { given } from "../internal/untrusted.js";
import { handledOnce } from "./process-once.js";
import type { EventType, KnownEventType, OtherEvent, PaymentIntentEvent, WebhookEvent } from "../client/types.js";
import { type VerifyOptions, WebhookVerifier } from "./signature.js";

/** What to do with an event, by its type; `default` takes the types that have nothing of their own. */
export type EventHandlers = {
  [Type in KnownEventType]?: ((event: PaymentIntentEvent<Type>) => void | Promise<void>) | undefined;
} & {
  default?: ((event: WebhookEvent) => void | Promise<void>) | undefined;
};

export interface WebhookHandlerOptions {
  /** One secret, or several while they are being rotated. Default: ITPAY_WEBHOOK_SECRET. */
  secret?: string | string[] | undefined;
  on: EventHandlers;
  /** Where handled events are remembered. Default: `memoryStore()`, which forgets at a restart and knows nothing of other instances. */
  store?: EventStore | undefined;
  /** In seconds. Default 300. */
  maxAge?: number | undefined;
  /** Longer bodies are answered 413, unread. Default 1 MiB. */
  maxBodyBytes?: number | undefined;
  /** How long an event stays in hand before another delivery may take it, in milliseconds: longer than your code ever needs. Default 5 minutes. */
  lease?: number | undefined;
  /** Told of whatever was not answered 200, and of an event that was handled but could not be marked so. Default: `console.error`. */
  onError?: ((error: unknown, event?: WebhookEvent) => void) | undefined;
}

/**
 * A function for `fetch`-style servers: Workers, Hono, Next route handlers, Remix, SvelteKit, Deno.serve, Bun.serve.
 *
 * | answer | when |
 * |---|---|
 * | 200 `received`, `already_processed` | handled now, or before |
 * | 401 | no signature, or one that is not right |
 * | 400 | signed, but no event |
 * | 405, 413 | not a POST; longer than `maxBodyBytes` |
 * | 409 | another delivery of the event is in hand |
 * | 500 | your code threw: the event is released, so that the next delivery is handled |
 *
 * @throws SignatureVerificationError `bad_secret` and TypeError, when it is made and not when it is called
 */
export function createWebhookHandler(options: WebhookHandlerOptions): (request: Request) => Promise<Response> {
  const { on: listeners, secret, store = memoryStore(), maxAge, maxBodyBytes = 1024 * 1024, lease = 5 * 60_000, onError = logError } = given("options", options);
  if (typeof listeners !== "object" || listeners === null) throw new TypeError("on must be an object of functions by event type");
  const on: EventHandlers = given("on", listeners);
  for (const [type, listener] of Object.entries(on)) {
    if (listener !== undefined && typeof listener !== "function") throw new TypeError(`on must have a function for ${type}`);
  }
  if (typeof onError !== "function") throw new TypeError("onError must be a function");
  if (!(typeof maxBodyBytes === "number" && maxBodyBytes > 0)) throw new TypeError("maxBodyBytes must be a number above 0");
  if (!(typeof lease === "number" && lease > 0)) throw new TypeError("lease must be a number of milliseconds above 0");
  const verifier = new WebhookVerifier(secret ?? variable("ITPAY_WEBHOOK_SECRET") ?? "", { maxAge } as VerifyOptions);

  const tell = (error: unknown, event?: WebhookEvent): void => {
    try {
      onError(error, event);
    } catch (another) {
      logError(another, event);
    }
  };

  const refuse = (status: number, reason: string, error: unknown, event?: WebhookEvent): Response => {
    tell(error, event);
    return json(status, { error: reason });
  };

  const handle = async (event: WebhookEvent): Promise<Response> => {
    const listener = (Object.hasOwn(on, event.type) ? on[event.type as keyof EventHandlers] : on.default) as ((event: WebhookEvent) => void | Promise<void>) | undefined;
    const handling = await handledOnce(store, event.id, lease, () => listener?.(event), (error) => tell(error, event));
    if ("failure" in handling) return refuse(500, handling.failure, handling.error, event);
    if (handling.status === "in_progress") return json(409, { error: "Another delivery of this event is in hand" }, { "Retry-After": "10" });
    return json(200, handling);
  };

  const answer = async (request: Request): Promise<Response> => {
    if (request.method !== "POST") return json(405, { error: "Method not allowed" }, { Allow: "POST" });
    let body: Uint8Array | undefined;
    try {
      body = await readBody(request, maxBodyBytes);
    } catch (error) {
      return refuse(500, "The body could not be read", error);
    }
    if (body === undefined) return json(413, { error: "The body is too large" });
    let event: WebhookEvent;
    try {
      event = verifier.constructEvent(body, request.headers);
    } catch (error) {
      if (error instanceof SignatureVerificationError) return refuse(401, "Invalid signature", error);
      return isItPayError(error) && error.code === "invalid_event" ? refuse(400, "Invalid event", error) : refuse(500, "Internal error", error);
    }
    return handle(event);
  };
  return (request) => answer(request).catch((error: unknown) => refuse(500, "Internal error", error));
}

export type { EventType, OtherEvent };

function json(status: number, body: object, headers: HeadersInit = {}): Response {
  return Response.json(body, { status, headers });
}

/** The body, or undefined if it is too long; then what is left of it is not read. */
async function readBody(request: Request, max: number): Promise<Uint8Array | undefined> {
  if (request.bodyUsed) throw new TypeError("The body was read before: give the handler the request as it came");
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > max) return undefined;
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > max) {
      await reader.cancel().catch(() => undefined);
      return undefined;
    }
    pieces.push(value);
  }
  return pieces.length === 1 ? pieces[0] : new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

/** @internal The default of `onError`. */
export function logError(error: unknown, event?: WebhookEvent): void {
  const about = event === undefined ? "" : ` (event ${event.id})`;
  const hint = error instanceof SignatureVerificationError ? ` ${error.hint}` : "";
  if (isItPayError(error)) console.error(`itpay: webhook${about}: ${error.message}.${hint}`);
  else console.error(`itpay: webhook${about}:`, error);
}
