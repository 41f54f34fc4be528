// The options of clients and calls. They are validated as far as JavaScript must, and passed to the wasm module.

import { type Env, readEnv } from "./env.js";
import { ValidationError } from "./errors.js";
import { type OptionNames, readOptions } from "./option-names.js";
import { copyOptions, readUntrusted } from "./untrusted.js";
import { createLogSink, isLogger, levelNumber, type Logger, type LogLevel } from "./logger.js";
import type { HeadersLike } from "./platform-types.js";
import { isPage, userAgent } from "./runtime.js";

/** Options of every client. */
export interface ConnectionOptions {
  /** The time limit of one attempt, headers and body together, in milliseconds. Default 30,000. */
  timeout?: number | undefined;
  /** The number of retries, where they are safe. Default 2. With 0, exactly one request is sent. */
  maxRetries?: number | undefined;
  /** Default: `globalThis.fetch`, looked up at each call. */
  fetch?: typeof fetch | undefined;
  /** Headers of each call. In `withOptions`, `null` removes one. Default: none. */
  headers?: HeadersLike | undefined;
  /** Receives log lines. Default: the console. */
  logger?: Logger | undefined;
  /** Default: the variable ITPAY_LOG, else `off`. No level shows keys, secrets, signatures or bodies. */
  logLevel?: LogLevel | undefined;
  /** Allows a client in a web page, where everybody can read its key. Default false. */
  dangerouslyAllowBrowser?: boolean | undefined;
  /** Allows plain http for hosts other than loopback, where anyone on the way can read the key. Default false. */
  dangerouslyAllowHttp?: boolean | undefined;
  /** The variables to read, such as the `env` of a Worker. Default: the runtime's. */
  env?: Env | undefined;
}

/** Options of a call. */
export interface RequestOptions {
  /** Ends the call at any moment with an `AbortError`. Default: none. */
  signal?: AbortSignal | undefined;
  /** The time limit of one attempt, in milliseconds. Default: the client's. */
  timeout?: number | undefined;
  /** Number of retries. Default: the client's. */
  maxRetries?: number | undefined;
  /** Promises that the gateway recognizes a repeated call by this key, so that any call may be retried. Default: none. */
  idempotencyKey?: string | undefined;
  /** Headers of this call, in addition to the client's. `null` removes one of the client's. Default: none. */
  headers?: HeadersLike | undefined;
}

/** @internal */
export const CONNECTION_OPTIONS: OptionNames<ConnectionOptions> = {
  timeout: [],
  maxRetries: ["retries"],
  fetch: [],
  headers: ["defaultHeaders"],
  logger: [],
  logLevel: [],
  dangerouslyAllowBrowser: ["allowBrowser"],
  dangerouslyAllowHttp: ["allowHttp"],
  env: [],
};

/** @internal */
export const BASE_URL_NAMES = ["url", "baseUri", "endpoint", "host"];

/** The options of all calls: those of `waitForCompletion` and `request`, too. */
type CallOptions = RequestOptions & {
  body?: unknown;
  query?: unknown;
  pollInterval?: number | undefined;
  onUpdate?: unknown;
};

const CALL_OPTIONS: OptionNames<CallOptions> = {
  signal: ["abortSignal"],
  timeout: [],
  maxRetries: ["retries"],
  idempotencyKey: [],
  headers: [],
  body: [],
  query: ["params"],
  pollInterval: ["interval"],
  onUpdate: [],
};

