// PayKit: one interface over any provider, without telemetry.

import { copyOptions } from "../internal/untrusted.js";
import { checkProvider, type PayKitProvider } from "./provider.js";
import { Webhook } from "./webhook.js";

/**
 * One interface over any provider: `new PayKit(gopay())`. The provider validates the parameters. Parameters and results
 * are passed on unchanged.
 */
export class PayKit<P extends PayKitProvider = PayKitProvider> {
  readonly #provider: P;

  /** Pages on which a customer pays. */
  readonly checkouts: Operations<
    P,
    { create: "createCheckout"; retrieve: "retrieveCheckout"; update: "updateCheckout"; delete: "deleteCheckout" }
  >;
  /** Customers, at providers that keep them. */
  readonly customers: Operations<
    P,
    { create: "createCustomer"; retrieve: "retrieveCustomer"; update: "updateCustomer"; delete: "deleteCustomer" }
  >;
  /** Payments. */
  readonly payments: Operations<
    P,
    {
      create: "createPayment";
      retrieve: "retrievePayment";
      update: "updatePayment";
      capture: "capturePayment";
      delete: "deletePayment";
      cancel: "cancelPayment";
    }
  >;
  /** Recurring payments. */
  readonly subscriptions: Operations<
    P,
    {
      create: "createSubscription";
      update: "updateSubscription";
      cancel: "cancelSubscription";
      retrieve: "retrieveSubscription";
      delete: "deleteSubscription";
    }
  >;
  /** Refunds. */
  readonly refunds: Operations<P, { create: "createRefund" }>;
  /** The provider's webhooks. */
  readonly webhooks: {
    /** `webhookSecret` is the secret of the provider's webhook signatures. Empty or null for GoPay, which has none. */
    setup(options: { webhookSecret: string | null }): Webhook<P["providerName"]>;
  };

  /** @throws ConfigurationError that names the members that the provider lacks */
  constructor(provider: P, _adapter?: { name: string; version: string }) {
    checkProvider(provider);
    this.#provider = provider;
    this.checkouts = {
      create: (params: never) => provider.createCheckout(params),
      retrieve: (id: string) => provider.retrieveCheckout(id),
      update: (id: string, params: never) => provider.updateCheckout(id, params),
      delete: (id: string) => provider.deleteCheckout(id),
    } as this["checkouts"];
    this.customers = {
      create: (params: never) => provider.createCustomer(params),
      retrieve: (id: string) => provider.retrieveCustomer(id),
      update: (id: string, params: never) => provider.updateCustomer(id, params),
      delete: (id: string) => provider.deleteCustomer(id),
    } as this["customers"];
    this.payments = {
      create: (params: never) => provider.createPayment(params),
      retrieve: (id: string) => provider.retrievePayment(id),
      update: (id: string, params: never) => provider.updatePayment(id, params),
      capture: (id: string, params: { amount: number }) => provider.capturePayment(id, params),
      delete: (id: string) => provider.deletePayment(id),
      cancel: (id: string) => provider.cancelPayment(id),
    } as this["payments"];
    this.subscriptions = {
      create: (params: never) => provider.createSubscription(params),
      update: (id: string, params: never) => provider.updateSubscription(id, params),
      cancel: (id: string) => provider.cancelSubscription(id),
      retrieve: (id: string) => provider.retrieveSubscription(id),
      delete: (id: string) => provider.deleteSubscription(id),
    } as this["subscriptions"];
    this.refunds = { create: (params: never) => provider.createRefund(params) } as this["refunds"];
    this.webhooks = {
      setup: (options) => new Webhook(provider, copyOptions("options", options).webhookSecret ?? null),
    };
  }

  /** The provider's own client. */
  get _native(): P["_native"] {
    return this.#provider._native;
  }

  /** Such as `gopay`. */
  get providerName(): P["providerName"] {
    return this.#provider.providerName;
  }
}

/** The provider's methods under PayKit's names, with the provider's own parameter types. */
type Operations<P extends PayKitProvider, Names extends Record<string, keyof PayKitProvider>> = {
  readonly [Name in keyof Names]: P[Names[Name]];
};
