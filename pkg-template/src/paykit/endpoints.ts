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
  "/checkout/create": Create<CreateCheckoutParams, Checkout>;
  "/checkout/retrieve": Retrieve<Checkout>;
  "/checkout/update": Update<UpdateCheckoutParams, Checkout>;
  "/checkout/delete": ById<null>;
  "/customer/create": Create<CreateCustomerParams, Customer>;
  "/customer/retrieve": Retrieve<Customer>;
  "/customer/update": Update<UpdateCustomerParams, Customer>;
  "/customer/delete": ById<null>;
  "/payment/create": Create<CreatePaymentParams, Payment>;
  "/payment/retrieve": Retrieve<Payment>;
  "/payment/update": Update<UpdatePaymentParams, Payment>;
  "/payment/capture": Update<CapturePaymentParams, Payment>;
  "/payment/cancel": ById<Payment>;
  "/payment/delete": ById<null>;
  "/refund/create": Create<CreateRefundParams, Refund>;
  "/subscription/create": Create<CreateSubscriptionParams, Subscription>;
  "/subscription/retrieve": Retrieve<Subscription>;
  "/subscription/update": Update<UpdateSubscriptionParams, Subscription>;
  "/subscription/cancel": ById<Subscription>;
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
