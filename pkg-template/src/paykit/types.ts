// PayKit's objects, parameters and events, named as in its core. Amounts are integers in minor units.

import type { Optional } from "../internal/optional.js";

/** A payer: an email address, or the shop's id of a customer. GoPay requires the email address. */
export type Payee = { email: string } | { id: string | number };

/** How often a subscription is charged. */
export type BillingInterval = "day" | "week" | "month" | "year" | { type: "custom"; durationMs: number };

/** The merchant's own metadata. */
export type PaykitMetadata = Record<string, string>;

/** Data of the provider that PayKit has no field for. */
export type CustomFields = Record<string, unknown>;

/** A page on which a customer pays. */
export interface Checkout {
  /** The id of the checkout, which is the payment's id at the provider. */
  id: string;
  /** The payer. `null` if the provider does not know one. */
  customer: Payee | null;
  /** The URL where the customer pays. */
  payment_url: string;
  /** The merchant's metadata from `create`. */
  metadata: PaykitMetadata | null;
  /** One payment, or the first of a subscription. */
  session_type: "one_time" | "recurring";
  /** The items and their quantities. */
  products: { id: string; quantity: number }[];
  /** ISO 4217. */
  currency: string;
  /** In the currency's minor unit. */
  amount: number;
  /** The interval of a `recurring` checkout. */
  subscription?: { billing_interval: BillingInterval; billing_interval_count: number } | null | undefined;
  /** Data of the provider that PayKit has no field for. */
  custom_fields?: CustomFields | null | undefined;
}

/** The states of a payment. */
export type PaymentStatus =
  | "pending"
  | "processing"
  | "requires_action"
  | "requires_capture"
  | "succeeded"
  | "canceled"
  | "failed";

/** A payment. */
export interface Payment {
  /** The payment's id at the provider. */
  id: string;
  /** In the currency's minor unit. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  /** The payer. `null` if the provider does not know one. */
  customer: Payee | null;
  /** The state of the payment. */
  status: PaymentStatus;
  /** The merchant's metadata from `create`. */
  metadata: PaykitMetadata;
  /** The item from `create`. */
  item_id: string | null;
  /** Whether the customer still has to act at `payment_url`. */
  requires_action: boolean;
  /** The URL where the customer pays. `null` if the provider has none. */
  payment_url: string | null;
  /** Data of the provider that PayKit has no field for. */
  custom_fields?: CustomFields | null | undefined;
}

/** The states of a subscription. */
export type SubscriptionStatus = "active" | "past_due" | "canceled" | "expired" | "trialing" | "pending";

/** A recurring payment. */
export interface Subscription {
  /** The id of the first payment. Any later charge finds the subscription, too. */
  id: string;
  /** The payer. `null` if the provider does not know one. */
  customer: Payee | null;
  /** The amount of each charge, in the currency's minor unit. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  /** The state of the subscription. */
  status: SubscriptionStatus;
  /** The start of the current period. */
  current_period_start: Date;
  /** The end of the current period. */
  current_period_end: Date;
  /** The item from `create`. */
  item_id: string;
  /** How often the customer is charged. */
  billing_interval: BillingInterval;
  /** The merchant's metadata from `create`. */
  metadata: PaykitMetadata | null;
  /** Data of the provider that PayKit has no field for. */
  custom_fields: CustomFields | null;
  /** Whether the customer still has to act at `payment_url`. */
  requires_action: boolean;
  /** The URL where the customer pays for the first period. `null` if the provider has none. */
  payment_url: string | null;
}

/** A refund of all or a part of a payment. */
export interface Refund {
  /** The refund's id. */
  id: string;
  /** In the currency's minor unit. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  /** The reason from `create`. */
  reason: string | null;
  /** The merchant's metadata from `create`. */
  metadata: PaykitMetadata | null;
  /** Data of the provider that PayKit has no field for. */
  custom_fields?: CustomFields | null | undefined;
}

/** The record of a charge. */
export interface Invoice {
  /** The invoice's id. */
  id: string;
  /** The payer. `null` if the provider does not know one. */
  customer: Payee | null;
  /** The subscription that was charged. `null` for a single payment. */
  subscription_id: string | null;
  /** One payment, or a charge of a subscription. */
  billing_mode: "one_time" | "recurring";
  /** In the currency's minor unit. */
  amount_paid: number;
  /** ISO 4217. */
  currency: string;
  /** Whether the invoice is paid. */
  status: "paid" | "open";
  /** ISO 8601. */
  paid_at: string | null;
  /** The items and their quantities. */
  line_items: { id: string; quantity: number }[] | null;
  /** The merchant's metadata of the payment. */
  metadata: PaykitMetadata | null;
  /** Data of the provider that PayKit has no field for. */
  custom_fields: CustomFields | null;
}

