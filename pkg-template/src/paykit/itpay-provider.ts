// ItPay as a PayKit provider. The wasm module makes each call; here are types, options and errors.

import { createClientOver, ITPAY_OPTIONS, type ItPayClient, type ItPayClientOptions } from "../client/client.js";
import { type AsyncGlue, AsyncWasm } from "../internal/async-wasm.js";
import { readEnv } from "../internal/env.js";
import { fromPayload, isItPayError } from "../internal/errors.js";
import { type OptionNames, readOptions } from "../internal/option-names.js";
import { readUntrusted } from "../internal/untrusted.js";
import * as glue from "../glue/paykit.js";
import { constructEvent } from "../webhooks/signature.js";
import { VERSION } from "../internal/version.js";
import { notDone, toId, toJson, toPayKitError, unsupported } from "./error-mapping.js";
import { ConfigurationError, type ValidationError, WebhookError } from "./errors.js";
import type {
  CapturePaymentParams,
  Checkout,
  CreateCheckoutParams,
  CreatePaymentParams,
  CreateRefundParams,
  Customer,
  Payment,
  Refund,
  Subscription,
  WebhookEvent,
} from "./types.js";
import type { IncomingWebhook, PayKitProvider } from "./provider.js";

/** @internal The wasm module, which has ItPay's client, too; the entry says where it comes from. */
export const wasm = new AsyncWasm(glue as typeof glue & AsyncGlue);

/** Options of `itpay` and `createItpay`. */
export interface ItPayProviderOptions extends ItPayClientOptions {
  /** The agent that acts. Default: the variable ITPAY_AGENT_ID, or `provider_metadata.agent_id` of each call. */
  agentId?: string | undefined;
  /** The service that is paid for. Default: the variable ITPAY_SERVICE_ID, else `item_id` is one. */
  serviceId?: string | undefined;
}

const OPTIONS: OptionNames<ItPayProviderOptions> = { ...ITPAY_OPTIONS, agentId: ["agent"], serviceId: ["service"] };

