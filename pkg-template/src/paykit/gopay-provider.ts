// GoPay as a PayKit provider: a checkout, a payment and a subscription's first payment are all payments of GoPay's.

import type { Optional } from "../internal/optional.js";
import { variable } from "../internal/env.js";
import { isItPayError, type ItPayError } from "../internal/errors.js";
import { given, reading } from "../internal/untrusted.js";
import { GoPayClient, type GoPayClientOptions, sandboxFlag, synchronously } from "../gopay/client.js";
import type { CreateGoPayPaymentParams, CreateGoPayRecurrenceParams, GoPayItem, GoPayPayment, GoPayRefund, GoPayResult } from "../gopay/types.js";
import { isNotFound, run, toId, toJson, unsupported } from "./error-mapping.js";
import { ConfigurationError, ConstraintViolationError, OperationFailedError, ProviderNotSupportedError, ResourceNotFoundError, WebhookError } from "./errors.js";
import type {
  Checkout,
  CreateCheckoutParams,
  CreatePaymentParams,
  CreateRefundParams,
  CreateSubscriptionParams,
  Customer,
  Payment,
  Refund,
  StandardEvent,
  Subscription,
  UpdatePaymentParams,
  UpdateSubscriptionParams,
} from "./types.js";
import type { IncomingWebhook, PayKitProvider } from "./provider.js";
import { VERSION } from "../internal/version.js";

/** Options of `createGopay`. */
export interface GopayOptions extends Omit<GoPayClientOptions, "clientId" | "clientSecret" | "goId" | "isSandbox"> {
  /** GoPay's client id. */
  clientId: string;
  /** GoPay's client secret. */
  clientSecret: string;
  /** The e-shop's number. */
  goId: string;
  /** GoPay's test gateway, or the one where money is real. */
  isSandbox: boolean;
  /** Where GoPay's notifications go. */
  webhookUrl: string;
  /** The same as `logLevel: "debug"`. Default false. */
  debug?: boolean | undefined;
}

/** What every payment may say to GoPay besides. */
type OrderMetadata = {
  /** Of the payment page. Default `EN`. */
  language?: string | undefined;
  /** Shown on the payment page and on statements. Default: the item's id. */
  description?: string | undefined;
  /** The shop's own number of the order, to find the payment by. Default: a fresh one. */
  order_number?: string | undefined;
  /** The instrument that the payment page offers first, such as `GPAY`. Default: none. */
  default_payment_instrument?: string | undefined;
  /** Default: `PAYMENT_CARD`, and `BANK_ACCOUNT` unless it is a subscription or `capture_method` is `manual`. */
  allowed_payment_instruments?: string[] | undefined;
};

type RecurrenceMetadata = {
  /**
   * The last day of the recurrence, as `2030-12-31`. A Date means its day in the local time zone. At most 2099-12-30,
   * which replaces later days. Default: a year ahead, or five years for a yearly or custom interval.
   */
  end_date?: string | Date | undefined;
};

/** `provider_metadata` of a checkout. */
export type GopayCheckoutMetadata = OrderMetadata &
  RecurrenceMetadata & {
    /** In the currency's minor unit: an integer, or its digits. */
    amount: number | string;
    /** ISO 4217. Default `CZK`. */
    currency?: string | undefined;
  };

/** `provider_metadata` of a payment. */
export type GopayPaymentMetadata = OrderMetadata & {
  /** Where GoPay sends the customer afterwards. */
  success_url: string;
};

/** `provider_metadata` of a subscription. */
export type GopaySubscriptionMetadata = GopayPaymentMetadata &
  RecurrenceMetadata & {
    /** Charged every so many days, weeks or months. Default 1. */
    recurrence_period?: number | undefined;
  };

