// The gateway's objects, by their wire names. At run time they are exactly what the gateway sent, fields that are
// not listed here included.

/** One of the known strings, or one that this version does not know. */
export type Open<Known extends string> = Known | (string & {});

/** An amount in the currency's minor unit: 699 of CNY is CNY 6.99. */
export interface Money {
  /** ISO 4217, three capital letters. */
  currency: string;
  /** An integer, at most 2^53 - 1. */
  value: number;
}

/** Who pays. */
export interface Party {
  /** The agent that acts. */
  agent_id: string;
  /** The person on whose behalf. */
  human_id?: string | undefined;
}

export type PaymentType = Open<"one_time" | "cumulative" | "subscription">;

/**
 * In this order, or ended by `expired`, `cancelled`, `failed`. That `failed` is also a status is assumed: only
 * the webhook `payment_intent.failed` is documented.
 */
export type PaymentIntentStatus = Open<
  "pending" | "qr_generated" | "scanning" | "authorized" | "captured" | "succeeded" | "expired" | "cancelled" | "failed"
>;

/** A payment (docs.itpay.ai/core-objects/payment-intent). */
export interface PaymentIntent {
  /** Opaque. The gateway may answer with another than was sent: this one counts. */
  id: string;
  status: PaymentIntentStatus;
  service_id?: string | undefined;
  type?: PaymentType | undefined;
  amount?: Money | undefined;
  /** What the payee gets after conversion. */
  settlement?: { currency: string; value: number; rate: number } | undefined;
  description?: string | undefined;
  payer?: Party | undefined;
  payee?: { agent_id: string; merchant_account: string } | undefined;
  channel?: Open<"alipay" | "wechat" | "card" | "promptpay"> | undefined;
  qr?: { charge_id: string; scan_url: string } | undefined;
  metadata?: Record<string, string> | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
  /** ISO 8601; the gateway's clock decides. */
  expires_at?: string | undefined;
  /** In webhooks only. */
  failure_reason?: string | undefined;
}

export interface CreatePaymentIntentParams {
  /** The idempotency key. Default: a fresh `pi_<uuidv7>`; keep it yourself if your process may die in between. */
  id?: string | undefined;
  /** The ServiceManifest's id. */
  service_id: string;
  type: PaymentType;
  amount: Money;
  /** Text for people. */
  description?: string | undefined;
  payer: Party;
  /** Default: the client's. That it belongs into this call is assumed. */
  channel?: Open<"alipay" | "wechat" | "card" | "promptpay"> | undefined;
  /** Strings by name, at most 4 KB as JSON. */
  metadata?: Record<string, string> | undefined;
}

/** A code to scan (docs.itpay.ai/core-objects/qr-charge). */
export interface QRCharge {
  id: string;
  payment_intent_id?: string | undefined;
  channel?: string | undefined;
  /** `EMVCo`, or a channel's own. */
  qr_standard?: string | undefined;
  /** What the code holds. */
  qr_data: string;
  qr_image_url?: string | undefined;
  /** Markup from outside: do not put it into a page, draw `qr_data` instead. */
  qr_image_svg?: string | undefined;
  display?: { amount?: string | undefined; merchant_name?: string | undefined; reference?: string | undefined } | undefined;
  /** A link that opens the wallet. */
  scan_url?: string | undefined;
  /** ISO 8601. */
  expires_at?: string | undefined;
  status?: Open<"active" | "scanned" | "expired" | "consumed"> | undefined;
}

/** A price, flat, unlike `Money`. */
export interface PriceTier {
  /** In the currency's minor unit. */
  amount: number;
  currency: string;
  label?: string | undefined;
}

export interface CreateManifestParams {
  name: string;
  description?: string | undefined;
  payment_methods: { one_time?: boolean | undefined; cumulative?: boolean | undefined; subscription?: boolean | undefined };
  /** Only one-time prices are documented; others pass through as they are. */
  pricing?: { one_time?: PriceTier[] | undefined; [kind: string]: unknown } | undefined;
  accepted_channels: string[];
  qr_mode?: Open<"dynamic" | "static"> | undefined;
  settlement_currency: string;
  /** Where webhooks go. */
  endpoint: string;
}

/** What is sold (docs.itpay.ai/core-objects/service-manifest). */
export interface ServiceManifest {
  id: string;
  name?: string | undefined;
  description?: string | undefined;
  payment_methods?: { one_time?: boolean | undefined; cumulative?: boolean | undefined; subscription?: boolean | undefined } | undefined;
  pricing?: { one_time?: PriceTier[] | undefined; [kind: string]: unknown } | undefined;
  accepted_channels?: string[] | undefined;
  qr_mode?: Open<"dynamic" | "static"> | undefined;
  settlement_currency?: string | undefined;
  endpoint?: string | undefined;
  status?: Open<"draft"> | undefined;
  created_at?: string | undefined;
}

/** What a `payment_intent.*` event says of its payment. */
export interface PaymentIntentData extends PaymentIntent {
  amount: Money;
  channel: string;
}

/** Event types that are documented; more may come. */
export type KnownEventType = "payment_intent.succeeded" | "payment_intent.failed" | "payment_intent.expired";
export type EventType = Open<KnownEventType>;

/** An event about a payment. */
export interface PaymentIntentEvent<Type extends KnownEventType = KnownEventType> {
  /** The same for every delivery of the event. */
  id: string;
  type: Type;
  data: PaymentIntentData;
}

/** Any string, as a type that no string literal is comparable with: so comparing with a known type narrows. */
declare enum OtherEventType {
  Other = "",
}

/** An event of a type that this version does not know. */
export interface OtherEvent {
  id: string;
  /** Compare it with types of your own as a string: `const type: string = event.type`. */
  type: OtherEventType;
  data: unknown;
}

/** Comparing `type` with a known type narrows `data`. */
export type WebhookEvent =
  | PaymentIntentEvent<"payment_intent.succeeded">
  | PaymentIntentEvent<"payment_intent.failed">
  | PaymentIntentEvent<"payment_intent.expired">
  | OtherEvent;
