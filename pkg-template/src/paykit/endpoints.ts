// The types of PayKit's endpoint handlers, as PayKit's core names them.

import type {
  CapturePaymentParams,
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
} from "./types.js";

type Create<Params, Result> = { args: [params: Params]; return: Result };
type Retrieve<Result> = { args: [id: string]; return: Result | null };
type Update<Params, Result> = { args: [id: string, params: Params]; return: Result };
type ById<Result> = { args: [id: string]; return: Result };

/** The arguments and the result of each endpoint, by its path. */
export interface PayKitEndpoints {
  /** `paykit.checkouts.create`. */
  "/checkout/create": Create<CreateCheckoutParams, Checkout>;
  /** `paykit.checkouts.retrieve`. */
  "/checkout/retrieve": Retrieve<Checkout>;
  /** `paykit.checkouts.update`. */
  "/checkout/update": Update<UpdateCheckoutParams, Checkout>;
  /** `paykit.checkouts.delete`. */
  "/checkout/delete": ById<null>;
  /** `paykit.customers.create`. */
  "/customer/create": Create<CreateCustomerParams, Customer>;
  /** `paykit.customers.retrieve`. */
  "/customer/retrieve": Retrieve<Customer>;
  /** `paykit.customers.update`. */
  "/customer/update": Update<UpdateCustomerParams, Customer>;
  /** `paykit.customers.delete`. */
  "/customer/delete": ById<null>;
  /** `paykit.payments.create`. */
  "/payment/create": Create<CreatePaymentParams, Payment>;
  /** `paykit.payments.retrieve`. */
  "/payment/retrieve": Retrieve<Payment>;
  /** `paykit.payments.update`. */
  "/payment/update": Update<UpdatePaymentParams, Payment>;
  /** `paykit.payments.capture`. */
  "/payment/capture": Update<CapturePaymentParams, Payment>;
  /** `paykit.payments.cancel`. */
  "/payment/cancel": ById<Payment>;
  /** `paykit.payments.delete`. */
  "/payment/delete": ById<null>;
  /** `paykit.refunds.create`. */
  "/refund/create": Create<CreateRefundParams, Refund>;
  /** `paykit.subscriptions.create`. */
  "/subscription/create": Create<CreateSubscriptionParams, Subscription>;
  /** `paykit.subscriptions.retrieve`. */
  "/subscription/retrieve": Retrieve<Subscription>;
  /** `paykit.subscriptions.update`. */
  "/subscription/update": Update<UpdateSubscriptionParams, Subscription>;
  /** `paykit.subscriptions.cancel`. */
  "/subscription/cancel": ById<Subscription>;
  /** `paykit.subscriptions.delete`. */
  "/subscription/delete": ById<null>;
}

/** The path of an endpoint, such as `/checkout/create`. */
export type EndpointPath = keyof PayKitEndpoints;

/** The arguments of an endpoint. */
export type EndpointArgs<Path extends EndpointPath> = PayKitEndpoints[Path]["args"];

/** The result of an endpoint, before JSON turns dates into strings. */
export type EndpointReturn<Path extends EndpointPath> = PayKitEndpoints[Path]["return"];

/** The handler of an endpoint. */
export type EndpointHandler<Path extends EndpointPath> = (...args: EndpointArgs<Path>) => Promise<EndpointReturn<Path>>;