/** `provider_metadata` of `subscriptions.update`, which charges the customer. */
export type GopayChargeMetadata = {
  /** Charged at once, in the currency's minor unit. Nothing is charged without it. */
  amount?: number | string | undefined;
  /** Default: the first payment's, which is read for it. */
  currency?: string | undefined;
  /** Your number of the order. Default: a fresh one. */
  order_number?: string | undefined;
  /** Text for the customer. */
  order_description?: string | undefined;
  /** The lines of the order. */
  items?: GoPayItem[] | undefined;
};

type Notification = { id: string; parent_id: string | null };
type Looks = { parent: string | null; refunds: boolean } | { mismatch: "id" | "goid" };

const NAME = "gopay";

/** GoPay as a PayKit provider. `gopay()` and `createGopay()` make one. */
export class GopayProvider implements PayKitProvider {
  readonly providerName = NAME;
  readonly providerVersion: string = VERSION;
  /** Whether this is GoPay's test gateway. */
  readonly isSandbox: boolean;
  readonly #client: GoPayClient;
  readonly #webhookUrl: string;

  /** @throws ConfigurationError naming what is missing or wrong */
  constructor(options: GopayOptions) {
    if (typeof options !== "object" || options === null) throw configurationError(["options"]);
    const own = given("options", options) as GopayOptions;
    const { webhookUrl, debug, ...clientOptions } = own;
    const missingKeys = (["clientId", "clientSecret", "goId"] as const).filter((key) => typeof own[key] !== "string" || own[key] === "");
    const wrong: string[] = [...missingKeys, ...(typeof own.isSandbox === "boolean" ? [] : ["isSandbox"]), ...(isUrl(webhookUrl) ? [] : ["webhookUrl"])];
    if (wrong.length > 0) throw configurationError(wrong);
    try {
      this.#client = new GoPayClient({ ...(debug === true ? { logLevel: "debug" as const } : {}), ...clientOptions });
    } catch (error) {
      if (!isItPayError(error)) throw error;
      const { field } = error as ItPayError & { field?: string | undefined };
      throw configurationError(field === undefined ? [] : [field], error);
    }
    this.#webhookUrl = webhookUrl;
    this.isSandbox = own.isSandbox;
  }

  /** The client, for what PayKit has no name for. */
  get _native(): GoPayClient {
    return this.#client;
  }

  // Checkouts

  /** Makes a payment, which the customer pays at `payment_url`. GoPay has one return URL: `success_url`. */
  createCheckout(params: CreateCheckoutParams<GopayCheckoutMetadata>): Promise<Checkout> {
    return this.#run("createCheckout", async () => checkout(await this.#create("checkout", params)));
  }

  retrieveCheckout(id: string): Promise<Checkout | null> {
    return this.#run("retrieveCheckout", async () => orNull(await this.#find(id), checkout));
  }

