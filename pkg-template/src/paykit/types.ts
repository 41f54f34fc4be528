// PayKit's objects, parameters and events, named as in its core. Amounts are integers in minor units.

import type { Optional } from "../internal/optional.js";

/** A payer: an e-mail address, or the shop's id of a customer. GoPay requires the e-mail address. */
export type Payee = { email: string } | { id: string | number };

/** How often a subscription is charged. */
export type BillingInterval = "day" | "week" | "month" | "year" | { type: "custom"; durationMs: number };

/** The merchant's own metadata. */
export type PaykitMetadata = Record<string, string>;

/** Data of the provider that PayKit has no field for. */
export type CustomFields = Record<string, unknown>;

export interface Checkout {
  id: string;
  customer: Payee | null;
  /** The URL where the customer pays. */
  payment_url: string;
  metadata: PaykitMetadata | null;
  session_type: "one_time" | "recurring";
  products: { id: string; quantity: number }[];
  currency: string;
  amount: number;
  subscription?: { billing_interval: BillingInterval; billing_interval_count: number } | null | undefined;
  custom_fields?: CustomFields | null | undefined;
}

export type PaymentStatus = "pending" | "processing" | "requires_action" | "requires_capture" | "succeeded" | "canceled" | "failed";

export interface Payment {
  id: string;
  amount: number;
  currency: string;
  customer: Payee | null;
  status: PaymentStatus;
  metadata: PaykitMetadata;
  item_id: string | null;
  /** Whether the customer still has to act at `payment_url`. */
  requires_action: boolean;
  payment_url: string | null;
  custom_fields?: CustomFields | null | undefined;
}

export type SubscriptionStatus = "active" | "past_due" | "canceled" | "expired" | "trialing" | "pending";

export interface Subscription {
  id: string;
  customer: Payee | null;
  amount: number;
  currency: string;
  status: SubscriptionStatus;
  current_period_start: Date;
  current_period_end: Date;
  item_id: string;
  billing_interval: BillingInterval;
  metadata: PaykitMetadata | null;
  custom_fields: CustomFields | null;
  requires_action: boolean;
  payment_url: string | null;
}

export interface Refund {
  id: string;
  amount: number;
  currency: string;
  reason: string | null;
  metadata: PaykitMetadata | null;
  custom_fields?: CustomFields | null | undefined;
}

export interface Invoice {
  id: string;
  customer: Payee | null;
  subscription_id: string | null;
  billing_mode: "one_time" | "recurring";
  amount_paid: number;
  currency: string;
  status: "paid" | "open";
  /** ISO 8601. */
  paid_at: string | null;
  line_items: { id: string; quantity: number }[] | null;
  metadata: PaykitMetadata | null;
  custom_fields: CustomFields | null;
}

export interface Customer {
  id: string;
  email: string;
  name: string;
  phone: string | null;
  metadata?: PaykitMetadata | null | undefined;
  custom_fields?: CustomFields | null | undefined;
  created_at: Date;
  updated_at: Date | null;
}

export interface BillingInfo {
  address: {
    name: string;
    line1: string;
    line2?: string | undefined;
    city: string;
    state?: string | undefined;
    postal_code: string;
    /** ISO 3166-1, two letters. */
    country: string;
    phone?: string | undefined;
  };
  carrier?: string | undefined;
  currency: string;
}

/** `provider_metadata` is required where the provider has required fields in it. */
type WithProviderMetadata<M> = unknown extends M ? { provider_metadata?: Record<string, unknown> | undefined } : undefined extends M ? { provider_metadata?: M | undefined } : { provider_metadata: M };

export type CreateCheckoutParams<M = unknown> = {
  customer: Payee;
  /** Absent means none. */
  metadata?: PaykitMetadata | null | undefined;
  session_type: "one_time" | "recurring";
  item_id: string;
  quantity: number;
  /** Required for `recurring`. */
  subscription?: { billing_interval: BillingInterval; billing_interval_count?: number | undefined } | null | undefined;
  billing?: BillingInfo | null | undefined;
  success_url: string;
  cancel_url: string;
} & WithProviderMetadata<M>;

