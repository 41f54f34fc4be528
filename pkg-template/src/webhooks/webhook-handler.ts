// ItPay's webhook endpoint: verifies a Request, calls the listener of its event once, returns a Response.

import { readEnv } from "../internal/env.js";
import { isItPayError, SignatureVerificationError, ValidationError } from "../internal/errors.js";
import { copyOptions } from "../internal/untrusted.js";
import type { KnownEventType, OtherEvent, WebhookEvent } from "../client/types.js";
import {
  type DeliveryContext,
  eventProcessor,
  json,
  type ProcessorOptions,
  type WebhookContext,
  type WebhookHandler,
  withTimeout,
} from "./event-processor.js";
import { checkNumber } from "./event-store.js";
import { checkMaxAge, checkSecret, missingSecret, SECRET, verifyEvent } from "./signature.js";

/** Listeners by event type. `default` is called for every type without its own listener. */
export type EventHandlers = {
  [Type in KnownEventType]?:
    | ((event: Extract<WebhookEvent, { type: Type }>, context: WebhookContext) => void | Promise<void>)
    | undefined;
} & {
  /** Listener for every type without its own listener. */
  default?: ((event: WebhookEvent, context: WebhookContext) => void | Promise<void>) | undefined;
};

/** Options of `createWebhookHandler`. */
export interface WebhookHandlerOptions extends ProcessorOptions<WebhookEvent> {
  /** One secret, or several while they are being rotated. Default: ITPAY_WEBHOOK_SECRET, looked up at the first request. */
  secret?: string | readonly string[] | undefined;
  /** Listeners by event type. A type that has none is logged once. */
  on: EventHandlers;
  /** Listeners for event types that this version does not know. Default: none. */
  other?:
    | { [type: string]: ((event: OtherEvent, context: WebhookContext) => void | Promise<void>) | undefined }
    | undefined;
  /** How far the signature's time may lie in the past or in the future, in seconds. Default 300. */
  maxAge?: number | undefined;
  /** Longer bodies are refused with 413. Default 1 MiB. */
  maxBodyBytes?: number | undefined;
}

/**
 * Returns a handler for `fetch`-style servers: Workers, Hono, Next route handlers, Remix, SvelteKit, Deno.serve, Bun.serve.
 * The promise of the handler never rejects.
 *
 * | response | when |
 * |---|---|
 * | 200 `received`, `already_processed` | the event was handled now, or before |
 * | 400 | signed, but not an event |
 * | 401 | the signature is missing or wrong |
 * | 405, 413 | not a POST; longer than `maxBodyBytes` |
 * | 408 | the body did not arrive within `timeout` |
 * | 409, with `Retry-After` | the event is already being processed |
 * | 500 | a listener threw, the store failed or the secret is missing. The event is released for redelivery |
 *
 * @throws SignatureVerificationError `bad_secret` for an empty `secret`; TypeError for any other wrong option
 */
export function createWebhookHandler(options: WebhookHandlerOptions): WebhookHandler {
  const own = copyOptions("options", options);
  const { secret, maxAge, maxBodyBytes = 1024 * 1024 } = own;
  const processor = eventProcessor<WebhookEvent>("ItPay", isItPayError, own);
  checkNumber("maxBodyBytes", maxBodyBytes, Infinity);
  const checkedMaxAge = checkMaxAge(maxAge);
  let checkedSecret = secret === undefined ? undefined : checkSecret(secret);

  const respond = async (context: DeliveryContext, env: unknown): Promise<Response> => {
    const { request } = context;
    if (request.method !== "POST") return json(405, { error: "Method not allowed" }, { Allow: "POST" });
    // Other servers than Workers pass other things.
    const found = typeof env === "object" && env !== null ? readEnv(SECRET, env) : undefined;
    if (found) context.env = env as object;
    let body: Uint8Array | undefined;
    let event: WebhookEvent;
    try {
      body = await readBody(request, maxBodyBytes, processor.timeout);
    } catch (error) {
      if (isItPayError(error) && error.code === "timeout")
        return processor.fail(408, "The body did not arrive in time", error);
      return processor.fail(500, "The body could not be read", error);
    }
    if (!body) return json(413, { error: "The body is too large" });
    try {
      checkedSecret ??= checkSecret(found ?? readEnv(SECRET) ?? missingSecret());
      event = verifyEvent(body, request.headers, checkedSecret, checkedMaxAge);
    } catch (error) {
      if (error instanceof SignatureVerificationError) return processor.fail(401, "Invalid signature", error);
      if (error instanceof ValidationError) return processor.fail(400, "Invalid event", error);
      throw error;
    }
    const result = await processor.process(event, context);
    return typeof result === "string" ? json(200, { status: result }) : result;
  };
  return (request, env, context) => processor.serve(request, [env, context], (delivery) => respond(delivery, env));
}

/** Returns undefined if the body is longer than `max`. Cancels the rest then and after a failure. */
async function readBody(request: Request, max: number, timeout: number): Promise<Uint8Array | undefined> {
  if (request.bodyUsed) throw new TypeError("The body was read before the handler");
  if (Number(request.headers.get("content-length")) > max) return undefined;
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  const read = async (): Promise<boolean> => {
    for (let length = 0; length <= max; ) {
      const { done, value } = await reader.read();
      if (done) return true;
      // A stream of text, which some proxies of a Request have. Its length would not be a number.
      if (!ArrayBuffer.isView(value)) throw new TypeError("The body is not bytes");
      // Empty chunks count, too, because they could be endless.
      length += value.byteLength || 1;
      chunks.push(value);
    }
    return false;
  };
  let isWhole = false;
  try {
    isWhole = await withTimeout("The body", timeout, read);
  } finally {
    // Not awaited: it may never settle.
    if (!isWhole) reader.cancel().catch(() => undefined);
  }
  if (!isWhole) return undefined;
  return chunks.length === 1 ? chunks[0] : new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