/** @internal The part of a client's configuration that is the same for all gateways. */
export function clientConfig(
  options: ConnectionOptions & { baseUrl?: string | undefined },
  secret: string,
): Record<string, unknown> {
  if (isPage() && options.dangerouslyAllowBrowser !== true) {
    throw invalid(
      "dangerouslyAllowBrowser",
      `This is a web page, and everybody who opens it could read the ${secret}. Call the gateway from your server; ` +
        "if it is not secret, pass dangerouslyAllowBrowser: true.",
      "browser",
    );
  }
  if (options.fetch !== undefined && typeof options.fetch !== "function")
    throw invalid("fetch", "fetch must be a function");
  for (const name of ["dangerouslyAllowBrowser", "dangerouslyAllowHttp"] as const)
    if (typeof (options[name] ?? false) !== "boolean") throw invalid(name, `${name} must be a boolean`);
  if (typeof (options.env ?? {}) !== "object") throw invalid("env", "env must be an object");
  if (!isLogger(options.logger)) throw invalid("logger", "logger must have the methods error, warn, info and debug");
  const logLevel = levelNumber(options.logLevel ?? readEnv("ITPAY_LOG", options.env) ?? "off");
  if (logLevel < 0) throw invalid("logLevel", "logLevel, or ITPAY_LOG, must be off, error, warn, info or debug");
  return {
    baseUrl: options.baseUrl,
    timeout: options.timeout,
    maxRetries: options.maxRetries,
    allowHttp: options.dangerouslyAllowHttp === true,
    headers: toHeaders(options.headers).headers,
    userAgent: userAgent(),
    logLevel,
    log: logLevel === 0 ? undefined : createLogSink(options.logger),
  };
}

/** @internal The options of a call for the wasm module. Each is read once, here, where a caller's getter may throw. */
export function requestOptions(options: CallOptions | undefined): object | undefined {
  if (options === undefined || options === null) return undefined;
  if (typeof options !== "object") throw invalid("options", "options must be an object");
  const { signal, timeout, maxRetries, idempotencyKey, headers, pollInterval, onUpdate } = readOptions(
    options,
    CALL_OPTIONS,
    invalidOption,
  );
  readUntrusted("options", () => {
    // The wasm module reads the same properties.
    void signal?.addEventListener;
    void signal?.aborted;
  });
  return { signal, timeout, maxRetries, idempotencyKey, pollInterval, onUpdate, ...toHeaders(headers) };
}

/** @internal */
export function assertString(field: string, value: unknown): string {
  if (typeof value !== "string") throw invalid(field, `${field} must be a string`);
  if (/\p{Surrogate}/u.test(value)) throw invalid(field, `${field} has a lone surrogate, which is half of a character`);
  return value;
}

/** @internal A copy of an object of the caller's. @throws ValidationError if it is none */
export function copyObject<T extends object>(field: string, value: T | null | undefined): Partial<T> {
  if (typeof (value ?? {}) !== "object") throw invalid(field, `${field} must be an object`);
  return copyOptions(field, value);
}

/** @internal */
export function json(field: string, value: unknown): string {
  let written: string | undefined;
  try {
    written = JSON.stringify(value);
  } catch (error) {
    throw invalid(field, `${field} cannot be written as JSON`, undefined, error);
  }
  if (written === undefined) throw invalid(field, `${field} is missing`);
  return written;
}

/** Headers for `fetch`, and the names of those that are `null`. */
function toHeaders(input: HeadersLike | undefined): {
  headers: Headers | undefined;
  withoutHeaders: string[] | undefined;
} {
  if (input === undefined || input === null) return { headers: undefined, withoutHeaders: undefined };
  try {
    const headers = new Headers();
    const withoutHeaders: string[] = [];
    for (const [name, value] of headerEntries(input)) {
      if (value === null) withoutHeaders.push(name);
      else if (value !== undefined) headers.append(name, value);
    }
    return { headers, withoutHeaders };
  } catch (error) {
    throw invalid("headers", "headers cannot be sent", undefined, error);
  }
}

function headerEntries(headers: HeadersLike): Iterable<readonly [string, string | null | undefined]> {
  return Symbol.iterator in headers
    ? (headers as Iterable<[string, string]>)
    : Object.entries(headers as Record<string, string>);
}

/** @internal Merges a client's headers with those of `withOptions`, where `null` removes one. */
export function mergeHeaders(headers: HeadersLike | undefined, more: HeadersLike | undefined): HeadersLike | undefined {
  if (more === undefined || headers === undefined) return more ?? headers;
  const merged = toHeaders(headers).headers ?? new Headers();
  for (const [name] of headerEntries(more)) merged.delete(name);
  toHeaders(more).headers?.forEach((value, name) => merged.append(name, value));
  return merged;
}

/** @internal */
export function invalidOption(option: string, problem: string): ValidationError {
  return invalid(option, `${option} ${problem}`);
}

function invalid(field: string, message: string, code = "invalid_request", cause?: unknown): ValidationError {
  return new ValidationError(message, { code, field, cause });
}
