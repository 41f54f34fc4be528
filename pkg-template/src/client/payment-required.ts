// HTTP 402 for clients and servers (docs.itpay.ai/x402-semantics).

import type { Optional } from "../internal/optional.js";
import { callSync } from "./client.js";
import { isItPayError, ValidationError } from "../internal/errors.js";
import { copyOptions } from "../internal/untrusted.js";
import type { Money, PaymentIntent, QRCharge } from "./types.js";

/** The payment that a server requires before it sends the resource. */
export interface PaymentRequired {
  /** The intent to pay. */
  paymentIntentId: string | null;
  /** The payment channel, such as `alipay`. */
  channel: string | null;
  /** For people, such as `USD 5.00`. Not for arithmetic. */
  amount: string | null;
  /** A link that opens the wallet, or an image of the code. Both have been observed. */
  qr: string | null;
  /** The server's text for people. */
  message: string | null;
  /** The part of the intent that the body contains. */
  paymentIntent: Optional<PaymentIntent> | null;
}

/** How much of a foreign body is read, and for how long. After that, only the headers count. */
const MAX_BODY_BYTES = 64 * 1024;
const BODY_TIMEOUT_MS = 5_000;

/**
 * Reads a 402 response. Returns null for any other response, and for a 402 that names no payment. Sends nothing, because
 * the server is a third party, which must not see the API key. At most 64 KB of the body are read, for at most 5 seconds.
 * If it is longer or slower, only the headers count.
 * @throws ValidationError if the headers and the body name different payments
 * @param response A response of another server.
 */
export function parsePaymentRequired(response: Response): Promise<PaymentRequired | null> {
  return ofResponse(response, read);
}

/**
 * The protocol of a 402 response: ItPay's headers, x402 version 1 or 2, Alipay's header `Payment-Needed`, or the challenge
 * `WWW-Authenticate: Payment` of the Machine Payments Protocol.
 */
export type PaymentScheme = "itpay" | "x402" | "alipay" | "mpp" | "unknown";

/**
 * Names the protocol of a 402 response. If there are several, it is the first in the order of `PaymentScheme`. It is `unknown`
 * for any other response. `parsePaymentRequired` reads a response of `itpay`. This function has the same limits.
 * @param response A response of another server.
 */
export function paymentScheme(response: Response): Promise<PaymentScheme> {
  return ofResponse(response, schemeOf);
}

async function ofResponse<T>(response: Response, use: (response: Response) => Promise<T>): Promise<T> {
  try {
    return await use(response);
  } catch (cause) {
    if (isItPayError(cause)) throw cause;
    throw new TypeError("response must be a Response", { cause });
  }
}

async function schemeOf(response: Response): Promise<PaymentScheme> {
  if (response.status !== 402) return "unknown";
  const header = (name: string): string => response.headers.get(name) ?? "";
  if (header("X-Payment-Intent") || header("X-Payment-QR")) return "itpay";
  const body = (await readJson(response)) ?? {};
  if (intentId(body) !== null) return "itpay";
  if (header("PAYMENT-REQUIRED") || (own(body, "x402Version") ?? undefined) !== undefined) return "x402";
  if (header("Payment-Needed")) return "alipay";
  // A quoted parameter of another challenge may contain anything.
  const challenges = header("WWW-Authenticate").replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  return /(?:^|,)\s*Payment(?:\s|,|$)/i.test(challenges) ? "mpp" : "unknown";
}

/** The id of the payment that a body names. */
function intentId(body: object): string | null {
  const intent = own(body, "payment_intent");
  const id = typeof intent === "object" && intent !== null ? own(intent, "id") : undefined;
  return typeof id === "string" && id !== "" ? id : null;
}

