// ItPayClient: wraps the calls of the wasm module, which builds the requests, retries them and reads the responses.

import { type ApiPromise, apiPromise } from "../internal/api-promise.js";
import { type AsyncGlue, AsyncWasm } from "../internal/async-wasm.js";
import { asChange, callByName, callByPath, type ReadArguments, type Use } from "../internal/client-calls.js";
import {
  BASE_URL_NAMES,
  CONNECTION_OPTIONS,
  clientConfig,
  type ConnectionOptions,
  copyObject,
  invalidOption,
  json,
  mergeHeaders,
  requestOptions,
  type RequestOptions,
  assertString,
} from "../internal/client-config.js";
import { readEnv } from "../internal/env.js";
import { fromPayload, ValidationError } from "../internal/errors.js";
import type { GenericRequestOptions } from "../internal/generic-request.js";
import { type OptionNames, readOptions } from "../internal/option-names.js";
import { copyOptions } from "../internal/untrusted.js";
import * as glue from "../glue/client.js";
import { previewCalls } from "./preview.js";
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
  missingSecret,
  type RawBody,
  type SignatureSource,
  type VerifyOptions,
  verifySignature,
} from "../webhooks/signature.js";

/** @internal The wasm module. The entry sets its source. */
export const wasm = new AsyncWasm(glue as typeof glue & AsyncGlue);

/** Options of `ItPayClient`. */
export interface ItPayClientOptions extends ConnectionOptions {
  /** Default: the variable ITPAY_API_KEY. */
  apiKey?: string | undefined;
  /** The channel of payments that specify none, such as `alipay`. Default: none. */
  channel?: string | undefined;
  /** Default: the variable ITPAY_BASE_URL, else `https://api.itpay.ai/v1`. Plain http is for loopback. */
  baseUrl?: string | undefined;
  /** Default: the variable ITPAY_WEBHOOK_SECRET. */
  webhookSecret?: string | undefined;
}

/** @internal */
export const ITPAY_OPTIONS: OptionNames<ItPayClientOptions> = {
  ...CONNECTION_OPTIONS,
  apiKey: ["key", "secretKey", "apiToken"],
  channel: [],
  baseUrl: BASE_URL_NAMES,
  webhookSecret: ["signingSecret"],
};

/** Options of `waitForCompletion`. */
export interface WaitOptions {
  /** The time limit, in milliseconds. Default 5 minutes. */
  timeout?: number | undefined;
  /** The pause between two polls, in milliseconds. Default 2,000. */
  pollInterval?: number | undefined;
  /** Ends the wait with an `AbortError`. Default: none. */
  signal?: AbortSignal | undefined;
  /** Called with the first status and after each change of status. If it throws or rejects, the wait ends so. Default: none. */
  onUpdate?: ((intent: PaymentIntent) => void) | undefined;
}

/** A wasm module that has the client's calls. `itpay/paykit` has a module of its own with more calls. */
type ClientModule = AsyncWasm<typeof glue & AsyncGlue>;

