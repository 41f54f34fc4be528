// HTTP 402: a resource that costs something, on either side of it (docs.itpay.ai/x402-semantics).

import type { Optional } from "../internal/optional.js";
import { synchronously } from "./client.js";
import { isItPayError, ValidationError } from "../internal/errors.js";
import { given } from "../internal/untrusted.js";
import type { Money, PaymentIntent, QRCharge } from "./types.js";

/** What a server wants to be paid before it answers. */
export interface PaymentRequired {
  /** The intent to pay. */
  paymentIntentId: string | null;
  /** The channel to pay by, such as `alipay`. */
  channel: string | null;
  /** For people, such as `USD 5.00`: not for arithmetic. */
  amount: string | null;
  /** A link that opens the wallet, or a picture of the code: both have been seen. */
  qr: string | null;
  /** The server's text for people. */
  message: string | null;
  /** The intent as far as the body says it. */
  paymentIntent: Optional<PaymentIntent> | null;
}

/** The most of a stranger's body that is read, and how long it may take. Beyond that, the headers have to do. */
const MAX_BODY_BYTES = 64 * 1024;
const BODY_TIMEOUT_MS = 5_000;

/**
 * Reads a 402. Returns null for any other response, and for a 402 that names no payment. Sends nothing: the server that
 * answers 402 is a third party, which must not see the API key. Of the body, 64 KB are read, for 5 seconds at most; of a
 * longer or slower one only the headers count.
 * @throws ValidationError if the headers and the body name different payments
 * @param response A response of another server.
 */
export async function parsePaymentRequired(response: Response): Promise<PaymentRequired | null> {
  try {
    return await read(response);
  } catch (cause) {
    if (isItPayError(cause)) throw cause;
    throw new TypeError("response must be a Response", { cause });
  }
}

async function read(response: Response): Promise<PaymentRequired | null> {
  if (response.status !== 402) return null;
  const header = (name: string): string | null => response.headers.get(`X-Payment-${name}`) || null;
  const headers = { id: header("Intent"), channel: header("Channel"), amount: header("Amount"), qr: header("QR") };
  const body = (await readJson(response)) ?? {};
  const intent = own(body, "payment_intent");
  const paymentIntent = typeof intent === "object" && intent !== null ? (intent as Optional<PaymentIntent>) : null;
  const bodyId = paymentIntent === null ? undefined : own(paymentIntent, "id");
  const id = typeof bodyId === "string" ? bodyId : null;
  if (headers.id !== null && id !== null && headers.id !== id) {
    const message = "The 402 names one payment in its header X-Payment-Intent and another one in its body: pay neither";
    throw new ValidationError(message, { code: "payment_mismatch", field: "payment_intent.id" });
  }
  const paymentIntentId = headers.id ?? id;
  if (paymentIntentId === null && headers.qr === null) return null;
  const message = own(body, "message");
  return {
    paymentIntentId,
    channel: headers.channel,
    amount: headers.amount,
    qr: headers.qr,
    message: typeof message === "string" ? message : null,
    paymentIntent,
  };
}

function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

/** The JSON object in a body that may be endless; undefined where there is none, or it is too long or too slow. */
async function readJson(response: Response): Promise<object | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    const stream = response.clone().body;
    // A double of a Response has no stream. Its body is in memory already.
    if (typeof stream?.getReader !== "function") return jsonObject(await response.clone().text());
    reader = stream.getReader();
    const timeUp = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, BODY_TIMEOUT_MS, undefined);
    });
    return await Promise.race([readStream(reader), timeUp]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    void reader?.cancel().catch(() => {});
  }
}

async function readStream(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<object | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return jsonObject(text + decoder.decode());
    length += value.byteLength;
    if (length > MAX_BODY_BYTES) return undefined;
    text += decoder.decode(value, { stream: true });
  }
}

function jsonObject(text: string): object | undefined {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === "object" && parsed !== null ? parsed : undefined;
}

/**
 * The response that asks for a payment: the server's side of it. `X-Payment-Amount` is the charge's own text where a header
 * can carry it, else such as `CNY 6.99`.
 * @throws ValidationError for an intent or a charge that cannot be written
 */
export function paymentRequired(intent: PaymentIntent, charge?: QRCharge): Response {
  try {
    return asking(intent, charge);
  } catch (cause) {
    if (isItPayError(cause)) throw cause;
    throw new ValidationError("intent must be a payment intent, charge what qr.generate answered", {
      code: "invalid_request",
      field: "intent",
      cause,
    });
  }
}

function asking(intent: PaymentIntent, charge?: QRCharge): Response {
  const { payment_intent_id: paid = intent.id } = charge ?? {};
  if (paid !== intent.id)
    throw new ValidationError("charge is the code of another payment than intent", {
      code: "payment_mismatch",
      field: "charge.payment_intent_id",
    });
  // It is about one payment of one caller, so no cache may keep it.
  const headers = new Headers({
    "Cache-Control": "no-store",
    "Content-Type": "application/json",
    "X-Payment-Intent": intent.id,
  });
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) headers.set(name, value);
  };
  const shown = charge?.display?.amount;
  set("X-Payment-Channel", intent.channel);
  set("X-Payment-Amount", isHeaderText(shown) ? shown : intent.amount && decimal(intent.amount));
  set("X-Payment-QR", charge?.scan_url);
  const message = "This resource costs something: pay, then ask again.";
  return new Response(JSON.stringify({ error: "payment_required", message, payment_intent: intent }), {
    status: 402,
    headers,
  });
}

/** Headers carry visible ASCII everywhere; of more than that, each side makes something else. */
function isHeaderText(text: string | undefined): text is string {
  return typeof text === "string" && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text);
}

function decimal(amount: Money): string {
  const { currency, value } = given("intent.amount", amount) as Money;
  if (!Number.isSafeInteger(value))
    throw new ValidationError("intent.amount.value must be an integer of minor units", {
      code: "invalid_request",
      field: "intent.amount.value",
    });
  return `${currency} ${synchronously((module) => module.to_decimal(value, currency))}`;
}
