// ItPay as a PayKit provider: a checkout or a payment is an intent with its QR code, and the customer pays in a wallet.

import { ItPayClient, type ItPayClientOptions } from "../client/client.js";
import { variable } from "../internal/env.js";
import { fromRecord, isItPayError } from "../internal/errors.js";
import { given, reading } from "../internal/untrusted.js";
import * as glue from "../glue/paykit.js";
import type { PaymentIntent, QRCharge } from "../client/types.js";
import { constructEvent } from "../webhooks/signature.js";
import { VERSION } from "../internal/version.js";
import { type Glue, Wasm } from "../internal/wasm.js";
import { isNotFound, run, toId, toJson, unsupported } from "./error-mapping.js";
import { ConfigurationError, ConstraintViolationError, ProviderNotSupportedError, ResourceNotFoundError, ValidationError, WebhookError } from "./errors.js";
import type { CapturePaymentParams, Checkout, CreateCheckoutParams, CreatePaymentParams, Customer, Payment, Refund, Subscription, WebhookEvent } from "./types.js";
import type { IncomingWebhook, PayKitProvider } from "./provider.js";

/** @internal The wasm module; the entry says where it comes from. */
export const wasm = new Wasm<typeof glue & Glue>(glue);

/** Options of `createItpay`. */
export interface ItPayProviderOptions extends ItPayClientOptions {
  /** The agent that acts. Default: the variable ITPAY_AGENT_ID, or `provider_metadata.agent_id` of each call. */
  agentId?: string | undefined;
  /** The service that is paid for. Default: the variable ITPAY_SERVICE_ID, else `item_id` is one. */
  serviceId?: string | undefined;
}

/** What ItPay needs to know besides. */
export type ItPayMetadata = {
  /** The agent that acts. Default: the provider's `agentId`. */
  agent_id?: string | undefined;
  /** The person on whose behalf. Default: the customer. */
  human_id?: string | undefined;
  /** Default: the provider's `serviceId`, else `item_id`. */
  service_id?: string | undefined;
  /** The intent's id and the call's idempotency key. Default: a fresh one. */
  id?: string | undefined;
  /** Such as `alipay`. Default: the provider's `channel`. */
  channel?: string | undefined;
  /** Text for people. */
  description?: string | undefined;
};

/** `provider_metadata` of a checkout. */
export type ItPayCheckoutMetadata = ItPayMetadata & {
  /** In the currency's minor unit: an integer, or its digits. */
  amount: number | string;
  /** ISO 4217. */
  currency: string;
};

type CheckoutParams = CreateCheckoutParams<ItPayCheckoutMetadata>;
type PaymentParams = CreatePaymentParams<ItPayMetadata | undefined>;

const NAME = "itpay";

/** ItPay as a PayKit provider. `itpay()` and `createItpay()` make one. */
export class ItPayProvider implements PayKitProvider {
  readonly providerName = NAME;
  readonly providerVersion: string = VERSION;
  /** Whether the key is a test key. */
  readonly isSandbox: boolean;
  readonly #client: ItPayClient;
  readonly #webhookSecret: string | undefined;
  readonly #agentId: string | undefined;
  readonly #serviceId: string | undefined;

  /** @throws what `ItPayClient` throws */
  constructor(options: ItPayProviderOptions = {}) {
    const own: ItPayProviderOptions = given("options", options);
    const { env, agentId, serviceId } = own;
    this.#client = new ItPayClient(own);
    this.#webhookSecret = own.webhookSecret ?? variable("ITPAY_WEBHOOK_SECRET", env);
    this.#agentId = text("agentId", agentId) ?? variable("ITPAY_AGENT_ID", env);
    this.#serviceId = text("serviceId", serviceId) ?? variable("ITPAY_SERVICE_ID", env);
    this.isSandbox = (own.apiKey ?? variable("ITPAY_API_KEY", env) ?? "").startsWith("sk_test_");
  }