/** @internal Creates a client that uses another wasm module, and a function for that module's own calls. */
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
     * Creates a payment. Its id is the idempotency key, so it is safe to repeat the call.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreatePaymentIntentParams, options?: RequestOptions): ApiPromise<PaymentIntent> =>
      this.#call("paymentIntents.create", () => ["", json("params", params)], options),

    /** Returns a payment. */
    retrieve: (id: string, options?: RequestOptions): ApiPromise<PaymentIntent> =>
      this.#call("paymentIntents.retrieve", () => [assertString("id", id)], options),

    /**
     * Polls until the payment has ended: `succeeded`, `expired`, `cancelled` or `failed`. For development and
     * scripts. In production, wait for the webhook.
     * @throws TimeoutError with the last `intent` after the time limit; AbortError
     */
    waitForCompletion: (id: string, options?: WaitOptions): Promise<PaymentIntent> =>
      this.#run((module, io, config) =>
        module.payment_intents_wait(io, config, assertString("id", id), requestOptions(options)),
      ),
  };

  /** QR codes of payments. */
  readonly qr = {
    /** Creates the QR code of a payment that is `pending`. */
    generate: (paymentIntentId: string, options?: RequestOptions): ApiPromise<QRCharge> =>
      this.#call("qr.generate", () => [assertString("paymentIntentId", paymentIntentId)], options),
  };

  /** Services. */
  readonly manifests = {
    /** Registers a service as a draft. It is not retried if the gateway may have registered the service. */
    create: (params: CreateManifestParams, options?: RequestOptions): ApiPromise<ServiceManifest> =>
      this.#call("manifests.create", () => ["", json("params", params)], options),

    /** Activates a service. */
    activate: (id: string, options?: RequestOptions): ApiPromise<ServiceManifest> =>
      this.#call("manifests.activate", () => [assertString("id", id)], options),

    /** Searches services. */
    search: (query: { q?: string | undefined } = {}, options?: RequestOptions): ApiPromise<ServiceManifest[]> =>
      this.#call(
        "manifests.search",
        () => {
          const { q } = copyObject("query", query);
          return ["", q === undefined ? undefined : assertString("q", q)];
        },
        options,
      ),
  };

  /**
   * Calls of which ItPay's documentation is known in part only. They may change in any release, outside of semver.
   *
   * Each is sent once, whatever `maxRetries` says, because no idempotency key is documented for it. An error's `outcome`
   * says whether it was processed: `not_done` or `unknown`. Pass an `idempotencyKey` to have the call retried.
   */
  readonly preview = previewCalls((name, params, options) =>
    this.#run(asChange(callByName(name, () => ["", json("params", params)], options))),
  );

  /** Verifies webhooks with the client's secret. */
  readonly webhooks = {
    /** Like `verifySignature` of `itpay/webhooks`, with the client's secret. @throws ConfigurationError without a secret */
    verifySignature: (body: RawBody, header: SignatureSource, options?: VerifyOptions): boolean =>
      verifySignature(body, header, this.#webhookSecret ?? missingSecret("webhookSecret"), options),

    /** Like `constructEvent` of `itpay/webhooks`, with the client's secret. @throws ConfigurationError without a secret */
    constructEvent: (body: RawBody, headers: SignatureSource, options?: VerifyOptions): WebhookEvent =>
      constructEvent(body, headers, this.#webhookSecret ?? missingSecret("webhookSecret"), options),
  };

  /** @throws AuthenticationError without a key; ValidationError that names the invalid option */
  constructor(options?: ItPayClientOptions);
  constructor(options: ItPayClientOptions = {}, module: ClientModule = wasm) {
    const own: ItPayClientOptions = readOptions(options, ITPAY_OPTIONS, invalidOption);
    own.baseUrl ??= readEnv("ITPAY_BASE_URL", own.env);
    this.#options = own;
    this.#module = module;
    this.#config = {
      ...clientConfig(own, "API key"),
      apiKey: own.apiKey ?? readEnv("ITPAY_API_KEY", own.env),
      channel: own.channel,
    };
    this.#fetch = own.fetch;
    this.#webhookSecret = own.webhookSecret ?? readEnv("ITPAY_WEBHOOK_SECRET", own.env);
    callSync((module) => module.check_client(this.#config), module);
    const secret: unknown = this.#webhookSecret;
    if (secret !== undefined && (typeof secret !== "string" || secret === ""))
      throw new ValidationError("webhookSecret must be a string, and not empty", {
        code: "invalid_request",
        field: "webhookSecret",
      });
  }

  static {
    createClientOver = (module, options) => {
      const client = construct(options, module);
      return { client, call: (use) => client.#run(use as unknown as Use<typeof glue>) };
    };
  }

  /**
   * Returns a client with some options changed. `undefined` keeps an option. A header that is `null` is removed.
   * @throws ValidationError that names the invalid option
   */
  withOptions(options: ItPayClientOptions): ItPayClient {
    const changed = readOptions(options, ITPAY_OPTIONS, invalidOption);
    const merged = copyOptions("options", this.#options);
    for (const [name, value] of Object.entries(changed)) {
      if (value !== undefined) Object.assign(merged, { [name]: value });
    }
    return construct({ ...merged, headers: mergeHeaders(this.#options.headers, changed.headers) }, this.#module);
  }

  /**
   * Makes a call that is not modeled. It is signed and sent like the others. `path` is below the base URL, such as `/refunds`.
   * @param method HTTP method.
   * @param path Path below the base URL, such as `/refunds`.
   */
  request<T = unknown>(method: string, path: string, options: GenericRequestOptions = {}): ApiPromise<T> {
    return this.#run(callByPath(method, path, options));
  }

  #call<T>(name: string, args: ReadArguments, options: RequestOptions | undefined): ApiPromise<T> {
    return this.#run(callByName(name, args, options));
  }

  #run<T>(use: Use<typeof glue>): ApiPromise<T> {
    // globalThis.fetch is looked up at each call: programs replace it, and a Worker has it only during a request.
    const fetch = this.#fetch ?? globalThis.fetch;
    return apiPromise((keep) => this.#module.run(fetch, (module, io) => use(module, io, this.#config), keep));
  }
}

/** The constructor's overload hides its second parameter from users. */
function construct(options: ItPayClientOptions, module: unknown): ItPayClient {
  return new (ItPayClient as new (options: ItPayClientOptions, module: unknown) => ItPayClient)(options, module);
}

/** Generates a payment id: `pi_` and a UUIDv7. */
export function createPaymentIntentId(): string {
  return callSync((module) => module.create_payment_intent_id());
}

/** @internal */
export function callSync<T>(use: (module: typeof glue) => T, module: ClientModule = wasm): T {
  try {
    return module.call(use);
  } catch (error) {
    throw fromPayload(error);
  }
}
