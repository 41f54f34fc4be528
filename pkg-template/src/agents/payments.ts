// Creates, retrieves and awaits payments for the tools, and checks every response of the gateway.

import { createPaymentIntentId, type ItPayClient } from "../client/client.js";
import type { Money, PaymentIntent, QRCharge } from "../client/types.js";
import { isItPayError, type ItPayError } from "../internal/errors.js";
import { checkedMoney, toMajor } from "./amounts.js";
import { isoDate, link, token } from "./gateway-text.js";
import type { Limits } from "./limits.js";
import { ToolError } from "./tool-error.js";

/** The number of payments whose codes are kept in memory. */
const MAX_REMEMBERED = 1000;
const ENDED = ["succeeded", "expired", "cancelled", "failed"];

export interface Purchase {
  readonly amount: Money;
  readonly description: string;
  readonly reference: string | undefined;
}

/** A payment as the model sees it. */
export interface PaymentSummary {
  payment_id: string;
  status: string;
  /** In major units. */
  amount?: string | undefined;
  currency?: string | undefined;
  /** ISO 8601. */
  expires_at?: string | undefined;
}

/** A code to show. */
export interface Code {
  /** The content of the QR code. */
  data: string;
  scan_url?: string | undefined;
  expires_at?: string | undefined;
}

export interface PaymentsOptions {
  readonly client: ItPayClient;
  readonly serviceId: string;
  readonly agentId: string;
  readonly channel: string | undefined;
  readonly limits: Limits;
}

export class Payments {
  readonly #options: PaymentsOptions;
  /** The payments of this process with their codes, the oldest first. */
  readonly #remembered = new Map<string, Code | undefined>();

  constructor(options: PaymentsOptions) {
    this.#options = options;
  }

  /** Creates a payment, or finds the existing one with the same reference. */
  async create({ amount, description, reference }: Purchase, signal: AbortSignal | undefined): Promise<PaymentIntent> {
    const { client, serviceId, agentId, channel, limits } = this.#options;
    limits.checkAmount(amount);
    const id = reference === undefined ? createPaymentIntentId() : await idOf([serviceId, agentId, reference]);
    await limits.count(id);
    let intent: PaymentIntent;
    try {
      intent = await client.paymentIntents.create(
        {
          id,
          service_id: serviceId,
          type: "one_time",
          amount,
          description,
          payer: { agent_id: agentId },
          ...(channel === undefined ? {} : { channel }),
          ...(reference === undefined ? {} : { metadata: { reference } }),
        },
        { signal },
      );
    } catch (error) {
      if (!isItPayError(error) || wasNotProcessed(error)) throw error;
      intent = await this.#lookUp(id, signal);
    }
    this.#remember(checkedId(intent));
    if (!this.#isOwn(intent)) throw unknownPayment();
    const paid = readAmount(intent);
    if (paid !== undefined && (paid.currency !== amount.currency || paid.value !== amount.value)) {
      throw new ToolError(
        "reference_in_use",
        `This reference belongs to a payment of ${toMajor(paid.value, paid.currency)} ${paid.currency} already.`,
        {
          field: "reference",
          next: "Use another reference for another purpose.",
        },
      );
    }
    return intent;
  }

  /** Retrieves a payment of these tools, also one from before a restart. */
  async retrieve(id: string, signal: AbortSignal | undefined): Promise<PaymentIntent> {
    let intent: PaymentIntent;
    try {
      intent = await this.#options.client.paymentIntents.retrieve(id, { signal });
    } catch (error) {
      throw isItPayError(error) && error.status === 404 ? unknownPayment() : error;
    }
    if (!this.#isOwn(intent)) throw unknownPayment();
    return intent;
  }

  /** Returns the code of an open payment. A payment that has ended has none. */
  async code(id: string, signal: AbortSignal | undefined): Promise<{ intent: PaymentIntent; code: Code | undefined }> {
    let intent = await this.retrieve(id, signal);
    const amount = readAmount(intent);
    // It may have been created before a restart, under other limits.
    if (amount !== undefined && !hasEnded(intent)) this.#options.limits.checkAmount(amount);
    if (!hasEnded(intent) && !this.#codeOf(intent) && intent.status === "pending") {
      try {
        const charge = await this.#options.client.qr.generate(intent.id, { signal });
        this.#remember(intent.id, readCharge(charge, intent.id));
      } catch (error) {
        if (!isItPayError(error) || wasNotProcessed(error)) throw error;
        // Another call may have generated the code, or this call did and its response got lost.
        const now = await this.retrieve(id, signal);
        if (!hasEnded(now) && !this.#codeOf(now)) throw error;
        intent = now;
      }
    }
    return { intent, code: hasEnded(intent) ? undefined : this.#codeOf(intent) };
  }

  /** Waits until the payment has ended or the time is up. */
  async wait(
    id: string,
    ms: number,
    signal: AbortSignal | undefined,
    onUpdate: (intent: PaymentIntent) => void,
  ): Promise<PaymentIntent> {
    let last = await this.retrieve(id, signal);
    if (hasEnded(last)) return last;
    try {
      last = await this.#options.client.paymentIntents.waitForCompletion(id, {
        timeout: ms,
        signal,
        onUpdate: (intent) => {
          last = intent;
          onUpdate(intent);
        },
      });
    } catch (error) {
      if (!isItPayError(error) || error.name !== "TimeoutError") throw error;
    }
    if (!this.#isOwn(last)) throw unknownPayment();
    return last;
  }

  /** Looks up a payment whose creation may or may not have been processed. */
  async #lookUp(id: string, signal: AbortSignal | undefined): Promise<PaymentIntent> {
    this.#remember(id);
    try {
      return await this.retrieve(id, signal);
    } catch (error) {
      if (error instanceof ToolError) {
        throw new ToolError("not_created", "The gateway did not create the payment.", {
          outcome: "failed",
          next: "Try again once, with the same reference.",
        });
      }
      throw new ToolError("outcome_unknown", "The gateway did not respond. The payment may exist or not.", {
        outcome: "unknown",
        payment_id: id,
        next: "Call itpay_check_payment with this payment_id before you create another payment.",
      });
    }
  }

  #isOwn(intent: PaymentIntent): boolean {
    const { serviceId, agentId } = this.#options;
    // Without these fields, only payments of this process are known to be ours.
    if (intent.service_id === undefined && intent.payer === undefined) return this.#remembered.has(intent.id);
    return intent.service_id === serviceId && intent.payer?.agent_id === agentId;
  }

  #remember(id: string, code = this.#remembered.get(id)): void {
    this.#remembered.delete(id);
    this.#remembered.set(id, code);
    for (const [oldest] of this.#remembered) {
      if (this.#remembered.size <= MAX_REMEMBERED) break;
      this.#remembered.delete(oldest);
    }
  }

  /** Returns the generated code, or else the payment's own link. */
  #codeOf(intent: PaymentIntent): Code | undefined {
    const scan_url = link(intent.qr?.scan_url);
    return this.#remembered.get(intent.id) ?? (scan_url === undefined ? undefined : { data: scan_url, scan_url });
  }
}