async function read(response: Response): Promise<PaymentRequired | null> {
  if (response.status !== 402) return null;
  const header = (name: string): string | null => response.headers.get(`X-Payment-${name}`) || null;
  const headers = { id: header("Intent"), channel: header("Channel"), amount: header("Amount"), qr: header("QR") };
  const body = (await readJson(response)) ?? {};
  const intent = own(body, "payment_intent");
  const paymentIntent = typeof intent === "object" && intent !== null ? (intent as Optional<PaymentIntent>) : null;
  const id = intentId(body);
  // A repeated header is joined by a comma.
  if (headers.id?.includes(", ")) throw mismatch("payment_intent.id", "The 402 names several payments: pay none");
  if (headers.id !== null && id !== null && headers.id !== id) {
    throw mismatch(
      "payment_intent.id",
      "The 402 names one payment in its header X-Payment-Intent and another one in its body: pay neither",
    );
  }
  if (contradicts(headers.amount, paymentIntent?.amount)) {
    throw mismatch(
      "payment_intent.amount",
      "The 402 names one amount in its header X-Payment-Amount and another one in its body: do not pay",
    );
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

function mismatch(field: string, message: string): ValidationError {
  return new ValidationError(message, { code: "payment_mismatch", field });
}

/** Whether a text such as `CNY 6.99` and an amount of the same currency differ. Any other text is for people only. */
function contradicts(text: string | null, amount: unknown): boolean {
  const [, shown, decimal] = /^([A-Z]{3}) (\d+(?:\.\d+)?)$/.exec(text ?? "") ?? [];
  const { currency, value } = (amount ?? {}) as Partial<Money>;
  if (shown === undefined || shown !== currency || !Number.isSafeInteger(value)) return false;
  return Number(decimal) !== Number(callSync((module) => module.to_decimal(value!, currency)));
}

function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

/** Reads the JSON object in a body that may be endless. Undefined if there is none, or it is too long or too slow. */
async function readJson(response: Response): Promise<object | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    const stream = response.clone().body;
    // A mocked Response has no stream. Its body is already in memory.
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
 * Returns the response that requires a payment, for servers. `X-Payment-Amount` is the charge's own text if a header can
 * contain it, and otherwise a text such as `CNY 6.99`. An intent that has its `qr` needs no charge.
 * @throws ValidationError for an invalid intent or charge
 */
export function paymentRequired(intent: PaymentIntent, charge?: QRCharge): Response {
  try {
    return asking(intent, charge);
  } catch (cause) {
    if (isItPayError(cause)) throw cause;
    throw new ValidationError("intent must be a payment intent, charge the result of qr.generate", {
      code: "invalid_request",
      field: "intent",
      cause,
    });
  }
}

function asking(intent: PaymentIntent, charge?: QRCharge): Response {
  if (intent.id === "")
    throw new ValidationError("intent.id must not be empty", { code: "invalid_request", field: "intent.id" });
  const { payment_intent_id: paid = intent.id } = charge ?? {};
  if (paid !== intent.id)
    throw new ValidationError("charge is the code of another payment than intent", {
      code: "payment_mismatch",
      field: "charge.payment_intent_id",
    });
  // The response is for one caller and one payment, so it must not be cached.
  const headers = new Headers({
    "Cache-Control": "no-store",
    "Content-Type": "application/json",
    "X-Payment-Intent": intent.id,
  });
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) headers.set(name, value);
  };
  const amount = intent.amount && decimal(intent.amount);
  const shown = charge?.display?.amount;
  set("X-Payment-Channel", intent.channel);
  set("X-Payment-Amount", isHeaderText(shown) ? shown : amount);
  set("X-Payment-QR", charge?.scan_url ?? intent.qr?.scan_url);
  const message = "This resource costs something: pay, then ask again.";
  return new Response(JSON.stringify({ error: "payment_required", message, payment_intent: intent }), {
    status: 402,
    headers,
  });
}

/** Headers transport only visible ASCII reliably. */
function isHeaderText(text: string | undefined): text is string {
  return typeof text === "string" && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text);
}

function decimal(amount: Money): string {
  const { currency, value } = copyOptions("intent.amount", amount) as Money;
  if (!Number.isSafeInteger(value) || value < 1)
    throw new ValidationError("intent.amount.value must be an integer of minor units above 0", {
      code: "invalid_request",
      field: "intent.amount.value",
    });
  return `${currency} ${callSync((module) => module.to_decimal(value, currency))}`;
}
