// ItPayClient: dresses the wasm module's calls. What to send, when to send it again and how to read what comes
// is decided there.

import { type ApiPromise, apiPromise } from "../internal/api-promise.js";
import { type AsyncGlue, AsyncWasm } from "../internal/async-wasm.js";
import type { CallIo } from "../internal/call-io.js";
import {
  connection,
  type ConnectionOptions,
  json,
  mergeHeaders,
  plain,
  type RequestOptions,
  text,
} from "../internal/client-config.js";
import { variable } from "../internal/env.js";
import { fromRecord } from "../internal/errors.js";
import { given, reading } from "../internal/untrusted.js";
import * as glue from "../glue/client.js";
import type {
  CreateManifestParams,
  CreatePaymentIntentParams,
  PaymentIntent,
  QRCharge,
  ServiceManifest,
  WebhookEvent,
} from "./types.js";
import {
  constructEvent,
  type RawBody,
  type SignatureSource,
  type VerifyOptions,
  verifySignature,
} from "../webhooks/signature.js";

/** @internal The wasm module; the entry says where it comes from. */
export const wasm = new AsyncWasm(glue as typeof glue & AsyncGlue);

/** Options of `ItPayClient`. */
export interface ItPayClientOptions extends ConnectionOptions {
  /** Default: the variable ITPAY_API_KEY. */
  apiKey?: string | undefined;
  /** The channel of payments that name none, such as `alipay`. Default: none. */
  channel?: string | undefined;
  /** Default: the variable ITPAY_BASE_URL, else `https://api.itpay.ai/v1`. Plain http is for loopback. */
  baseUrl?: string | undefined;
  /** Default: the variable ITPAY_WEBHOOK_SECRET. */
  webhookSecret?: string | undefined;
}

/** Options of `waitForCompletion`. */
export interface WaitOptions {
  /** How long to wait altogether, in milliseconds. Default 5 minutes. */
  timeout?: number | undefined;
  /** How long to wait between two looks, in milliseconds. Default 2,000. */
  pollInterval?: number | undefined;
  /** Ends the wait with an `AbortError`. Default: none. */
  signal?: AbortSignal | undefined;
  /** Called once for each change of status, the first included. Default: nothing. */
  onUpdate?: ((intent: PaymentIntent) => void) | undefined;
}

/** Options of `request`. */
export interface GenericRequestOptions extends RequestOptions {
  /** Sent as JSON. Default: none. */
  body?: unknown;
  /** Names and values of the query. `undefined` leaves a name out. Default: none. */
  query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
}

type Use<Module = typeof glue> = (module: Module, io: CallIo, config: object) => Promise<unknown>;

/** A wasm module that has the client's calls. `itpay/paykit` has one of its own, with more calls. */
type ClientModule = AsyncWasm<typeof glue & AsyncGlue>;

/** @internal A client whose calls another wasm module makes, and a function for that module's own calls. */
export let createClientOver: <Module extends Omit<typeof glue, "default" | "initSync"> & AsyncGlue>(
  module: AsyncWasm<Module>,
  options: ItPayClientOptions,
) => { client: ItPayClient; call: <T>(use: Use<Module>) => ApiPromise<T> };

/** The ItPay API. Amounts are integers in minor units; times are in milliseconds. */
export class ItPayClient {
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #fetch: typeof fetch | undefined;
  readonly #webhookSecret: string | undefined;
  readonly #options: ItPayClientOptions;
  readonly #module: ClientModule;

  /** Payments. */
  readonly paymentIntents = {
    /**
     * Creates a payment. Its id is the idempotency key: sending the same call again is safe.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreatePaymentIntentParams, options?: RequestOptions): ApiPromise<PaymentIntent> =>
      this.#call((module, io, config) =>
        module.payment_intents_create(io, config, json("params", params), plain(options)),
      ),

    /** A payment as it is now. */
    retrieve: (id: string, options?: RequestOptions): ApiPromise<PaymentIntent> =>
      this.#call((module, io, config) => module.payment_intents_retrieve(io, config, text("id", id), plain(options))),

    /**
     * Looks until the payment has ended: `succeeded`, `expired`, `cancelled` or `failed`. For development and
     * scripts; in production, wait for the webhook.
     * @throws TimeoutError with the last `intent` when the time is up; AbortError
     */
    waitForCompletion: (id: string, options?: WaitOptions): Promise<PaymentIntent> =>
      this.#call((module, io, config) => module.payment_intents_wait(io, config, text("id", id), plain(options))),
  };