  /** GoPay changes nothing: this reads the checkout. */
  updateCheckout(id: string, params: Optional<CreateCheckoutParams<Optional<GopayCheckoutMetadata>>>): Promise<Checkout> {
    return this.#run("updateCheckout", async () => {
      const { provider_metadata } = JSON.parse(toJson(params ?? {})) as typeof params;
      const payment = await this.#get("checkout", id);
      refuseChange("updateCheckout", provider_metadata, payment);
      return checkout(payment);
    });
  }

  deleteCheckout(): Promise<null> {
    return unsupported(NAME, "deleteCheckout", "GoPay has no way to delete a payment.", "let it expire.");
  }

  // Payments

  /** Makes a payment, which the customer pays at `payment_url`. With `capture_method: "manual"` the money is only blocked. */
  createPayment(params: CreatePaymentParams<GopayPaymentMetadata>): Promise<Payment> {
    return this.#run("createPayment", async () => payment(await this.#create("payment", params)));
  }

  retrievePayment(id: string): Promise<Payment | null> {
    return this.#run("retrievePayment", async () => orNull(await this.#find(id), payment));
  }

  /** GoPay changes nothing: this reads the payment. */
  updatePayment(id: string, params: UpdatePaymentParams<Optional<GopayPaymentMetadata>>): Promise<Payment> {
    return this.#run("updatePayment", async () => {
      const wanted = JSON.parse(toJson(params ?? {})) as typeof params;
      const found = await this.#get("payment", id);
      refuseChange("updatePayment", wanted, found);
      return payment(found);
    });
  }

  deletePayment(): Promise<null> {
    return unsupported(NAME, "deletePayment", "GoPay has no way to delete a payment.", "let it expire, or cancel one that is authorised.");
  }

  /** Takes what was authorised; or a part, where GoPay has enabled that for the shop. The rest is given back. */
  capturePayment(id: string, params: { amount: number }): Promise<Payment> {
    return this.#run("capturePayment", async () => {
      const json = toJson(params);
      const before = await this.#get("payment", id);
      const part = synchronously((module) => module.paykit_part_to_capture(json, JSON.stringify(before)));
      if (before.preauthorization?.state === "CAPTURED") {
        if (part === undefined) return payment(before);
        throw new ConstraintViolationError(`All of it was captured already: ${before.amount}`, { provider: NAME, method: "capturePayment" });
      }
      const { result } = await done(this.#client.payments.capture(id, part === undefined ? undefined : (JSON.parse(part) as { amount: number; items: GoPayItem[] })));
      const after = await this.#client.payments.status(id).catch(() => undefined);
      // It is done, whether or not it can be seen.
      return after === undefined ? { ...payment(before), amount: (JSON.parse(json) as typeof params).amount, status: result === "FINISHED" ? "succeeded" : "processing" } : payment(after);
    });
  }

  /** Gives back what was authorised. GoPay cancels nothing else: what nobody pays expires by itself. */
  cancelPayment(id: string): Promise<Payment> {
    return this.#run("cancelPayment", async () => {
      const before = await this.#get("payment", id);
      if (before.state === "CANCELED" || before.state === "TIMEOUTED") return payment(before);
      if (before.state === "CREATED" || before.state === "PAYMENT_METHOD_CHOSEN") {
        throw new ProviderNotSupportedError("cancelPayment of an unpaid payment", NAME, { reason: `The payment is ${before.state}.`, alternative: "let it expire." });
      }
      if (before.state !== "AUTHORIZED") {
        const reason = `the payment is ${before.state}, and only an AUTHORIZED payment can be canceled. Give the money back with createRefund`;
        throw new OperationFailedError("cancelPayment", NAME, { reason, context: { state: before.state, outcome: "not_done" } });
      }
      const { result } = await done(this.#client.payments.voidAuthorization(id));
      const after = await this.#client.payments.status(id).catch(() => before);
      return result === "FINISHED" ? { ...payment(after), status: "canceled" } : payment(after);
    });
  }

  // Subscriptions

  /**
   * Makes the first payment, which the customer pays at `payment_url`. Days, weeks and months GoPay charges by itself;
   * a year or a custom interval is charged by `updateSubscription`.
   */
  createSubscription(params: CreateSubscriptionParams<GopaySubscriptionMetadata>): Promise<Subscription> {
    return this.#run("createSubscription", async () => subscription(await this.#create("subscription", params))!);
  }

  /** By the id of its first payment, or of one of its charges. */
  retrieveSubscription(id: string): Promise<Subscription | null> {
    return this.#run("retrieveSubscription", async () => {
      const found = await this.#find(id);
      return found === null ? null : subscription(found, found.parent_id === undefined ? undefined : await this.#glance(found.parent_id));
    });
  }

  /**
   * Charges `provider_metadata.amount` at once, where it is given; else this reads the subscription. Never sent twice:
   * look at the error's `context.outcome` before you try again. `custom_fields.charge` is the payment that was made.
   */
  updateSubscription(id: string, params: UpdateSubscriptionParams<GopayChargeMetadata>): Promise<Subscription> {
    return this.#run("updateSubscription", async () => {
      const json = toJson(params);
      const orderNumber = crypto.randomUUID();
      const charge = (first?: GoPayPayment): CreateGoPayRecurrenceParams | "currency" | null =>
        JSON.parse(synchronously((module) => module.paykit_charge(json, first && JSON.stringify(first), orderNumber)));
      let wanted = charge();
      let first: GoPayPayment | undefined;
      if (wanted === "currency" || wanted === null) {
        first = await this.#get("subscription", id);
        if (wanted === null) return found(subscription(first), id);
        wanted = charge(first) as CreateGoPayRecurrenceParams;
      }
      const made = await this.#client.payments.createRecurrence(id, wanted as CreateGoPayRecurrenceParams);
      first ??= await this.#glance(id);
      return subscription({ ...made, parent_id: id }, first)!;
    });
  }

  /** No further charges. */
  cancelSubscription(id: string): Promise<Subscription> {
    return this.#run("cancelSubscription", async () => {
      const asked = await this.#get("subscription", id);
      // Only the first payment has a recurrence to end.
      const before = asked.parent_id === undefined ? asked : await this.#get("subscription", String(asked.parent_id));
      const known = found(subscription(before), id);
      if (known.status === "canceled") return known;
      const { result } = await done(this.#client.payments.voidRecurrence(before.id));
      if (result === "FINISHED") return { ...known, status: "canceled", requires_action: false, custom_fields: { ...known.custom_fields, recurrence_state: "STOPPED" } };
      return subscription((await this.#glance(before.id)) ?? before)!;
    });
  }

  async deleteSubscription(id: string): Promise<null> {
    await this.cancelSubscription(id);
    return null;
  }

  // Refunds

  /**
   * Gives money back. Never sent twice: look at the error's `context.outcome` before you try again.
   * `custom_fields.result` is `FINISHED`, or `ACCEPTED` while it is on its way.
   */
  createRefund(params: CreateRefundParams): Promise<Refund> {
    return this.#run("createRefund", async () => {
      const { payment_id, amount, reason, metadata } = JSON.parse(toJson(params)) as CreateRefundParams;
      const id = toId(payment_id);
      const { result } = await done(this.#client.payments.refund(id, { amount }));
      // It is done, whether or not the rest can be seen.
      const history = await this.#client.payments.refunds(id).catch(() => undefined);
      const refund = JSON.parse(synchronously((module) => module.paykit_refund(id, amount, result, history && JSON.stringify(history)))) as Refund;
      if (refund.currency === "") refund.currency = (await this.#glance(id))?.currency ?? "";
      return { ...refund, reason: reason ?? null, metadata: metadata ?? null };
    });
  }

  // Customers

  createCustomer(): Promise<Customer> {
    return unsupported(NAME, "createCustomer", NO_CUSTOMERS);
  }

  updateCustomer(): Promise<Customer> {
    return unsupported(NAME, "updateCustomer", NO_CUSTOMERS);
  }

  retrieveCustomer(): Promise<Customer | null> {
    return unsupported(NAME, "retrieveCustomer", NO_CUSTOMERS);
  }

  deleteCustomer(): Promise<null> {
    return unsupported(NAME, "deleteCustomer", NO_CUSTOMERS);
  }

  // Webhooks

  /**
   * Reads the payment that a notification is about, and says what has happened to it. A notification is not signed:
   * nothing of it is believed.
   * @throws WebhookError: `retryable` when GoPay could not be asked, so that the notification should come again
   */
  async handleWebhook(webhook: IncomingWebhook, _webhookSecret?: string | null): Promise<StandardEvent[]> {
    const notification = read(webhook);
    const { id } = notification;
    const payment = await this.#client.payments.status(id).catch((error: unknown) => {
      if (isNotFound(error)) throw webhookError(`GoPay has no payment ${id}`, "not_found", false, error);
      throw unavailable(id, error);
    });
    const json = JSON.stringify(payment);
    const said = JSON.stringify(notification);
    const looks = JSON.parse(synchronously((module) => module.paykit_further_looks(said, json, this.#client.goId))) as Looks;
    if ("mismatch" in looks) throw webhookError(`What GoPay answered for payment ${id} has another ${looks.mismatch}`, "mismatch", false);
    const parent = looks.parent === null ? undefined : await this.#glance(looks.parent);
    const refunds = looks.refunds ? await this.#history(id) : undefined;
    const events = synchronously((module) => module.paykit_events(said, json, parent && JSON.stringify(parent), refunds && JSON.stringify(refunds), Date.now()));
    return (JSON.parse(events) as StandardEvent[]).map((event) =>
      event.type === "subscription.created" || event.type === "subscription.canceled" ? ({ ...event, data: withDates(event.data) } as StandardEvent) : event,
    );
  }

  /** The refunds; undefined where GoPay does not say them at all. */
  async #history(id: string): Promise<GoPayRefund[] | undefined> {
    try {
      return await this.#client.payments.refunds(id);
    } catch (error) {
      // Without them a refund would get another id and amount than it gets once they can be read.
      if (isItPayError(error) && (error.retryable || error.name === "ConnectionError")) throw unavailable(id, error);
      return undefined;
    }
  }

  #create(kind: "checkout" | "payment" | "subscription", params: object): Promise<GoPayPayment> {
    const json = toJson(params);
    const wanted = synchronously((module) => module.paykit_params(kind, json, this.#webhookUrl, crypto.randomUUID(), Date.now()));
    return this.#client.payments.create(JSON.parse(wanted) as CreateGoPayPaymentParams);
  }

  async #find(id: string): Promise<GoPayPayment | null> {
    return this.#client.payments.status(toId(id)).catch((error: unknown) => {
      if (isNotFound(error)) return null;
      throw error;
    });
  }

  async #get(type: string, id: string): Promise<GoPayPayment> {
    return found(await this.#find(id), id, type);
  }

  /** A payment that says more if it can be read. */
  #glance(id: string | number): Promise<GoPayPayment | undefined> {
    return this.#client.payments.status(id).then(
      (payment) => payment,
      () => undefined,
    );
  }

  #run<T>(method: string, work: () => Promise<T>): Promise<T> {
    return run({ provider: NAME, method }, work);
  }
}

