// All errors of the package. Each has a name and a code that survive minifiers. None contains
// a key, a secret, a signature or a body.

import type { PaymentIntent } from "../client/types.js";

const brand = Symbol.for("itpay.error");

/** The outcome of a failed call that changes something: it was processed, it was not, or that is unknown. */
export type Outcome = "done" | "not_done" | "unknown";

/** The fields of an error, without its message. */
export interface ErrorFields {
  code: string;
  status?: number | undefined;
  requestId?: string | null | undefined;
  details?: unknown;
  field?: string | undefined;
  hint?: string | undefined;
  retryable?: boolean | undefined;
  retryAfter?: number | undefined;
  attempts?: number | undefined;
  outcome?: Outcome | undefined;
  intent?: PaymentIntent | undefined;
  cause?: unknown;
}

/** The base of every error of this package. */
export class ItPayError extends Error {
  /** The class, such as `ValidationError`. */
  override readonly name: string = "ItPayError";
  /** A stable code for programs: the gateway's own code if it sent one. */
  declare readonly code: string;
  /** The HTTP status, if the gateway responded. */
  declare readonly status: number | undefined;
  /** The gateway's id of the exchange, for its support. */
  declare readonly requestId: string | null;
  /** Details that the gateway added. */
  declare readonly details: unknown;
  /** Whether the same call may succeed later. */
  declare readonly retryable: boolean;
  /** The number of requests that were sent. 0 if the call was rejected before. */
  declare readonly attempts: number;
  /** The outcome of a GoPay call that changes something. Such a call is sent once, and GoPay is read after a failure. */
  declare readonly outcome: Outcome | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.status = fields.status;
    this.requestId = fields.requestId ?? null;
    this.details = fields.details;
    this.retryable = fields.retryable ?? false;
    this.attempts = fields.attempts ?? 0;
    this.outcome = fields.outcome;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** The API key is missing, or the gateway responded with 401. */
export class AuthenticationError extends ItPayError {
  override readonly name = "AuthenticationError";
}

/** A required variable or option is missing. */
export class ConfigurationError extends ItPayError {
  override readonly name = "ConfigurationError";
}

/** A parameter is invalid. Nothing was sent, or the gateway responded with 422. */
export class ValidationError extends ItPayError {
  override readonly name = "ValidationError";
  /** The path of the invalid field, such as `amount.value`, if it is known. */
  declare readonly field: string | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields);
    this.field = fields.field;
  }
}

/** The gateway responded with 429. */
export class RateLimitError extends ItPayError {
  override readonly name = "RateLimitError";
  /** The wait that the gateway asks for, in milliseconds, if it does. */
  declare readonly retryAfter: number | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields);
    this.retryAfter = fields.retryAfter;
  }
}

/** Any other unexpected response. */
export class APIError extends ItPayError {
  override readonly name = "APIError";
  /** The field of the response that cannot be used, or that the gateway names, if it is known. */
  readonly field: string | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields);
    this.field = fields.field;
  }
}

/** There was no complete response. The gateway may have processed the call, unless the code is `connection_refused`. */
export class ConnectionError extends ItPayError {
  override readonly name = "ConnectionError";
}

/** There was no response in time. The gateway may have processed the call. */
export class TimeoutError extends ItPayError {
  override readonly name = "TimeoutError";
  /** For `waitForCompletion`: the intent as it was last seen. */
  declare readonly intent: PaymentIntent | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields);
    this.intent = fields.intent;
  }
}

/** The caller's `signal` fired. The signal's reason is the `cause`. */
export class AbortError extends ItPayError {
  override readonly name = "AbortError";
}

/** The reason why a webhook was rejected. */
export type SignatureProblem =
  | "missing_header"
  | "malformed_header"
  | "no_match"
  | "too_old"
  | "too_new"
  | "body_not_raw"
  | "bad_secret";

/** A webhook was rejected. */
export class SignatureVerificationError extends ItPayError {
  override readonly name = "SignatureVerificationError";
  declare readonly code: SignatureProblem;
  /** The most likely reason and its remedy. */
  declare readonly hint: string;

  constructor(message: string, fields: ErrorFields & { code: SignatureProblem; hint: string }) {
    super(message, fields);
    this.hint = fields.hint;
  }
}

/**
 * Whether this is an error of this package. It also recognizes errors of another copy of the package.
 * @param error Anything that was thrown.
 */
export function isItPayError(error: unknown): error is ItPayError {
  try {
    return typeof error === "object" && error !== null && (error as { [brand]?: unknown })[brand] === true;
  } catch {
    return false; // a proxy that throws
  }
}

const classes = {
  APIError,
  AbortError,
  AuthenticationError,
  ConnectionError,
  RateLimitError,
  TimeoutError,
  ValidationError,
};

/**
 * @internal Creates an error from the plain object that a wasm module throws: the name and the fields of an error class,
 * with JSON values as text. Returns anything else unchanged. `trace` has the caller's frames.
 */
export function fromPayload(thrown: unknown, trace?: string): unknown {
  try {
    if (typeof thrown !== "object" || thrown === null || thrown instanceof Error) return thrown;
    const { name, message, details, intent, ...fields } = thrown as ErrorFields & {
      name: keyof typeof classes;
      message: string;
    };
    if (!Object.hasOwn(classes, name)) return thrown;
    if (fields.cause !== undefined) fields.cause = fromPayload(fields.cause);
    const error = new classes[name](message, {
      ...fields,
      details: parsed(details),
      intent: parsed(intent) as PaymentIntent | undefined,
    });
    if (trace !== undefined) error.stack = trace;
    return error;
  } catch {
    return thrown; // a proxy that throws
  }
}

function parsed(json: unknown): unknown {
  return typeof json === "string" ? (JSON.parse(json) as unknown) : undefined;
}

/** @internal The caller's frames, for engines that do not add them to the stack of an error from an async function. */
export function callerTrace(): string | undefined {
  const isV8 = (Error as { captureStackTrace?: unknown }).captureStackTrace !== undefined;
  return isV8 ? undefined : new Error().stack;
}

/** @internal Begins a call that changes something. If it cannot begin, it was not done. */
export function beginChange<T>(begin: () => T): T {
  try {
    return begin();
  } catch (error) {
    throw Object.assign(error as object, { outcome: "not_done" });
  }
}
