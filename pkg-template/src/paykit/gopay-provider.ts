// GoPay as a PayKit provider. The wasm module makes each call; here are types, options and errors.

import type { Optional } from "../internal/optional.js";
import { readEnv } from "../internal/env.js";
import { isItPayError, type ItPayError, ValidationError } from "../internal/errors.js";
import { type OptionNames, readOptions } from "../internal/option-names.js";
import { readUntrusted } from "../internal/untrusted.js";
import { callGoPay, GOPAY_OPTIONS, GoPayClient, type GoPayClientOptions, sandboxFlag } from "../gopay/client.js";
import type { GoPayItem } from "../gopay/types.js";
import { notDone, toId, toJson, toPayKitError, unsupported } from "./error-mapping.js";
import { ConfigurationError, type ValidationError as PayKitValidationError } from "./errors.js";
import type {
  CapturePaymentParams,
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

const OPTIONS: OptionNames<GopayOptions> = { ...GOPAY_OPTIONS, webhookUrl: ["notificationUrl"], debug: [] };

/** Further options of every payment. */
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

const NAME = "gopay";

/** GoPay as a PayKit provider. `gopay()` and `createGopay()` make one. */
export class GopayProvider implements PayKitProvider {
  readonly providerName = NAME;
  readonly providerVersion: string = VERSION;
  /** Whether this is GoPay's test gateway. */
  readonly isSandbox: boolean;
  readonly #client: GoPayClient;
  readonly #webhookUrl: string;

  /** @throws ConfigurationError that names the missing or invalid options */
  constructor(options: GopayOptions) {
    if (typeof options !== "object" || options === null) throw configurationError(["options"]);
    const own = readOptions(options, OPTIONS, misspelled) as GopayOptions;
    const { webhookUrl, debug, ...clientOptions } = own;
    const missingKeys = (["clientId", "clientSecret", "goId"] as const).filter(
      (key) => typeof own[key] !== "string" || own[key] === "",
    );
    const wrong: string[] = [
      ...missingKeys,
      ...(typeof own.isSandbox === "boolean" ? [] : ["isSandbox"]),
      ...(isUrl(webhookUrl) ? [] : ["webhookUrl"]),
      ...(typeof (debug ?? false) === "boolean" ? [] : ["debug"]),
    ];
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

  /** Creates a payment, which the customer pays at `payment_url`. GoPay has one return URL: `success_url`. */
  createCheckout(params: CreateCheckoutParams<GopayCheckoutMetadata>): Promise<Checkout> {
    return this.#call("createCheckout", { params });
  }

  retrieveCheckout(id: string): Promise<Checkout | null> {
    return this.#call("retrieveCheckout", { id });
  }

  /** Reads the checkout. GoPay changes nothing, so another amount is a ProviderNotSupportedError. */
  updateCheckout(
    id: string,
    params: Optional<CreateCheckoutParams<Optional<GopayCheckoutMetadata>>>,
  ): Promise<Checkout> {
    return this.#call("updateCheckout", { id, params: params ?? {} });
  }

  deleteCheckout(): Promise<null> {
    return unsupported(NAME, "deleteCheckout", "GoPay has no way to delete a payment.", "let it expire.");
  }

  // Payments

  /** Creates a payment, which the customer pays at `payment_url`. With `capture_method: "manual"` it is only authorized. */
  createPayment(params: CreatePaymentParams<GopayPaymentMetadata>): Promise<Payment> {
    return this.#call("createPayment", { params });
  }

  retrievePayment(id: string): Promise<Payment | null> {
    return this.#call("retrievePayment", { id });
  }

  /** Reads the payment. GoPay changes nothing, so another amount is a ProviderNotSupportedError. */
  updatePayment(id: string, params: UpdatePaymentParams<Optional<GopayPaymentMetadata>>): Promise<Payment> {
    return this.#call("updatePayment", { id, params: params ?? {} });
  }

  deletePayment(): Promise<null> {
    return unsupported(
      NAME,
      "deletePayment",
      "GoPay has no way to delete a payment.",
      "let it expire, or cancel one that is authorized.",
    );
  }

  /** Takes the authorized amount, or a part of it if GoPay has enabled that for the shop. GoPay releases the rest. */
  capturePayment(id: string, params: CapturePaymentParams): Promise<Payment> {
    return this.#call("capturePayment", { id, params });
  }

  /**
   * Releases the authorized amount. GoPay cancels no other payment: an unpaid one is a ProviderNotSupportedError and
   * expires by itself, and a paid one is an OperationFailedError and can be refunded.
   */
  cancelPayment(id: string): Promise<Payment> {
    return this.#call("cancelPayment", { id });
  }

  // Subscriptions

  /**
   * Creates the first payment, which the customer pays at `payment_url`. GoPay then charges each day, week or month automatically.
   * A yearly or custom interval is charged by `updateSubscription`.
   */
  async createSubscription(params: CreateSubscriptionParams<GopaySubscriptionMetadata>): Promise<Subscription> {
    return withDates(await this.#call<Subscription>("createSubscription", { params }));
  }

  /** By the id of its first payment, or of one of its charges. */
  async retrieveSubscription(id: string): Promise<Subscription | null> {
    const subscription = await this.#call<Subscription | null>("retrieveSubscription", { id });
    return subscription && withDates(subscription);
  }

  /**
   * Charges `provider_metadata.amount` at once, or reads the subscription if there is no amount. A charge is never sent
   * twice: look at the error's `context.outcome` before you try again. `custom_fields.charge` is the new payment.
   */
  async updateSubscription(id: string, params: UpdateSubscriptionParams<GopayChargeMetadata>): Promise<Subscription> {
    return withDates(await this.#call<Subscription>("updateSubscription", { id, params }));
  }

  /** Ends the subscription: no further charges. */
  async cancelSubscription(id: string): Promise<Subscription> {
    return withDates(await this.#call<Subscription>("cancelSubscription", { id }));
  }

  async deleteSubscription(id: string): Promise<null> {
    await this.cancelSubscription(id);
    return null;
  }

  // Refunds

  /**
   * Gives money back. A refund is never sent twice: look at the error's `context.outcome` before you try again.
   * `custom_fields.result` is `FINISHED`, or `ACCEPTED` while it is in progress.
   */
  createRefund(params: CreateRefundParams): Promise<Refund> {
    return this.#call("createRefund", { params });
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
   * Reads the payment of a notification and returns its events. A notification is not signed, so nothing in it is trusted.
   * @throws WebhookError: `retryable` if GoPay could not be read, so that the notification should come again
   */
  async handleWebhook(webhook: IncomingWebhook, _webhookSecret?: string | null): Promise<StandardEvent[]> {
    const text = (value: unknown): string =>
      typeof value === "string" ? value : value === undefined || value === null ? "" : (JSON.stringify(value) ?? "");
    const [url, body] = readUntrusted("webhook", () => [text(webhook?.fullUrl), text(webhook?.body)] as const);
    const events = await this.#send<StandardEvent[]>("handleWebhook", url, body);
    return events.map((event) =>
      event.type.startsWith("subscription.")
        ? ({ ...event, data: withDates(event.data as Subscription) } as StandardEvent)
        : event,
    );
  }

  async #call<T>(method: string, { id, params }: { id?: string; params?: unknown }): Promise<T> {
    let [idText, json] = ["", ""];
    try {
      if (id !== undefined) idText = toId(id);
      if (params !== undefined) json = toJson(params);
    } catch (error) {
      throw method.startsWith("retrieve") ? error : notDone(error as PayKitValidationError);
    }
    return this.#send(method, idText, json);
  }

  /** Makes a call in the wasm module, which decides everything about it. */
  async #send<T>(method: string, id: string, params: string): Promise<T> {
    try {
      return (await callGoPay(this.#client, (module, io, config) =>
        module.paykit_call(io, config, this.#webhookUrl, method, id, params, crypto.randomUUID()),
      )) as T;
    } catch (error) {
      throw toPayKitError(error, { provider: NAME, method });
    }
  }
}

const NO_CUSTOMERS = "GoPay keeps no customers.";

const VARIABLES = [
  "GOPAY_CLIENT_ID",
  "GOPAY_CLIENT_SECRET",
  "GOPAY_GO_ID",
  "GOPAY_SANDBOX",
  "GOPAY_WEBHOOK_URL",
] as const;

/**
 * GoPay as a PayKit provider, from the variables GOPAY_CLIENT_ID, GOPAY_CLIENT_SECRET, GOPAY_GO_ID, GOPAY_SANDBOX and
 * GOPAY_WEBHOOK_URL. In a Worker: `gopay({ env })`.
 * @throws ConfigurationError naming the variables that are missing or wrong
 */
export function gopay(
  options: Omit<GopayOptions, "clientId" | "clientSecret" | "goId" | "isSandbox" | "webhookUrl"> = {},
): GopayProvider {
  const own = readOptions<Partial<GopayOptions>>(options, OPTIONS, misspelled);
  const [clientId, clientSecret, goId, sandbox, webhookUrl] = VARIABLES.map((name) => readEnv(name, own.env));
  const missingKeys = VARIABLES.filter((name) => readEnv(name, own.env) === undefined);
  if (missingKeys.length > 0)
    throw new ConfigurationError(`Missing required environment variables: ${missingKeys.join(", ")}`, {
      provider: NAME,
      missingKeys,
    });
  return new GopayProvider({
    ...own,
    clientId: clientId!,
    clientSecret: clientSecret!,
    goId: goId!,
    isSandbox: flag(sandbox!),
    webhookUrl: webhookUrl!,
  });
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
    throw new ConfigurationError((error as Error).message, {
      provider: NAME,
      missingKeys: ["GOPAY_SANDBOX"],
      cause: error,
    });
  }
}

function configurationError(missingKeys: string[], cause?: ItPayError): ConfigurationError {
  const about = cause === undefined ? missingKeys.join(", ") : cause.message;
  return new ConfigurationError(`Invalid gopay configuration: ${about}`, { provider: NAME, missingKeys, cause });
}

function misspelled(option: string, problem: string): ConfigurationError {
  return configurationError(
    [option],
    new ValidationError(`${option} ${problem}`, { code: "invalid_request", field: option }),
  );
}

function isUrl(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value) && /^https?:\/\//i.test(value);
}

/** The core has Unix milliseconds. */
function withDates(subscription: Subscription): Subscription {
  const { current_period_start, current_period_end } = subscription;
  return {
    ...subscription,
    current_period_start: new Date(current_period_start),
    current_period_end: new Date(current_period_end),
  };
}
