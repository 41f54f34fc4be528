// GoPayClient: wraps the wasm module's calls of GoPay's REST API v3.

import { type ApiPromise, apiPromise } from "../internal/api-promise.js";
import { type AsyncGlue, AsyncWasm } from "../internal/async-wasm.js";
import type { TokenCache } from "../internal/call-io.js";
import { asChange, callByName, callByPath, type ReadArguments, type Use } from "../internal/client-calls.js";
import {
  BASE_URL_NAMES,
  CONNECTION_OPTIONS,
  clientConfig,
  type ConnectionOptions,
  copyObject,
  invalidOption,
  json,
  requestOptions,
  type RequestOptions,
  assertString,
} from "../internal/client-config.js";
import { readEnv } from "../internal/env.js";
import type { GenericRequestOptions } from "../internal/generic-request.js";
import { fromPayload, ValidationError } from "../internal/errors.js";
import { type OptionNames, readOptions } from "../internal/option-names.js";
import { readUntrusted } from "../internal/untrusted.js";
import * as glue from "../glue/gopay.js";
import type {
  CreateGoPayPaymentParams,
  CreateGoPayRecurrenceParams,
  GoPayAccountStatementParams,
  GoPayCaptureParams,
  GoPayCard,
  GoPayLanguage,
  GoPayPayment,
  GoPayPaymentInstruments,
  GoPayQrPayment,
  GoPayRefund,
  GoPayRefundParams,
  GoPayResult,
} from "./types.js";

/** @internal The wasm module. The entry sets its source. */
export const wasm = new AsyncWasm(glue as typeof glue & AsyncGlue);

const PRODUCTION_URL = "https://gate.gopay.cz/api";
const SANDBOX_URL = "https://gw.sandbox.gopay.com/api";

/** Options of `GoPayClient`. */
export interface GoPayClientOptions extends ConnectionOptions {
  /** Default: the variable GOPAY_CLIENT_ID. */
  clientId?: string | undefined;
  /** Default: the variable GOPAY_CLIENT_SECRET. */
  clientSecret?: string | undefined;
  /** The id of the e-shop. Default: the variable GOPAY_GO_ID. */
  goId?: string | number | undefined;
  /** GoPay's test gateway or the real one: true, 1, yes, on or false, 0, no, off. Default: the variable GOPAY_SANDBOX. */
  isSandbox?: boolean | string | undefined;
  /** Ends in `/api`. Default: the variable GOPAY_BASE_URL, else the gateway that `isSandbox` selects. Plain http is for loopback. */
  baseUrl?: string | undefined;
  /** The language of payments without `lang`, and of GoPay's error messages (Czech for `cs` and `sk`, else English). Default: none. */
  language?: GoPayLanguage | undefined;
  /** The scope of the token. Default `payment-all`. With `payment-create` only `payments.create` works. */
  scope?: "payment-all" | "payment-create" | undefined;
  /** A cache in which several instances share the access token. It is as secret as the client's secret. Default: none. */
  tokenCache?: TokenCache | undefined;
}

/** @internal */
export const GOPAY_OPTIONS: OptionNames<GoPayClientOptions> = {
  ...CONNECTION_OPTIONS,
  clientId: [],
  clientSecret: ["secret"],
  goId: ["eshopId"],
  isSandbox: ["sandbox", "testMode"],
  baseUrl: BASE_URL_NAMES,
  language: ["lang", "locale"],
  scope: [],
  tokenCache: ["cache"],
};

type PaymentId = string | number;

/** @internal Makes a call of the wasm module that is not one of the client's own. */
export let callGoPay: <T>(client: GoPayClient, use: Use<typeof glue>) => ApiPromise<T>;

/**
 * GoPay's REST API v3. Amounts are integers in minor units; times are in milliseconds.
 *
 * The client requests a token once and keeps it, so keep the client, in a Worker outside of the handler.
 * A call that changes something is sent once. After a failure the client reads the payment, and the error has the `outcome`.
 */
export class GoPayClient {
  /** Whether this is GoPay's test gateway. */
  readonly isSandbox: boolean;
  /** The id of the e-shop. */
  readonly goId: string;
  /** The script of the inline gateway, which shows `gw_url` in the shop's own page. */
  readonly embedScriptUrl: string;
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #fetch: typeof fetch | undefined;
  readonly #tokenCache: TokenCache | undefined;