const NO_CUSTOMERS = "GoPay keeps no customers.";

const VARIABLES = ["GOPAY_CLIENT_ID", "GOPAY_CLIENT_SECRET", "GOPAY_GO_ID", "GOPAY_SANDBOX", "GOPAY_WEBHOOK_URL"] as const;

/**
 * GoPay as a PayKit provider, from the variables GOPAY_CLIENT_ID, GOPAY_CLIENT_SECRET, GOPAY_GO_ID, GOPAY_SANDBOX and
 * GOPAY_WEBHOOK_URL. In a Worker: `gopay({ env })`.
 * @throws ConfigurationError naming the variables that are missing or wrong
 */
export function gopay(options: Omit<GopayOptions, "clientId" | "clientSecret" | "goId" | "isSandbox" | "webhookUrl"> = {}): GopayProvider {
  const own = given("options", options);
  const [clientId, clientSecret, goId, sandbox, webhookUrl] = VARIABLES.map((name) => variable(name, own.env));
  const missingKeys = VARIABLES.filter((name) => variable(name, own.env) === undefined);
  if (missingKeys.length > 0) throw new ConfigurationError(`Missing required environment variables: ${missingKeys.join(", ")}`, { provider: NAME, missingKeys });
  return new GopayProvider({ ...own, clientId: clientId!, clientSecret: clientSecret!, goId: goId!, isSandbox: flag(sandbox!), webhookUrl: webhookUrl! });
}

