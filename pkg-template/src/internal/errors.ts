// Every error that leaves the package. Each has a name and a code that survive minifiers, and nothing of a
// key, a secret, a signature or a body.

import type { PaymentIntent } from "../client/types.js";

const brand = Symbol.for("itpay.error");

/** What became of a call that moves money: done, not done, or nobody knows. */
export type Outcome = "done" | "not_done" | "unknown";

/** What an error knows besides its message. */
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
  /** Stable, for programs: the gateway's own code where it answered with one. */
  declare readonly code: string;
  /** The HTTP status, where the gateway answered. */
  declare readonly status: number | undefined;
  /** The gateway's name for the exchange: quote it to their support. */
  declare readonly requestId: string | null;
  /** Whatever the gateway added. */
  declare readonly details: unknown;
  /** Whether the same call may succeed later. */
  declare readonly retryable: boolean;
  /** How many requests were sent; 0 when the call was refused before. */
  declare readonly attempts: number;
  /** Of a GoPay call that changes something: what became of it. Such a call is sent once, and looked up after a failure. */
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

/** 401, or no API key at all. */
export class AuthenticationError extends ItPayError {
  override readonly name = "AuthenticationError";
}

/** A variable or an option that the package needs is missing. */
export class ConfigurationError extends ItPayError {
  override readonly name = "ConfigurationError";
}

/** 422, and whatever is refused before anything is sent. */
export class ValidationError extends ItPayError {
  override readonly name = "ValidationError";
  /** The culprit, such as `amount.value`, where it is known. */
  declare readonly field: string | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields);
    this.field = fields.field;
  }
}

/** 429. */
export class RateLimitError extends ItPayError {
  override readonly name = "RateLimitError";
  /** How long the gateway asked to wait, in milliseconds, where it said so. */
  declare readonly retryAfter: number | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields);
    this.retryAfter = fields.retryAfter;
  }
}

/** Every other answer that is not what was asked for. */
export class APIError extends ItPayError {
  override readonly name = "APIError";
  /** The field of the response that cannot be used, or that the gateway names, where it is known. */
  readonly field: string | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields);
    this.field = fields.field;
  }
}

/** No answer, or one that broke off. Whether the gateway processed the call is not known, unless the code is `connection_refused`. */
export class ConnectionError extends ItPayError {
  override readonly name = "ConnectionError";
}

/** No answer in time. Whether the gateway processed the call is not known. */
export class TimeoutError extends ItPayError {
  override readonly name = "TimeoutError";
  /** From `waitForCompletion`: the intent as it was last seen. */
  declare readonly intent: PaymentIntent | undefined;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields);
    this.intent = fields.intent;
  }
}

/** The caller's `signal` fired. Its reason is the `cause`. */
export class AbortError extends ItPayError {
  override readonly name = "AbortError";
}

/** Why a webhook was not accepted. */
export type SignatureProblem =
  | "missing_header"
  | "malformed_header"
  | "no_match"
  | "too_old"
  | "too_new"
  | "body_not_raw"
  | "bad_secret";

/** A webhook that was not accepted. */
export class SignatureVerificationError extends ItPayError {
  override readonly name = "SignatureVerificationError";
  declare readonly code: SignatureProblem;
  /** What most likely went wrong, and the cure. */
  declare readonly hint: string;

  constructor(message: string, fields: ErrorFields & { code: SignatureProblem; hint: string }) {
    super(message, fields);
    this.hint = fields.hint;
  }
}

/**
 * Whether this is an error of this package, of whichever copy of it.
 * @param error Anything that was thrown.
 */
export function isItPayError(error: unknown): error is ItPayError {
  try {
    return typeof error === "object" && error !== null && (error as { [brand]?: unknown })[brand] === true;
  } catch {
    return false; // a proxy that says nothing
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
 * @internal The wasm modules throw plain objects with an error class's name and fields, JSON values as text. Anything else is
 * passed on as it is. `trace` has the frames of the caller.
 */
export function fromRecord(thrown: unknown, trace?: string): unknown {
  try {
    if (typeof thrown !== "object" || thrown === null || thrown instanceof Error) return thrown;
    const { name, message, details, intent, ...fields } = thrown as ErrorFields & {
      name: keyof typeof classes;
      message: string;
    };
    if (!Object.hasOwn(classes, name)) return thrown;
    if (fields.cause !== undefined) fields.cause = fromRecord(fields.cause);
    const error = new classes[name](message, {
      ...fields,
      details: parsed(details),
      intent: parsed(intent) as PaymentIntent | undefined,
    });
    if (trace !== undefined) error.stack = trace;
    return error;
  } catch {
    return thrown; // a proxy that says nothing
  }
}

function parsed(json: unknown): unknown {
  return typeof json === "string" ? (JSON.parse(json) as unknown) : undefined;
}

/** @internal The caller's frames, where an engine does not put them into the stack of an error that an async function makes. */
export function callerTrace(): string | undefined {
  const isV8 = (Error as { captureStackTrace?: unknown }).captureStackTrace !== undefined;
  return isV8 ? undefined : new Error().stack;
}