  /** Payments. */
  readonly payments = {
    /**
     * Creates a payment, which is paid at its `gw_url`. Sent once. After a failure there may be a payment without a known
     * link, so creating another one charges nobody twice.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreateGoPayPaymentParams, options?: RequestOptions): ApiPromise<GoPayPayment> =>
      this.#change("payments.create", () => ["", json("params", params)], options),

    /** Returns a payment. */
    status: (id: PaymentId, options?: RequestOptions): ApiPromise<GoPayPayment> =>
      this.#call("payments.status", () => [assertId("id", id)], options),

    /**
     * Refunds a payment. `ACCEPTED` means that the refund is in progress. `refunds` shows its end.
     * @throws an error with `outcome`; `FAILED` is an APIError of that code
     */
    refund: (id: PaymentId, params: GoPayRefundParams, options?: RequestOptions): ApiPromise<GoPayResult> =>
      this.#change("payments.refund", () => [assertId("id", id), json("params", params)], options),

    /** Returns the refunds of a payment, the only place where a refund has an id. */
    refunds: (id: PaymentId, options?: RequestOptions): ApiPromise<GoPayRefund[]> =>
      this.#call("payments.refunds", () => [assertId("id", id)], options),

    /** Charges a recurrence. The id is always that of its first payment. */
    createRecurrence: (
      parentId: PaymentId,
      params: CreateGoPayRecurrenceParams,
      options?: RequestOptions,
    ): ApiPromise<GoPayPayment> =>
      this.#change(
        "payments.createRecurrence",
        () => [assertId("parentId", parentId), json("params", params)],
        options,
      ),

    /** Ends a recurrence: no further charges. A recurrence that has ended already counts as success. */
    voidRecurrence: (id: PaymentId, options?: RequestOptions): ApiPromise<GoPayResult> =>
      this.#change("payments.voidRecurrence", () => [assertId("id", id)], options),