export function hasEnded(intent: PaymentIntent): boolean {
  return ENDED.includes(intent.status);
}

export function summary(intent: PaymentIntent): PaymentSummary {
  const amount = checkedMoney(intent.amount);
  const expiresAt = isoDate(intent.expires_at);
  return {
    payment_id: checkedId(intent),
    status: /^[a-z_]{1,40}$/.test(intent.status) ? intent.status : "unknown",
    ...(amount === undefined ? {} : { amount: toMajor(amount.value, amount.currency), currency: amount.currency }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
  };
}

/** The amount that the gateway states, if it states one. */
function readAmount(intent: PaymentIntent): Money | undefined {
  const amount = checkedMoney(intent.amount);
  if (amount === undefined && (intent.amount ?? undefined) !== undefined)
    throw new ToolError("invalid_response", "The gateway sent an amount that can't be used.", {
      outcome: "failed",
      payment_id: checkedId(intent),
    });
  return amount;
}

/** Derives the id from the purpose, so that a repeated create is the same payment even after a restart. */
async function idOf(purpose: string[]): Promise<string> {
  // A model writes the same letter in one form or the other, such as é.
  const text = JSON.stringify(purpose).normalize("NFC");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `pi_${Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Whether it is certain that the gateway did not process the call. */
function wasNotProcessed({ attempts, code, status = 0 }: ItPayError): boolean {
  if (attempts === 0) return true;
  // Of several attempts, an earlier one may have been processed.
  return (
    attempts === 1 &&
    (code === "connection_refused" || (status >= 400 && status < 500 && status !== 408 && status !== 409))
  );
}

function readCharge(charge: QRCharge, intentId: string): Code {
  const scanUrl = link(charge.scan_url);
  const expiresAt = isoDate(charge.expires_at);
  const data = typeof charge.qr_data === "string" && charge.qr_data !== "" ? charge.qr_data : scanUrl;
  if (data === undefined || (charge.payment_intent_id !== undefined && charge.payment_intent_id !== intentId)) {
    throw new ToolError("invalid_response", "The gateway sent a code that can't be used.", {
      outcome: "failed",
      payment_id: intentId,
    });
  }
  return {
    data,
    ...(scanUrl === undefined ? {} : { scan_url: scanUrl }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
  };
}

function checkedId({ id }: PaymentIntent): string {
  const checked = token(id);
  if (checked === undefined)
    throw new ToolError("invalid_response", "The gateway sent an id that can't be used.", { outcome: "failed" });
  return checked;
}

/** The same error for a missing payment and for one of someone else's, so that it reveals nothing. */
function unknownPayment(): ToolError {
  return new ToolError("unknown_payment", "There is no payment with this id that was created here.", {
    field: "payment_id",
  });
}
