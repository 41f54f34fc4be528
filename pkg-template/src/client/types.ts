// The gateway's objects, with their names on the wire. At run time they are exactly the gateway's JSON, including fields
// that are not listed here.

/** One of the known strings, or any other. */
export type Open<Known extends string> = Known | (string & {});

/** An amount in the currency's minor unit: 699 of CNY is CNY 6.99. */
export interface Money {
  /** ISO 4217, three capital letters. */
  currency: string;
  /** An integer, at most 2^53 - 1. */
  value: number;
}

/** The payer. */
export interface Party {
  /** The agent that acts. */
  agent_id: string;
  /** The person for whom the agent acts. */
  human_id?: string | undefined;
}

/** How a payment is charged. */
export type PaymentType = Open<"one_time" | "cumulative" | "subscription">;

/**
 * The first six follow each other. `expired`, `cancelled` and `failed` end a payment without success. We assume that
 * `failed` is also a status, because only the webhook `payment_intent.failed` is documented.
 */
export type PaymentIntentStatus = Open<
  "pending" | "qr_generated" | "scanning" | "authorized" | "captured" | "succeeded" | "expired" | "cancelled" | "failed"
>;

/** A payment (docs.itpay.ai/core-objects/payment-intent). */
export interface PaymentIntent {
  /** The id. It may differ from the id that was sent, and then this one counts. */
  id: string;
  /** State of the payment. */
  status: PaymentIntentStatus;
  /** The service that the payment is for. */
  service_id?: string | undefined;
  /** How the payment is charged. */
  type?: PaymentType | undefined;
  /** The price. */
  amount?: Money | undefined;
  /** The amount that the payee receives after conversion. */
  settlement?: { currency: string; value: number; rate: number } | undefined;
  /** Text for people. */
  description?: string | undefined;
  /** The payer. */
  payer?: Party | undefined;
  /** The payee. */
  payee?: { agent_id: string; merchant_account: string } | undefined;
  /** The wallet or card scheme that is used. */
  channel?: Open<"alipay" | "wechat" | "card" | "promptpay"> | undefined;
  /**
   * The QR code that was generated last. ItPay may create a payment together with its code. Then `qr.generate` is not needed,
   * and ItPay would reject it. ItPay's page shows these fields only in part, so `qr_data` may be missing.
   */
  qr?: { charge_id: string; scan_url: string; qr_data?: string | undefined } | undefined;
  /** Your data from `create`. */
  metadata?: Record<string, string> | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
  /** ISO 8601, by the gateway's clock. */
  expires_at?: string | undefined;
  /** The reason of a failure. Only webhooks have it. */
  failure_reason?: string | undefined;
}

/** Parameters of `paymentIntents.create`. */
export interface CreatePaymentIntentParams {
  /** The idempotency key. Default: a new `pi_<uuidv7>`. Store it yourself if your process may end before the response. */
  id?: string | undefined;
  /** The ServiceManifest's id. */
  service_id: string;
  /** How the payment is charged. */
  type: PaymentType;
  /** The price. */
  amount: Money;
  /** Text for people. */
  description?: string | undefined;
  /** The payer. */
  payer: Party;
  /** The payment channel. Default: the client's. Whether it belongs in this call is assumed. */
  channel?: Open<"alipay" | "wechat" | "card" | "promptpay"> | undefined;
  /** Strings by name, at most 4 KB as JSON. */
  metadata?: Record<string, string> | undefined;
}

/** A code to scan (docs.itpay.ai/core-objects/qr-charge). */
export interface QRCharge {
  /** Id of the code. */
  id: string;
  /** The payment that the code is for. */
  payment_intent_id?: string | undefined;
  /** The wallet that reads the code, such as `alipay`. */
  channel?: string | undefined;
  /** `EMVCo`, or a format of the channel. */
  qr_standard?: string | undefined;
  /** The content of the code. */
  qr_data: string;
  /** URL of an image of the code. */
  qr_image_url?: string | undefined;
  /** Markup from the gateway. Do not insert it into a page. Draw `qr_data` instead. */
  qr_image_svg?: string | undefined;
  /** Texts to show beside the code. */
  display?:
    | { amount?: string | undefined; merchant_name?: string | undefined; reference?: string | undefined }
    | undefined;
  /** A link that opens the wallet. */
  scan_url?: string | undefined;
  /** ISO 8601. */
  expires_at?: string | undefined;
  /** State of the code. */
  status?: Open<"active" | "scanned" | "expired" | "consumed"> | undefined;
}

/** A price as a flat object, in contrast to `Money`. */
export interface PriceTier {
  /** In the currency's minor unit. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  /** Text for people. */
  label?: string | undefined;
}

/** Who offers a service. */
export interface ProviderInfo {
  /** The agent that offers it. */
  agent_id?: string | undefined;
  /** The name that the payer sees. */
  display_name?: string | undefined;
  /** URL of a picture. */
  avatar_url?: string | undefined;
  /** How far the provider's identity is verified. */
  kyc_level?: Open<"none" | "basic" | "enhanced" | "institutional"> | undefined;
}