    /** Captures an authorized payment, or a part of it; the rest is released. A payment that is captured already counts as success. */
    capture: (id: PaymentId, params?: GoPayCaptureParams, options?: RequestOptions): ApiPromise<GoPayResult> =>
      this.#change(
        "payments.capture",
        () => [assertId("id", id), params === undefined ? undefined : json("params", params)],
        options,
      ),

    /** Voids an authorization. One that is void already counts as success. */
    voidAuthorization: (id: PaymentId, options?: RequestOptions): ApiPromise<GoPayResult> =>
      this.#change("payments.voidAuthorization", () => [assertId("id", id)], options),

    /**
     * The codes by which a banking app pays the payment, as pictures in base64 and, in `qr_text`, as text for `itpay/qr`.
     * Production may need GoPay to enable them for the e-shop.
     */
    qrPayment: (
      id: PaymentId,
      params: { format?: "png" | "svg" | undefined } = {},
      options?: RequestOptions,
    ): ApiPromise<GoPayQrPayment> =>
      this.#run((module, io, config) => {
        const { format } = copyObject("params", params);
        return module.qr_payment(
          io,
          config,
          assertId("id", id),
          format === undefined ? undefined : assertString("format", format),
          requestOptions(options),
        );
      }),
  };

  /** Saved cards. A payment with `payer.request_card_token` saves one. */
  readonly cards = {
    /** Returns a saved card. */
    retrieve: (cardId: PaymentId, options?: RequestOptions): ApiPromise<GoPayCard> =>
      this.#call("cards.retrieve", () => [assertId("cardId", cardId)], options),

    /** Deletes a saved card. */
    delete: (cardId: PaymentId, options?: RequestOptions): ApiPromise<undefined> =>
      this.#change("cards.delete", () => [assertId("cardId", cardId)], options),
  };

  /** @throws AuthenticationError without credentials; ValidationError that names the invalid option */
  constructor(options: GoPayClientOptions = {}) {
    const own: GoPayClientOptions = readOptions(options, GOPAY_OPTIONS, invalidOption);
    const { env, language, scope, tokenCache } = own;
    this.#tokenCache = checkedCache(tokenCache);
    const goId = own.goId ?? readEnv("GOPAY_GO_ID", env);
    this.isSandbox = sandboxFlag(own.isSandbox ?? readEnv("GOPAY_SANDBOX", env));
    this.goId = goId === undefined ? "" : assertId("goId", goId);
    this.#fetch = own.fetch;
    own.baseUrl ??= readEnv("GOPAY_BASE_URL", env) ?? (this.isSandbox ? SANDBOX_URL : PRODUCTION_URL);
    this.embedScriptUrl = `${assertString("baseUrl", own.baseUrl).replace(/\/api\/?$/, "")}/gp-gw/js/embed.js`;
    this.#config = {
      ...clientConfig(own, "client secret"),
      clientId: own.clientId ?? readEnv("GOPAY_CLIENT_ID", env),
      clientSecret: own.clientSecret ?? readEnv("GOPAY_CLIENT_SECRET", env),
      goId: goId === undefined ? undefined : this.goId,
      language,
      scope,
      hasTokenCache: tokenCache !== undefined,
      // The wasm module stores the session's state here, such as the token.
      store: Object.create(null) as object,
    };
    callSync((module) => module.check_client(this.#config));
  }

  /**
   * Returns the payment instruments of the e-shop, for one currency or for all.
   * @param currency ISO 4217. Default: all currencies.
   */
  paymentInstruments(currency?: string, options?: RequestOptions): ApiPromise<GoPayPaymentInstruments> {
    return this.#call(
      "paymentInstruments",
      () => ["", currency === undefined ? undefined : assertString("currency", currency)],
      options,
    );
  }

  /** Returns a statement of the e-shop's account, as the bytes of the file. */
  accountStatement(params: GoPayAccountStatementParams, options?: RequestOptions): ApiPromise<ArrayBuffer> {
    return this.#call("accountStatement", () => ["", json("params", params)], options);
  }

  /**
   * Makes a call that is not modeled, with token, retries and errors like the others. `path` is below the base URL, such as
   * `/payments/payment/1`. A GET is repeated after a failure, and any other call is sent once.
   * @param method The HTTP method
   * @param path Starts with a slash and is percent-encoded
   * @param options The body, the query, and the options of every call
   */
  request<T = unknown>(method: string, path: string, options: GenericRequestOptions = {}): ApiPromise<T> {
    const use = callByPath(method, path, options);
    return this.#run(method === "GET" ? use : asChange(use));
  }

  static {
    callGoPay = (client, use) => client.#run(use);
  }

  /** Makes a call that changes something. */
  #change<T>(name: string, args: ReadArguments, options: RequestOptions | undefined): ApiPromise<T> {
    return this.#run(asChange(callByName(name, args, options)));
  }

  #call<T>(name: string, args: ReadArguments, options: RequestOptions | undefined): ApiPromise<T> {
    return this.#run(callByName(name, args, options));
  }

  #run<T>(use: Use<typeof glue>): ApiPromise<T> {
    // globalThis.fetch is looked up at each call: programs replace it, and a Worker has it only during a request.
    const fetch = this.#fetch ?? globalThis.fetch;
    return apiPromise((keep) => wasm.run(fetch, (module, io) => use(module, io, this.#config), keep, this.#tokenCache));
  }
}

function checkedCache(cache: TokenCache | undefined): TokenCache | undefined {
  const isCache =
    cache === undefined ||
    readUntrusted("tokenCache", () => typeof cache?.get === "function" && typeof cache.set === "function");
  if (isCache) return cache;
  throw new ValidationError("tokenCache must have the methods get(key) and set(key, token, ttlMs)", {
    code: "invalid_request",
    field: "tokenCache",
  });
}

/** @internal Never guesses, because a wrong guess could select the gateway with real money. */
export function sandboxFlag(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.trim().toLowerCase() : undefined;
  if (word !== undefined && ["true", "1", "yes", "on"].includes(word)) return true;
  if (word !== undefined && ["false", "0", "no", "off"].includes(word)) return false;
  throw new ValidationError(
    "isSandbox (GOPAY_SANDBOX) must say which gateway is meant: true, 1, yes, on for GoPay's test gateway; false, 0, no, off for the real one",
    { code: "invalid_request", field: "isSandbox" },
  );
}

/** @internal */
export function callSync<T>(use: (module: typeof glue) => T): T {
  try {
    return wasm.call(use);
  } catch (error) {
    throw fromPayload(error);
  }
}

/** An id as text. The wasm module validates it. */
function assertId(field: string, id: unknown): string {
  if (typeof id === "number" && Number.isSafeInteger(id)) return String(id);
  return assertString(field, id);
}