  /** The client, for what PayKit has no name for. */
  get _native(): ItPayClient {
    return this.#client;
  }

  /** Makes an intent and its code: `payment_url` opens the wallet, `custom_fields.qr` is what to draw. */
  createCheckout(params: CheckoutParams): Promise<Checkout> {
    return this.#run("createCheckout", async () => {
      const json = toJson(params);
      if ((JSON.parse(json) as CheckoutParams).session_type === "recurring") throw new ProviderNotSupportedError("createCheckout of a recurring session", NAME, NO_SUBSCRIPTIONS);
      return checkout(...(await this.#intent("checkout", json)));
    });
  }

  retrieveCheckout(id: string): Promise<Checkout | null> {
    return this.#run("retrieveCheckout", async () => {
      const intent = await this.#find(id);
      return intent && checkout(intent);
    });
  }

  updateCheckout(): Promise<Checkout> {
    return unsupported(NAME, "updateCheckout", NOTHING_CHANGES, "create another checkout.");
  }

  deleteCheckout(): Promise<null> {
    return unsupported(NAME, "deleteCheckout", NOTHING_CHANGES, "let it expire.");
  }

  /** Makes an intent and its code: `payment_url` opens the wallet, `custom_fields.qr` is what to draw. */
  createPayment(params: PaymentParams): Promise<Payment> {
    return this.#run("createPayment", async () => {
      return payment(...(await this.#intent("payment", toJson(params))));
    });
  }

  retrievePayment(id: string): Promise<Payment | null> {
    return this.#run("retrievePayment", async () => {
      const intent = await this.#find(id);
      return intent && payment(intent);
    });
  }

  updatePayment(): Promise<Payment> {
    return unsupported(NAME, "updatePayment", NOTHING_CHANGES, "create another payment.");
  }

  deletePayment(): Promise<null> {
    return unsupported(NAME, "deletePayment", NOTHING_CHANGES, "let it expire.");
  }

  /** Returns a payment that is paid. A wallet takes the money at once, also with `capture_method: "manual"`. */
  capturePayment(id: string, params: CapturePaymentParams): Promise<Payment> {
    return this.#run("capturePayment", async () => {
      const { amount } = JSON.parse(toJson(params)) as CapturePaymentParams;
      const intent = await this.#find(id);
      if (intent === null) throw new ResourceNotFoundError("payment", id, NAME);
      const paid = payment(intent);
      if (paid.status !== "succeeded") throw new ConstraintViolationError(`Payment ${id} is ${paid.status}: the customer has not paid it`, { provider: NAME, method: "capturePayment", context: { status: paid.status } });
      if (amount !== paid.amount) throw new ValidationError(`amount must be ${paid.amount}: a wallet pays the whole amount`, { provider: NAME, method: "capturePayment", field: "amount" });
      return paid;
    });
  }

  cancelPayment(): Promise<Payment> {
    return unsupported(NAME, "cancelPayment", NOTHING_CHANGES, "let it expire.");
  }

  createRefund(): Promise<Refund> {
    return unsupported(NAME, "createRefund", "How ItPay answers to one is not documented.", '_native.request("POST", "/refunds", { body }).');
  }

  createSubscription(): Promise<Subscription> {
    return unsupported(NAME, "createSubscription", NO_SUBSCRIPTIONS.reason);
  }

  updateSubscription(): Promise<Subscription> {
    return unsupported(NAME, "updateSubscription", NO_SUBSCRIPTIONS.reason);
  }

  cancelSubscription(): Promise<Subscription> {
    return unsupported(NAME, "cancelSubscription", NO_SUBSCRIPTIONS.reason);
  }

  deleteSubscription(): Promise<null> {
    return unsupported(NAME, "deleteSubscription", NO_SUBSCRIPTIONS.reason);
  }

  retrieveSubscription(): Promise<Subscription | null> {
    return unsupported(NAME, "retrieveSubscription", NO_SUBSCRIPTIONS.reason);
  }

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

  /**
   * Verifies the signature and says what has happened. An event that PayKit has no name for comes as `itpay.<type>`.
   * @throws WebhookError for one that is not ItPay's
   */
  async handleWebhook(webhook: IncomingWebhook & { webhookSecret?: string | null | undefined; headers?: Record<string, string> | undefined }, webhookSecret?: string | null): Promise<WebhookEvent[]> {
    // PayKit 1.1 has the secret and the headers under other names, in the one argument.
    const { body, headersAsObject, headers, ...own } = reading("webhook", () => {
      const { body, headersAsObject, headers, webhookSecret } = webhook;
      return { body, headersAsObject, headers, webhookSecret };
    });
    const secret = webhookSecret || own.webhookSecret || this.#webhookSecret || "";
    try {
      // A JSON body that something has parsed is no raw body: verifying says so.
      constructEvent(body, headersAsObject ?? headers ?? {}, secret);
      const text = typeof body === "string" ? body : new TextDecoder().decode(body);
      return JSON.parse(call((module) => module.paykit_events(text, Date.now()))) as WebhookEvent[];
    } catch (error) {
      if (!isItPayError(error)) throw error;
      const hint = "hint" in error ? `. ${String(error.hint)}` : "";
      throw new WebhookError(`${error.message}${hint}`, { provider: NAME, method: "handleWebhook", cause: error, context: { reason: error.code } });
    }
  }

  async #intent(kind: "checkout" | "payment", json: string): Promise<[PaymentIntent, Pick<QRCharge, "id" | "scan_url">]> {
    const create = JSON.parse(call((module) => module.paykit_intent(kind, json, this.#agentId, this.#serviceId)));
    const intent = await this.#client.paymentIntents.create(create);
    // A repeated call finds its intent further on, with its code made.
    const made = intent.status === "pending" ? undefined : intent.qr;
    const charge = made?.scan_url ? { id: made.charge_id, scan_url: made.scan_url } : await this.#client.qr.generate(intent.id);
    return [intent, charge];
  }

  async #find(id: string): Promise<PaymentIntent | null> {
    return this.#client.paymentIntents.retrieve(toId(id)).catch((error: unknown) => {
      if (isNotFound(error)) return null;
      throw error;
    });
  }

  #run<T>(method: string, work: () => Promise<T>): Promise<T> {
    return run({ provider: NAME, method }, work);
  }
}