/** Parameters of `manifests.create`. No page says which of them ItPay requires; only `name` is required here. */
export interface CreateManifestParams {
  /** Name of the service. */
  name: string;
  /** Text for people. */
  description?: string | undefined;
  /** How the service can be charged. */
  payment_methods?:
    | { one_time?: boolean | undefined; cumulative?: boolean | undefined; subscription?: boolean | undefined }
    | undefined;
  /** Only one-time prices are documented. Others are sent unchanged. */
  pricing?: { one_time?: PriceTier[] | undefined; [kind: string]: unknown } | undefined;
  /** Channels that the service accepts, such as `alipay`. */
  accepted_channels?: string[] | undefined;
  /** Whether each payment has its own code. */
  qr_mode?: Open<"dynamic" | "static"> | undefined;
  /** Currency that the payee receives, ISO 4217. */
  settlement_currency?: string | undefined;
  /** The URL that receives webhooks. */
  endpoint?: string | undefined;
  /** Who offers the service. */
  provider?: ProviderInfo | undefined;
  /** Version of the service, as in semantic versioning. */
  version?: string | undefined;
}

/** A service (docs.itpay.ai/core-objects/service-manifest). */
export interface ServiceManifest {
  /** Id of the service: `service_id` of a payment. */
  id: string;
  /** Name of the service. */
  name?: string | undefined;
  /** Text for people. */
  description?: string | undefined;
  /** How the service can be charged. */
  payment_methods?:
    | { one_time?: boolean | undefined; cumulative?: boolean | undefined; subscription?: boolean | undefined }
    | undefined;
  /** Prices. Only one-time prices are documented. */
  pricing?: { one_time?: PriceTier[] | undefined; [kind: string]: unknown } | undefined;
  /** Channels that the service accepts, such as `alipay`. */
  accepted_channels?: string[] | undefined;
  /** Whether each payment has its own code. */
  qr_mode?: Open<"dynamic" | "static"> | undefined;
  /** Currency that the payee receives, ISO 4217. */
  settlement_currency?: string | undefined;
  /** The URL that receives webhooks. */
  endpoint?: string | undefined;
  /** Who offers the service. */
  provider?: ProviderInfo | undefined;
  /** Version of the service, as in semantic versioning. */
  version?: string | undefined;
  /** `draft` until it is activated. */
  status?: Open<"draft"> | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
}

/** A price of an invoice: `amount`, where `Money` has `value`. */
export interface InvoiceMoney {
  /** ISO 4217. */
  currency: string;
  /** In the currency's minor unit. */
  amount: number;
}

/**
 * A bill of cumulative usage (docs.itpay.ai/core-objects/invoice). No known page shows an endpoint that returns one: it is for
 * `request<Invoice>()` and for webhooks.
 */
export interface Invoice {
  /** Id of the invoice. */
  id: string;
  /** The service that was used. */
  service_id?: string | undefined;
  /** Who pays. */
  payer?: Party | undefined;
  /** The time that is billed, ISO 8601. */
  period?: { start: string; end: string } | undefined;
  /** The usage. `quantity` times `rate` is `amount`, in the currency's minor unit. */
  line_items?:
    | {
        date?: string | undefined;
        description?: string | undefined;
        quantity: number;
        unit?: Open<"token" | "request" | "second"> | undefined;
        rate: number;
        amount: number;
      }[]
    | undefined;
  /** The sum. */
  total?: InvoiceMoney | undefined;
  /** State of the invoice. */
  status?: Open<"recording" | "invoiced" | "payment_pending" | "paid" | "overdue"> | undefined;
  /** ISO 8601. */
  due_date?: string | undefined;
  /** ISO 8601. */
  paid_at?: string | undefined;
  /** ISO 8601. */
  created_at?: string | undefined;
  /** ISO 8601. */
  updated_at?: string | undefined;
}

/** The payment in a `payment_intent.*` event. */
export interface PaymentIntentData extends PaymentIntent {
  /** The price. */
  amount: Money;
  /** The wallet or card scheme that was used. */
  channel: string;
}

/** Types of events about a payment. */
export type PaymentIntentEventType = "payment_intent.succeeded" | "payment_intent.failed" | "payment_intent.expired";
/** The documented event types. There may be more. */
export type KnownEventType = PaymentIntentEventType | "escrow.held";
/** Type of an event. */
export type EventType = Open<KnownEventType>;

/** An event about a payment. */
export interface PaymentIntentEvent<Type extends PaymentIntentEventType = PaymentIntentEventType> {
  /** The same for each delivery of the event. */
  id: string;
  /** Type of the event. */
  type: Type;
  /** The payment. */
  data: PaymentIntentData;
}

/** Money is held in escrow. The event is named in the documentation; its object is not shown. */
export interface EscrowHeldEvent {
  /** The same for each delivery of the event. */
  id: string;
  /** Type of the event. */
  type: "escrow.held";
  /** The object of the event. */
  data: { [field: string]: unknown };
}

/** Any string, as a type that no string literal is comparable with: so comparing with a known type narrows. */
declare enum OtherEventType {
  Other = "",
}

/** An event of a type that this version does not know. */
export interface OtherEvent {
  /** The same for each delivery of the event. */
  id: string;
  /** Compare it with your own types as a string: `const type: string = event.type`. */
  type: OtherEventType;
  /** The object of the event. */
  data: unknown;
}

/** Comparing `type` with a known type narrows `data`. */
export type WebhookEvent =
  | PaymentIntentEvent<"payment_intent.succeeded">
  | PaymentIntentEvent<"payment_intent.failed">
  | PaymentIntentEvent<"payment_intent.expired">
  | EscrowHeldEvent
  | OtherEvent;