/** A customer, for providers that keep customers. GoPay and ItPay keep none. */
export interface Customer {
  /** The customer's id at the provider. */
  id: string;
  /** The customer's email address. */
  email: string;
  /** The customer's name. */
  name: string;
  /** The customer's phone number. */
  phone: string | null;
  /** The merchant's metadata. */
  metadata?: PaykitMetadata | null | undefined;
  /** Data of the provider that PayKit has no field for. */
  custom_fields?: CustomFields | null | undefined;
  /** The time of creation. */
  created_at: Date;
  /** The time of the last change. */
  updated_at: Date | null;
}

/** The billing address of a customer. */
export interface BillingInfo {
  /** The address. */
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
  /** The carrier of a delivery. */
  carrier?: string | undefined;
  /** ISO 4217. */
  currency: string;
}

/** `provider_metadata` is required where the provider has required fields in it. */
type WithProviderMetadata<M> = unknown extends M
  ? {
      /** Data for the provider. */
      provider_metadata?: Record<string, unknown> | undefined;
    }
  : undefined extends M
    ? {
        /** Data for the provider. */
        provider_metadata?: M | undefined;
      }
    : {
        /** Data for the provider. */
        provider_metadata: M;
      };

/** The parameters of `paykit.checkouts.create`. */
export type CreateCheckoutParams<M = unknown> = {
  /** The payer. */
  customer: Payee;
  /** Absent means none. */
  metadata?: PaykitMetadata | null | undefined;
  /** One payment, or the first of a subscription. */
  session_type: "one_time" | "recurring";
  /** Your id of the item. */
  item_id: string;
  /** The number of items. The amount is for all of them together. */
  quantity: number;
  /** Required for `recurring`. */
  subscription?: { billing_interval: BillingInterval; billing_interval_count?: number | undefined } | null | undefined;
  /** The billing address. */
  billing?: BillingInfo | null | undefined;
  /** The URL to which the customer returns after the payment. */
  success_url: string;
  /** The URL to which the customer returns without a payment, at providers that have one. */
  cancel_url: string;
} & WithProviderMetadata<M>;

/** The parameters of `paykit.payments.create`. */
export type CreatePaymentParams<M = unknown> = {
  /** In the currency's minor unit. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  /** The payer. */
  customer: Payee | null;
  /** Your id of the item. */
  item_id: string | null;
  /** Your data, returned with the payment. Absent means none. */
  metadata?: Record<string, unknown> | null | undefined;
  /** The billing address. */
  billing?: BillingInfo | null | undefined;
  /** Default `automatic`. With `manual` the payment is only authorized, and `capture` takes the money. */
  capture_method?: "automatic" | "manual" | undefined;
} & WithProviderMetadata<M>;

/** The parameters of `paykit.checkouts.update`. */
export type UpdateCheckoutParams<M = unknown> = Optional<CreateCheckoutParams<M>>;

/** The parameters of `paykit.payments.update`. */
export type UpdatePaymentParams<M = unknown> = Optional<CreatePaymentParams<M>>;

/** The parameters of `paykit.payments.capture`. */
export interface CapturePaymentParams {
  /** In the currency's minor unit. */
  amount: number;
}

/** The parameters of `paykit.subscriptions.create`. */
export type CreateSubscriptionParams<M = unknown> = {
  /** The payer. */
  customer: Payee | null;
  /** The amount of each charge, in the currency's minor unit. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  /** Your id of the item. */
  item_id: string;
  /** How often the customer is charged. */
  billing_interval: BillingInterval;
  /** Absent means none. */
  metadata?: PaykitMetadata | null | undefined;
  /** The number of items. Default 1. */
  quantity?: number | undefined;
  /** The billing address. */
  billing?: BillingInfo | null | undefined;
} & WithProviderMetadata<M>;

/** The parameters of `paykit.subscriptions.update`. */
export type UpdateSubscriptionParams<M = object> = {
  /** Metadata of the charge. Absent means none. */
  metadata?: PaykitMetadata | null | undefined;
  /** Data for the provider. GoPay charges the amount in it. */
  provider_metadata?: M | undefined;
};

