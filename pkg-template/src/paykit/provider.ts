// The interface of a provider, as in PayKit's core, and the check in `new PayKit(provider)`.

import { reading } from "../internal/untrusted.js";
import { ConfigurationError } from "./errors.js";
import type {
  Checkout,
  CreateCheckoutParams,
  CreateCustomerParams,
  CreatePaymentParams,
  CreateRefundParams,
  CreateSubscriptionParams,
  Customer,
  Payment,
  Refund,
  Subscription,
  UpdateCheckoutParams,
  UpdateCustomerParams,
  UpdatePaymentParams,
  UpdateSubscriptionParams,
  WebhookEvent,
} from "./types.js";

/** An incoming webhook. */
export interface IncomingWebhook {
  /** The raw body. Empty if the provider sends none. */
  body: string;
  headersAsObject: Record<string, string>;
  /** The URL with its query. */
  fullUrl: string;
}

export interface PayKitProvider {
  readonly providerName: string;
  readonly isSandbox: boolean;
  readonly providerVersion: string;
  /** The provider's own client, for features that PayKit does not have. */
  readonly _native: unknown;
  createCheckout(params: CreateCheckoutParams): Promise<Checkout>;
  retrieveCheckout(id: string): Promise<Checkout | null>;
  updateCheckout(id: string, params: UpdateCheckoutParams): Promise<Checkout>;
  deleteCheckout(id: string): Promise<null>;
  createCustomer(params: CreateCustomerParams): Promise<Customer>;
  updateCustomer(id: string, params: UpdateCustomerParams): Promise<Customer>;
  retrieveCustomer(id: string): Promise<Customer | null>;
  deleteCustomer(id: string): Promise<null>;
  createSubscription(params: CreateSubscriptionParams): Promise<Subscription>;
  updateSubscription(id: string, params: UpdateSubscriptionParams): Promise<Subscription>;
  cancelSubscription(id: string): Promise<Subscription>;
  deleteSubscription(id: string): Promise<null>;
  retrieveSubscription(id: string): Promise<Subscription | null>;
  createPayment(params: CreatePaymentParams): Promise<Payment>;
  updatePayment(id: string, params: UpdatePaymentParams): Promise<Payment>;
  retrievePayment(id: string): Promise<Payment | null>;
  deletePayment(id: string): Promise<null>;
  capturePayment(id: string, params: { amount: number }): Promise<Payment>;
  cancelPayment(id: string): Promise<Payment>;
  createRefund(params: CreateRefundParams): Promise<Refund>;
  handleWebhook(webhook: IncomingWebhook, webhookSecret: string | null): Promise<WebhookEvent[]>;
}

const METHODS = [
  ...["createCheckout", "retrieveCheckout", "updateCheckout", "deleteCheckout"],
  ...["createCustomer", "updateCustomer", "retrieveCustomer", "deleteCustomer"],
  ...["createSubscription", "updateSubscription", "cancelSubscription", "deleteSubscription", "retrieveSubscription"],
  ...["createPayment", "updatePayment", "retrievePayment", "deletePayment", "capturePayment", "cancelPayment"],
  ...["createRefund", "handleWebhook"],
];

/** @internal Throws a ConfigurationError that names the missing members. */
export function checkProvider(provider: unknown): void {
  if (typeof provider !== "object" || provider === null) throw new ConfigurationError("The provider must be an object, such as gopay()");
  const members = provider as Record<string, unknown>;
  const [missingKeys, isPromise] = reading("provider", () => {
    const missing = METHODS.filter((method) => typeof members[method] !== "function");
    if (typeof members["providerName"] !== "string") missing.unshift("providerName");
    return [missing, typeof members["then"] === "function"] as const;
  });
  if (missingKeys.length === 0) return;
  const promised = isPromise ? " It is a promise: await it first." : "";
  throw new ConfigurationError(`The provider lacks ${missingKeys.join(", ")}.${promised}`, { missingKeys });
}