const NOTHING_CHANGES = "ItPay does not document how to change an intent.";
const NO_CUSTOMERS = "ItPay keeps no customers.";
const NO_SUBSCRIPTIONS = { reason: "How ItPay's subscriptions are made is not documented." };

/** ItPay as a PayKit provider, from the variables ITPAY_API_KEY, ITPAY_WEBHOOK_SECRET, ITPAY_AGENT_ID, ITPAY_SERVICE_ID. */
export function itpay(options: Omit<ItPayProviderOptions, "apiKey" | "webhookSecret"> = {}): ItPayProvider {
  return new ItPayProvider(options);
}

/** ItPay as a PayKit provider. */
export function createItpay(options: ItPayProviderOptions): ItPayProvider {
  return new ItPayProvider(options);
}

function checkout(intent: PaymentIntent, charge?: Pick<QRCharge, "id" | "scan_url">): Checkout {
  return JSON.parse(call((module) => module.paykit_checkout(JSON.stringify(intent), charge && JSON.stringify(charge)))) as Checkout;
}

function payment(intent: PaymentIntent, charge?: Pick<QRCharge, "id" | "scan_url">): Payment {
  return JSON.parse(call((module) => module.paykit_payment(JSON.stringify(intent), charge && JSON.stringify(charge)))) as Payment;
}

function call<T>(use: (module: typeof glue) => T): T {
  try {
    return wasm.call(use);
  } catch (error) {
    throw fromRecord(error);
  }
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new ConfigurationError(`${name} must be a string, and not empty`, { provider: NAME, missingKeys: [name] });
}