/**
 * GoPay as a PayKit provider.
 * @throws ConfigurationError naming the options that are missing or wrong
 */
export function createGopay(options: GopayOptions): GopayProvider {
  return new GopayProvider(options);
}

function flag(word: string): boolean {
  try {
    return sandboxFlag(word);
  } catch (error) {
    throw new ConfigurationError((error as Error).message, { provider: NAME, missingKeys: ["GOPAY_SANDBOX"], cause: error });
  }
}

function configurationError(missingKeys: string[], cause?: ItPayError): ConfigurationError {
  const about = cause === undefined ? missingKeys.join(", ") : cause.message;
  return new ConfigurationError(`Invalid gopay configuration: ${about}`, { provider: NAME, missingKeys, cause });
}

function isUrl(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value) && /^https?:\/\//i.test(value);
}

function read(webhook: IncomingWebhook): Notification {
  const text = (value: unknown): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : (JSON.stringify(value) ?? ""));
  const [url, body] = reading("webhook", () => [text(webhook?.fullUrl), text(webhook?.body)] as const);
  try {
    return JSON.parse(synchronously((module) => module.paykit_notification(url, body))) as Notification;
  } catch (error) {
    if (!isItPayError(error)) throw error;
    throw webhookError(`This is no notification of GoPay's: ${error.message}`, "no_id", false, error);
  }
}