export type CreatePaymentParams<M = unknown> = {
  /** In the currency's minor unit. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  customer: Payee | null;
  item_id: string | null;
  metadata?: Record<string, unknown> | null | undefined;
  billing?: BillingInfo | null | undefined;
  /** Default `automatic`. With `manual` the payment is only authorized, and `capture` takes the money. */
  capture_method?: "automatic" | "manual" | undefined;
} & WithProviderMetadata<M>;

export type UpdateCheckoutParams<M = unknown> = Optional<CreateCheckoutParams<M>>;

export type UpdatePaymentParams<M = unknown> = Optional<CreatePaymentParams<M>>;

export interface CapturePaymentParams {
  /** In the currency's minor unit. */
  amount: number;
}

export type CreateSubscriptionParams<M = unknown> = {
  customer: Payee | null;
  amount: number;
  currency: string;
  item_id: string;
  billing_interval: BillingInterval;
  /** Absent means none. */
  metadata?: PaykitMetadata | null | undefined;
  /** Default 1. */
  quantity?: number | undefined;
  billing?: BillingInfo | null | undefined;
} & WithProviderMetadata<M>;

export type UpdateSubscriptionParams<M = object> = {
  /** Metadata of the charge. Absent means none. */
  metadata?: PaykitMetadata | null | undefined;
  provider_metadata?: M | undefined;
};

export interface CreateRefundParams {
  payment_id: string;
  amount: number;
  reason?: string | null | undefined;
  metadata?: PaykitMetadata | null | undefined;
  provider_metadata?: Record<string, unknown> | undefined;
}

export interface CreateCustomerParams {
  email: string;
  name?: string | undefined;
  phone?: string | null | undefined;
  metadata?: PaykitMetadata | null | undefined;
  billing?: BillingInfo | null | undefined;
  provider_metadata?: Record<string, unknown> | undefined;
}

export type UpdateCustomerParams = Optional<CreateCustomerParams>;

/** The object of each event, by the event's type. */
export interface EventData {
  "customer.created": Customer;
  "customer.updated": Customer;
  "customer.deleted": Customer | null;
  "subscription.created": Subscription;
  "subscription.updated": Subscription;
  "subscription.canceled": Subscription;
  "payment.created": Payment;
  "payment.updated": Payment;
  "payment.succeeded": Payment;
  "payment.failed": Payment;
  "refund.created": Refund;
  "invoice.generated": Invoice;
}

export type StandardEventType = keyof EventData;

export interface WebhookEvent<T = unknown, Type extends string = string> {
  /** The same for each delivery of the event, so that your code can recognize a repeated one. */
  id: string;
  type: Type;
  /** Unix milliseconds. */
  created: number;
  data: T;
  /** Whether this is the provider's own event, whose type starts with the provider's name. Handlers get only its data. */
  is_raw?: boolean | undefined;
}

/** An event of a standard type. A comparison of `type` narrows `data`. */
export type StandardEvent = { [Type in StandardEventType]: WebhookEvent<EventData[Type], Type> }[StandardEventType];

/** An event of a webhook: a standard event, or one of the provider's own with `Raw` as its data. */
export type WebhookEventPayload<Raw = unknown> = StandardEvent | WebhookEvent<Raw>;

/** Handlers of standard events, by event type. */
export type StandardEventHandlers = { [Type in StandardEventType]?: ((event: WebhookEvent<EventData[Type], Type>) => void | Promise<void>) | undefined };

// The names of the parameters in PayKit's core.
export type CreateCheckoutSchema<M = unknown> = CreateCheckoutParams<M>;
export type UpdateCheckoutSchema<M = unknown> = UpdateCheckoutParams<M>;
export type CreatePaymentSchema<M = unknown> = CreatePaymentParams<M>;
export type UpdatePaymentSchema<M = unknown> = UpdatePaymentParams<M>;
export type CapturePaymentSchema = CapturePaymentParams;
export type CreateSubscriptionSchema<M = unknown> = CreateSubscriptionParams<M>;
export type UpdateSubscriptionSchema<M = object> = UpdateSubscriptionParams<M>;
export type CreateRefundSchema = CreateRefundParams;
