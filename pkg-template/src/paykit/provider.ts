// The interface of a provider, as in PayKit's core, and the check in `new PayKit(provider)`.

import { readUntrusted } from "../internal/untrusted.js";
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
  /** The headers, with names in lower case. */
  headersAsObject: Record<string, string>;
  /** The URL with its query. */
  fullUrl: string;
}

/** A payment provider, such as `gopay()` or `itpay()`. Amounts are integers in minor units. */
export interface PayKitProvider {
  /** Such as `gopay`. */
  readonly providerName: string;
  /** Whether no real money moves. */
  readonly isSandbox: boolean;
  /** The version of the provider. */
  readonly providerVersion: string;
  /** The provider's own client, for features that PayKit does not have. */
  readonly _native: unknown;
  /** Creates a page on which the customer pays. */
  createCheckout(params: CreateCheckoutParams): Promise<Checkout>;
  /**
   * Reads a checkout. `null` if there is none.
   * @param id The checkout's id.
   */
  retrieveCheckout(id: string): Promise<Checkout | null>;
  /**
   * Changes a checkout.
   * @param id The checkout's id.
   */
  updateCheckout(id: string, params: UpdateCheckoutParams): Promise<Checkout>;
  /**
   * Deletes a checkout.
   * @param id The checkout's id.
   */
  deleteCheckout(id: string): Promise<null>;
  /** Creates a customer. */
  createCustomer(params: CreateCustomerParams): Promise<Customer>;
  /**
   * Changes a customer.
   * @param id The customer's id.
   */
  updateCustomer(id: string, params: UpdateCustomerParams): Promise<Customer>;
  /**
   * Reads a customer. `null` if there is none.
   * @param id The customer's id.
   */
  retrieveCustomer(id: string): Promise<Customer | null>;
  /**
   * Deletes a customer.
   * @param id The customer's id.
   */
  deleteCustomer(id: string): Promise<null>;
  /** Creates a subscription, whose first period the customer pays at `payment_url`. */
  createSubscription(params: CreateSubscriptionParams): Promise<Subscription>;
  /**
   * Changes or charges a subscription.
   * @param id The subscription's id.
   */
  updateSubscription(id: string, params: UpdateSubscriptionParams): Promise<Subscription>;
  /**
   * Ends a subscription: no further charges.
   * @param id The subscription's id.
   */
  cancelSubscription(id: string): Promise<Subscription>;
  /**
   * Deletes a subscription.
   * @param id The subscription's id.
   */
  deleteSubscription(id: string): Promise<null>;
  /**
   * Reads a subscription. `null` if there is none.
   * @param id The subscription's id.
   */
  retrieveSubscription(id: string): Promise<Subscription | null>;
  /** Creates a payment, which the customer pays at `payment_url`. */
  createPayment(params: CreatePaymentParams): Promise<Payment>;
  /**
   * Changes a payment.
   * @param id The payment's id.
   */
  updatePayment(id: string, params: UpdatePaymentParams): Promise<Payment>;
  /**
   * Reads a payment. `null` if there is none.
   * @param id The payment's id.
   */
  retrievePayment(id: string): Promise<Payment | null>;
  /**
   * Deletes a payment.
   * @param id The payment's id.
   */
  deletePayment(id: string): Promise<null>;
  /**
   * Takes the money of an authorized payment, or a part of it.
   * @param id The payment's id.
   * @param params The amount, in the currency's minor unit.
   */
  capturePayment(id: string, params: { amount: number }): Promise<Payment>;
  /**
   * Cancels a payment, or releases an authorized one.
   * @param id The payment's id.
   */
  cancelPayment(id: string): Promise<Payment>;
  /** Refunds a payment, in whole or in part. */
  createRefund(params: CreateRefundParams): Promise<Refund>;
  /**
   * Verifies a webhook and reads its events.
   * @param webhookSecret The secret of the provider's webhook signatures. `null` if it has none.
   */
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
  if (typeof provider !== "object" || provider === null)
    throw new ConfigurationError("The provider must be an object, such as gopay()");
  const members = provider as Record<string, unknown>;
  const [missingKeys, isPromise] = readUntrusted("provider", () => {
    const missing = METHODS.filter((method) => typeof members[method] !== "function");
    if (typeof members["providerName"] !== "string") missing.unshift("providerName");
    return [missing, typeof members["then"] === "function"] as const;
  });
  if (missingKeys.length === 0) return;
  const promised = isPromise ? " It is a promise: await it first." : "";
  throw new ConfigurationError(`The provider lacks ${missingKeys.join(", ")}.${promised}`, { missingKeys });
}