function unavailable(id: string, cause: unknown): unknown {
  if (!isItPayError(cause)) return cause;
  return webhookError(`Payment ${id} could not be read from GoPay: ${cause.message}`, "unavailable", true, cause);
}

function webhookError(message: string, reason: string, retryable: boolean, cause?: unknown): WebhookError {
  const status = isItPayError(cause) ? cause.status : undefined;
  return new WebhookError(message, { provider: NAME, method: "handleWebhook", retryable, statusCode: retryable ? 503 : 400, cause, context: { reason, status } });
}

/** A call that failed and was done all the same, as a look at the payment has shown, has succeeded. */
async function done(call: Promise<GoPayResult>): Promise<Pick<GoPayResult, "result">> {
  try {
    return await call;
  } catch (error) {
    if (isItPayError(error) && error.outcome === "done") return { result: "FINISHED" };
    throw error;
  }
}

/** Whatever a caller thinks that it changes must be so already: GoPay charges what it was told first. */
function refuseChange(method: string, wanted: { amount?: number | string | undefined; currency?: string | undefined } | undefined, payment: GoPayPayment): void {
  const { amount, currency } = wanted ?? {};
  const same = (amount === undefined || String(amount) === String(payment.amount)) && (currency === undefined || String(currency).toUpperCase() === payment.currency);
  if (!same) throw new ProviderNotSupportedError(`${method} of the amount`, NAME, { reason: "GoPay cannot change what a payment costs.", alternative: "make another one." });
}

function found<T>(value: T | null | undefined, id: string, type = "subscription"): T {
  if (value === null || value === undefined) throw new ResourceNotFoundError(type, id, NAME);
  return value;
}

function orNull<T>(payment: GoPayPayment | null, map: (payment: GoPayPayment) => T): T | null {
  return payment === null ? null : map(payment);
}

function checkout(payment: GoPayPayment): Checkout {
  return JSON.parse(synchronously((module) => module.paykit_checkout(JSON.stringify(payment)))) as Checkout;
}

function payment(payment: GoPayPayment): Payment {
  return JSON.parse(synchronously((module) => module.paykit_payment(JSON.stringify(payment)))) as Payment;
}

/** Null for a payment that is no subscription's. */
function subscription(payment: GoPayPayment, parent?: GoPayPayment): Subscription | null {
  const json = synchronously((module) => module.paykit_subscription(JSON.stringify(payment), parent && JSON.stringify(parent), Date.now()));
  return json === undefined ? null : withDates(JSON.parse(json) as Subscription);
}

/** The wasm module has them in milliseconds. */
function withDates(subscription: Subscription): Subscription {
  const { current_period_start, current_period_end } = subscription;
  return { ...subscription, current_period_start: new Date(current_period_start), current_period_end: new Date(current_period_end) };
}
