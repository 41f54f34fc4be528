// HTTP 402: a resource that costs something, on either side of it (docs.itpay.ai/x402-semantics).

import type { Optional } from "../internal/optional.js";
import { synchronously } from "./client.js";
import { isItPayError, ValidationError } from "../internal/errors.js";
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

/**
 * Reads a 402; null for any other answer, and for a 402 that names no payment. Sends nothing: the server that
 * answers 402 is a third party, which must not see the API key.
 */
export async function parsePaymentRequired(response: Response): Promise<PaymentRequired | null> {
  try {
    return await read(response);
  } catch (cause) {
    throw new TypeError("response must be a Response", { cause });
  }
}

async function read(response: Response): Promise<PaymentRequired | null> {
  if (response.status !== 402) return null;
  const header = (name: string): string | null => response.headers.get(`X-Payment-${name}`) || null;
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(await response.clone().text());
    if (typeof parsed === "object" && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // The headers say enough.
  }
  const intent = body["payment_intent"];
  const paymentIntent = typeof intent === "object" && intent !== null ? (intent as Optional<PaymentIntent>) : null;
  const paymentIntentId = header("Intent") ?? (typeof paymentIntent?.id === "string" ? paymentIntent.id : null);
  const qr = header("QR");
  if (paymentIntentId === null && qr === null) return null;
  const message = typeof body["message"] === "string" ? body["message"] : null;
  return { paymentIntentId, channel: header("Channel"), amount: header("Amount"), qr, message, paymentIntent };
}

/** The answer that asks for a payment: the server's side of it. */
export function paymentRequired(intent: PaymentIntent, charge?: QRCharge): Response {
  try {
    return asking(intent, charge);
  } catch (cause) {
    if (isItPayError(cause)) throw cause;
    throw new ValidationError("intent must be a payment intent, charge what qr.generate answered", { code: "invalid_request", field: "intent", cause });
  }
}

function asking(intent: PaymentIntent, charge?: QRCharge): Response {
  const headers = new Headers({ "Content-Type": "application/json", "X-Payment-Intent": intent.id });
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) headers.set(name, value);
  };
  set("X-Payment-Channel", intent.channel);
  set("X-Payment-Amount", charge?.display?.amount ?? (intent.amount && decimal(intent.amount)));
  set("X-Payment-QR", charge?.scan_url);
  const message = "This resource costs something: pay, then ask again.";
  return new Response(JSON.stringify({ error: "payment_required", message, payment_intent: intent }), { status: 402, headers });
}

function decimal(amount: Money): string {
  return `${amount.currency} ${synchronously((module) => module.to_decimal(amount.value, amount.currency))}`;
}