/** The parameters of `paykit.refunds.create`. */
export interface CreateRefundParams {
  /** The payment to refund. */
  payment_id: string;
  /** In the currency's minor unit, at most the remaining amount of the payment. */
  amount: number;
  /** The reason, for your own records. */
  reason?: string | null | undefined;
  /** Your data, returned with the refund. Absent means none. */
  metadata?: PaykitMetadata | null | undefined;
  /** Data for the provider. */
  provider_metadata?: Record<string, unknown> | undefined;
}

/** The parameters of `paykit.customers.create`. */
export interface CreateCustomerParams {
  /** The customer's email address. */
  email: string;
  /** The customer's name. */
  name?: string | undefined;
  /** The customer's phone number. */
  phone?: string | null | undefined;
  /** Your data, returned with the customer. Absent means none. */
  metadata?: PaykitMetadata | null | undefined;
  /** The billing address. */
  billing?: BillingInfo | null | undefined;
  /** Data for the provider. */
  provider_metadata?: Record<string, unknown> | undefined;
}

/** The parameters of `paykit.customers.update`. */
export type UpdateCustomerParams = Optional<CreateCustomerParams>;

/** The object of each event, by the event's type. */
export interface EventData {
  /** A customer was created. */
  "customer.created": Customer;
  /** A customer was changed. */
  "customer.updated": Customer;
  /** A customer was deleted. */
  "customer.deleted": Customer | null;
  /** The first payment of a subscription was made. */
  "subscription.created": Subscription;
  /** A subscription was changed. */
  "subscription.updated": Subscription;
  /** A subscription ended. */
  "subscription.canceled": Subscription;
  /** A payment was created. */
  "payment.created": Payment;
  /** A payment changed its state without an end. */
  "payment.updated": Payment;
  /** A payment was made. */
  "payment.succeeded": Payment;
  /** A payment failed, was canceled or expired. */
  "payment.failed": Payment;
  /** A payment was refunded, in whole or in part. */
  "refund.created": Refund;
  /** A charge was made. */
  "invoice.generated": Invoice;
}

/** The types of events that every provider shares. */
export type StandardEventType = keyof EventData;

/** An event of a webhook. */
export interface WebhookEvent<T = unknown, Type extends string = string> {
  /** The same for each delivery of the event, so that your code can recognize a repeated one. */
  id: string;
  /** The event's type. */
  type: Type;
  /** Unix milliseconds. */
  created: number;
  /** The object of the event. */
  data: T;
  /** Whether this is the provider's own event, whose type starts with the provider's name. Handlers get only its data. */
  is_raw?: boolean | undefined;
}

/** An event of a standard type. A comparison of `type` narrows `data`. */
export type StandardEvent = { [Type in StandardEventType]: WebhookEvent<EventData[Type], Type> }[StandardEventType];

/** An event of a webhook: a standard event, or one of the provider's own with `Raw` as its data. */
export type WebhookEventPayload<Raw = unknown> = StandardEvent | WebhookEvent<Raw>;

/** Handlers of standard events, by event type. */
export type StandardEventHandlers = {
  [Type in StandardEventType]?: ((event: WebhookEvent<EventData[Type], Type>) => void | Promise<void>) | undefined;
};

// The names of the parameters in PayKit's core.
/** `CreateCheckoutParams` under the name of PayKit's core. */
export type CreateCheckoutSchema<M = unknown> = CreateCheckoutParams<M>;
/** `UpdateCheckoutParams` under the name of PayKit's core. */
export type UpdateCheckoutSchema<M = unknown> = UpdateCheckoutParams<M>;
/** `CreatePaymentParams` under the name of PayKit's core. */
export type CreatePaymentSchema<M = unknown> = CreatePaymentParams<M>;
/** `UpdatePaymentParams` under the name of PayKit's core. */
export type UpdatePaymentSchema<M = unknown> = UpdatePaymentParams<M>;
/** `CapturePaymentParams` under the name of PayKit's core. */
export type CapturePaymentSchema = CapturePaymentParams;
/** `CreateSubscriptionParams` under the name of PayKit's core. */
export type CreateSubscriptionSchema<M = unknown> = CreateSubscriptionParams<M>;
/** `UpdateSubscriptionParams` under the name of PayKit's core. */
export type UpdateSubscriptionSchema<M = object> = UpdateSubscriptionParams<M>;
/** `CreateRefundParams` under the name of PayKit's core. */
export type CreateRefundSchema = CreateRefundParams;