  /** QR codes of payments. */
  readonly qr = {
    /** The code to scan for a payment that is `pending`. */
    generate: (paymentIntentId: string, options?: RequestOptions): ApiPromise<QRCharge> =>
      this.#call((module, io, config) =>
        module.qr_generate(io, config, text("paymentIntentId", paymentIntentId), plain(options)),
      ),
  };

  /** Services. */
  readonly manifests = {
    /** Registers a service as a draft. Not sent again after a failure that leaves open whether it was registered. */
    create: (params: CreateManifestParams, options?: RequestOptions): ApiPromise<ServiceManifest> =>
      this.#call((module, io, config) => module.manifests_create(io, config, json("params", params), plain(options))),

    /** Brings a service live. */
    activate: (id: string, options?: RequestOptions): ApiPromise<ServiceManifest> =>
      this.#call((module, io, config) => module.manifests_activate(io, config, text("id", id), plain(options))),

    /** Finds services. */
    search: (query: { q?: string | undefined } = {}, options?: RequestOptions): ApiPromise<ServiceManifest[]> =>
      this.#call((module, io, config) => {
        const { q } = given("query", query);
        return module.manifests_search(io, config, q === undefined ? undefined : text("q", q), plain(options));
      }),
  };

  /** Verification of webhooks with the client's secret. */
  readonly webhooks = {
    /** As `verifySignature` of `itpay/webhooks`, with the client's secret. */
    verifySignature: (body: RawBody, header: SignatureSource, options?: VerifyOptions): boolean =>
      verifySignature(body, header, this.#webhookSecret ?? "", options),

    /** As `constructEvent` of `itpay/webhooks`, with the client's secret. */
    constructEvent: (body: RawBody, headers: SignatureSource, options?: VerifyOptions): WebhookEvent =>
      constructEvent(body, headers, this.#webhookSecret ?? "", options),
  };

  /** @throws AuthenticationError without a key; ValidationError naming the option that is wrong */
  constructor(options?: ItPayClientOptions);
  constructor(options: ItPayClientOptions = {}, module: ClientModule = wasm) {
    const own: ItPayClientOptions = given("options", options);
    own.baseUrl ??= variable("ITPAY_BASE_URL", own.env);
    this.#options = own;
    this.#module = module;
    this.#config = {
      ...connection(own, "API key"),
      apiKey: own.apiKey ?? variable("ITPAY_API_KEY", own.env),
      channel: own.channel,
    };
    this.#fetch = own.fetch;
    this.#webhookSecret = own.webhookSecret ?? variable("ITPAY_WEBHOOK_SECRET", own.env);
    synchronously((module) => module.check_client(this.#config), module);
  }

  static {
    createClientOver = (module, options) => {
      const client = construct(options, module);
      return { client, call: (use) => client.#call(use as unknown as Use) };
    };
  }

  /**
   * A client with some options changed. `undefined` keeps an option, and a header that is `null` is removed.
   * @throws ValidationError naming the option that is wrong
   */
  withOptions(options: ItPayClientOptions): ItPayClient {
    const changed = given("options", options);
    const merged = given("options", this.#options);
    for (const [name, value] of Object.entries(changed)) {
      if (value !== undefined) Object.assign(merged, { [name]: value });
    }
    return construct({ ...merged, headers: mergeHeaders(this.#options.headers, changed.headers) }, this.#module);
  }

  /**
   * A call that is not modelled, signed and sent like the others. `path` is below the base URL, such as `/refunds`.
   * @param method HTTP method.
   * @param path Path below the base URL, such as `/refunds`.
   */
  request<T = unknown>(method: string, path: string, options: GenericRequestOptions = {}): ApiPromise<T> {
    return this.#call((module, io, config) => {
      const own = given("options", options);
      const entries = Object.entries(given("query", own.query));
      const query = reading("query", () =>
        entries.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
      );
      for (const part of query) text("query", part);
      const body = own.body === undefined ? undefined : json("body", own.body);
      return module.request(io, config, text("method", method), text("path", path), query, body, plain(options));
    });
  }

  #call<T>(use: Use): ApiPromise<T> {
    // globalThis.fetch is looked up now: people replace it, and Workers have it only once a request is there.
    const fetch = this.#fetch ?? globalThis.fetch;
    return apiPromise((keep) => this.#module.run(fetch, (module, io) => use(module, io, this.#config), keep));
  }
}

/** The constructor's overload hides its second parameter from users. */
function construct(options: ItPayClientOptions, module: unknown): ItPayClient {
  return new (ItPayClient as new (options: ItPayClientOptions, module: unknown) => ItPayClient)(options, module);
}

/** A fresh id for a payment: `pi_` and a UUIDv7. */
export function createPaymentIntentId(): string {
  return synchronously((module) => module.create_payment_intent_id());
}

/** @internal */
export function synchronously<T>(use: (module: typeof glue) => T, module: ClientModule = wasm): T {
  try {
    return module.call(use);
  } catch (error) {
    throw fromRecord(error);
  }
}