/** Further parameters of ItPay. */
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
  readonly #native: ReturnType<typeof createClientOver<typeof glue & AsyncGlue>>;
  readonly #webhookSecret: string | undefined;
  readonly #agentId: string | undefined;
  readonly #serviceId: string | undefined;

  /** @throws the errors of `new ItPayClient()` */
  constructor(options: ItPayProviderOptions = {}) {
    const own: ItPayProviderOptions = readOptions(options, OPTIONS, misspelled);
    const { env, agentId, serviceId } = own;
    this.#native = createClientOver(wasm, own);
    this.#webhookSecret = text("webhookSecret", own.webhookSecret ?? undefined) ?? readEnv("ITPAY_WEBHOOK_SECRET", env);
    this.#agentId = text("agentId", agentId) ?? readEnv("ITPAY_AGENT_ID", env);
    this.#serviceId = text("serviceId", serviceId) ?? readEnv("ITPAY_SERVICE_ID", env);
    this.isSandbox = (own.apiKey ?? readEnv("ITPAY_API_KEY", env) ?? "").startsWith("sk_test_");
  }

  /** The client, for features that PayKit does not have. */
  get _native(): ItPayClient {
    return this.#native.client;
  }

  /** Creates an intent and its QR code. `payment_url` opens the wallet, and `custom_fields.qr.qr_data` is the code to draw. */
  createCheckout(params: CheckoutParams): Promise<Checkout> {
    return this.#call("createCheckout", { params });
  }

  retrieveCheckout(id: string): Promise<Checkout | null> {
    return this.#call("retrieveCheckout", { id });
  }

  updateCheckout(): Promise<Checkout> {
    return unsupported(NAME, "updateCheckout", NOTHING_CHANGES, "create another checkout.");
  }

  deleteCheckout(): Promise<null> {
    return unsupported(NAME, "deleteCheckout", NOTHING_CHANGES, "let it expire.");
  }

  /**
   * Creates an intent and its QR code. `payment_url` opens the wallet, and `custom_fields.qr.qr_data` is the code to draw.
   * A wallet takes the money at once, also with `capture_method: "manual"`.
   */
  createPayment(params: PaymentParams): Promise<Payment> {
    return this.#call("createPayment", { params });
  }

  retrievePayment(id: string): Promise<Payment | null> {
    return this.#call("retrievePayment", { id });
  }

  updatePayment(): Promise<Payment> {
    return unsupported(NAME, "updatePayment", NOTHING_CHANGES, "create another payment.");
  }

  deletePayment(): Promise<null> {
    return unsupported(NAME, "deletePayment", NOTHING_CHANGES, "let it expire.");
  }

  /** Returns a payment that is paid. There is nothing to capture, because a wallet takes the money at once. */
  capturePayment(id: string, params: CapturePaymentParams): Promise<Payment> {
    return this.#call("capturePayment", { id, params });
  }

  cancelPayment(): Promise<Payment> {
    return unsupported(NAME, "cancelPayment", NOTHING_CHANGES, "let it expire.");
  }

  /**
   * Preview: ItPay documents refunds in part, so this may change in any release. Refunds a whole payment: a call with another
   * `amount` is refused before the refund is sent, because the field for a part is unknown. The refund is sent once. The
   * error's `context.outcome` says whether it was processed: `not_done` or `unknown`.
   *
   * `custom_fields.preview` is true. `id` is the payment's where ItPay's response has none.
   */
  createRefund(params: CreateRefundParams): Promise<Refund> {
    return this.#call("createRefund", { params });
  }

  createSubscription(): Promise<Subscription> {
    return unsupported(NAME, "createSubscription", NO_SUBSCRIPTIONS);
  }

  updateSubscription(): Promise<Subscription> {
    return unsupported(NAME, "updateSubscription", NO_SUBSCRIPTIONS);
  }

  cancelSubscription(): Promise<Subscription> {
    return unsupported(NAME, "cancelSubscription", NO_SUBSCRIPTIONS);
  }

  deleteSubscription(): Promise<null> {
    return unsupported(NAME, "deleteSubscription", NO_SUBSCRIPTIONS);
  }

  retrieveSubscription(): Promise<Subscription | null> {
    return unsupported(NAME, "retrieveSubscription", NO_SUBSCRIPTIONS);
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
   * Verifies the signature and returns the events. An event type that PayKit does not have comes as `itpay.<type>`.
   * @throws WebhookError for a webhook that is not ItPay's
   */
  async handleWebhook(
    webhook: IncomingWebhook & {
      webhookSecret?: string | null | undefined;
      headers?: Record<string, string> | undefined;
    },
    webhookSecret?: string | null,
  ): Promise<WebhookEvent[]> {
    // PayKit 1.1 has the secret and the headers under other names, in the one argument.
    const { body, headersAsObject, headers, ...own } = readUntrusted("webhook", () => {
      const { body, headersAsObject, headers, webhookSecret } = webhook;
      return { body, headersAsObject, headers, webhookSecret };
    });
    const secret = webhookSecret || own.webhookSecret || this.#webhookSecret || "";
    try {
      // A JSON body that something has parsed is no raw body: verifying says so.
      constructEvent(body, headersAsObject ?? headers ?? {}, secret);
      const text = typeof body === "string" ? body : new TextDecoder().decode(body);
      return JSON.parse(events(text)) as WebhookEvent[];
    } catch (error) {
      if (!isItPayError(error)) throw error;
      const hint = "hint" in error ? `. ${String(error.hint)}` : "";
      throw new WebhookError(`${error.message}${hint}`, {
        provider: NAME,
        method: "handleWebhook",
        cause: error,
        context: { reason: error.code },
      });
    }
  }

  /** Makes a call in the wasm module, which decides everything about it. */
  async #call<T>(method: string, { id, params }: { id?: string; params?: unknown }): Promise<T> {
    try {
      let own: readonly [id: string, params: string];
      try {
        own = [id === undefined ? "" : toId(id), params === undefined ? "" : toJson(params)];
      } catch (error) {
        throw method === "createRefund" ? notDone(error as ValidationError) : error;
      }
      return (await this.#native.call((module, io, config) =>
        module.paykit_call(io, config, this.#agentId, this.#serviceId, method, ...own),
      )) as T;
    } catch (error) {
      throw toPayKitError(error, { provider: NAME, method });
    }
  }
}

const NOTHING_CHANGES = "ItPay does not document how to change an intent.";
const NO_CUSTOMERS = "ItPay keeps no customers.";
const NO_SUBSCRIPTIONS = "ItPay does not document its subscriptions.";

/** ItPay as a PayKit provider, from the variables ITPAY_API_KEY, ITPAY_WEBHOOK_SECRET, ITPAY_AGENT_ID, ITPAY_SERVICE_ID. */
export function itpay(options: Omit<ItPayProviderOptions, "apiKey" | "webhookSecret"> = {}): ItPayProvider {
  return new ItPayProvider(options);
}

/** ItPay as a PayKit provider. */
export function createItpay(options: ItPayProviderOptions): ItPayProvider {
  return new ItPayProvider(options);
}

/** The events of a verified webhook, as JSON. */
function events(body: string): string {
  try {
    return wasm.call((module) => module.paykit_events(body));
  } catch (error) {
    throw fromPayload(error);
  }
}

function misspelled(option: string, problem: string): ConfigurationError {
  return new ConfigurationError(`${option} ${problem}`, { provider: NAME, missingKeys: [option] });
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new ConfigurationError(`${name} must be a string, and not empty`, { provider: NAME, missingKeys: [name] });
}
