// PayKit's objects, parameters and events, by the names that its core gives them. Amounts are integers in minor units.

import type { Optional } from "../internal/optional.js";

/** Who pays. */
export type Payee = { email: string } | { id: string | number };

/** How often a subscription is charged. */
export type BillingInterval = "day" | "week" | "month" | "year" | { type: "custom"; durationMs: number };

/** What the provider knows beyond PayKit's own fields. */
export type CustomFields = Record<string, unknown>;

export interface Checkout {
  id: string;
  customer: Payee | null;
  /** Where the customer pays. */
  payment_url: string;
  metadata: Record<string, string> | null;
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
  metadata: Record<string, string>;
  item_id: string | null;
  /** Whether the customer has still to do something, at `payment_url`. */
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
  metadata: Record<string, string> | null;
  custom_fields: CustomFields | null;
  requires_action: boolean;
  payment_url: string | null;
}

export interface Refund {
  id: string;
  amount: number;
  currency: string;
  reason: string | null;
  metadata: Record<string, string> | null;
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
  metadata: Record<string, string> | null;
  custom_fields: CustomFields | null;
}

export interface Customer {
  id: string;
  email: string;
  name: string;
  phone: string | null;
  metadata?: Record<string, string> | null | undefined;
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

/** A provider that needs something of its own in `provider_metadata` makes the key required. */
type WithProviderMetadata<M> = unknown extends M ? { provider_metadata?: Record<string, unknown> | undefined } : undefined extends M ? { provider_metadata?: M | undefined } : { provider_metadata: M };

export type CreateCheckoutParams<M = unknown> = {
  customer: Payee;
  /** Absent means none. */
  metadata?: Record<string, string> | null | undefined;
  session_type: "one_time" | "recurring";
  item_id: string;
  quantity: number;
  /** For `recurring`. */
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
  /** Default `automatic`. `manual` only authorises: the money moves with `capture`. */
  capture_method?: "automatic" | "manual" | undefined;
} & WithProviderMetadata<M>;

export type UpdatePaymentParams<M = unknown> = Optional<CreatePaymentParams<M>>;

export type CreateSubscriptionParams<M = unknown> = {
  customer: Payee | null;
  amount: number;
  currency: string;
  item_id: string;
  billing_interval: BillingInterval;
  /** Absent means none. */
  metadata?: Record<string, string> | null | undefined;
  /** Default 1. */
  quantity?: number | undefined;
  billing?: BillingInfo | null | undefined;
} & WithProviderMetadata<M>;

export type UpdateSubscriptionParams<M = object> = {
  metadata?: Record<string, string> | null | undefined;
  provider_metadata?: M | undefined;
};

export interface CreateRefundParams {
  payment_id: string;
  amount: number;
  reason?: string | null | undefined;
  metadata?: Record<string, string> | null | undefined;
  provider_metadata?: Record<string, unknown> | undefined;
}

export interface CreateCustomerParams {
  email: string;
  name?: string | undefined;
  phone?: string | null | undefined;
  metadata?: Record<string, string> | null | undefined;
  billing?: BillingInfo | null | undefined;
  provider_metadata?: Record<string, unknown> | undefined;
}

export type UpdateCustomerParams = Optional<CreateCustomerParams>;

/** What an event of each type is about. */
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
  /** The same for every delivery of the event: what to remember, so that it is handled once. */
  id: string;
  type: Type;
  /** Unix milliseconds. */
  created: number;
  data: T;
  /** The provider's own event, of a type that begins with its name. Handlers get its data alone. */
  is_raw?: boolean | undefined;
}

/** An event of a known type: comparing `type` narrows `data`. */
export type StandardEvent = { [Type in StandardEventType]: WebhookEvent<EventData[Type], Type> }[StandardEventType];
