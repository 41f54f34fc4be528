// PayKit core's own schemas of what a provider gives back, as its contract has them, written down with zod.

import { z } from "zod";

const payee = z.union([z.object({ email: z.email() }), z.object({ id: z.union([z.string(), z.number()]) })]).nullable();
const strings = z.record(z.string(), z.string());
const interval = z.union([
  z.enum(["day", "week", "month", "year"]),
  z.object({ type: z.literal("custom"), durationMs: z.number().int().positive() }),
]);
const product = z.object({ id: z.string(), quantity: z.number() });
const custom = z.record(z.string(), z.unknown()).nullable();

export const Checkout = z.object({
  id: z.string(),
  customer: payee,
  payment_url: z.string(),
  metadata: strings.nullable(),
  session_type: z.enum(["one_time", "recurring"]),
  products: z.array(product),
  currency: z.string(),
  amount: z.number(),
  subscription: z.object({ billing_interval: interval, billing_interval_count: z.number() }).nullish(),
});
export const Payment = z.object({
  id: z.string(),
  amount: z.number().min(0),
  currency: z.string(),
  customer: payee,
  status: z.enum(["pending", "processing", "requires_action", "requires_capture", "succeeded", "canceled", "failed"]),
  metadata: strings,
  item_id: z.string().nullable(),
  requires_action: z.boolean(),
  payment_url: z.string().nullable(),
});
export const Subscription = z.object({
  id: z.string(),
  customer: payee,
  amount: z.number(),
  currency: z.string(),
  status: z.enum(["active", "past_due", "canceled", "expired", "trialing", "pending"]),
  current_period_start: z.date(),
  current_period_end: z.date(),
  item_id: z.string(),
  billing_interval: interval,
  metadata: strings.nullable(),
  custom_fields: custom,
  requires_action: z.boolean(),
  payment_url: z.string().nullable(),
});
export const Refund = z.object({
  id: z.string(),
  amount: z.number(),
  currency: z.string(),
  reason: z.string().nullable(),
  metadata: strings.nullable(),
});
export const Invoice = z.object({
  id: z.string(),
  customer: payee,
  subscription_id: z.string().nullable(),
  billing_mode: z.enum(["one_time", "recurring"]),
  amount_paid: z.number(),
  currency: z.string(),
  status: z.enum(["paid", "open"]),
  paid_at: z.iso.datetime().nullable(),
  line_items: z.array(product).nullable(),
  metadata: strings.nullable(),
  custom_fields: custom,
});

/** The schema of an event's data, by its type. */
export const eventData = (type) =>
  ({ payment: Payment, subscription: Subscription, refund: Refund, invoice: Invoice })[type.split(".")[0]];

const METHODS =
  "createCheckout retrieveCheckout updateCheckout deleteCheckout createCustomer updateCustomer retrieveCustomer deleteCustomer createSubscription updateSubscription cancelSubscription deleteSubscription retrieveSubscription createPayment updatePayment retrievePayment deletePayment capturePayment cancelPayment createRefund handleWebhook".split(
    " ",
  );

/** The checks of `new PayKit(provider)` in the core. */
export const Provider = z.custom(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    typeof value.providerName === "string" &&
    METHODS.every((method) => typeof value[method] === "function"),
);
