// Shared by both providers: parameters as JSON, and the core's errors as PayKit's.

import { fromPayload, isItPayError, type ItPayError } from "../internal/errors.js";
import {
  AuthenticationError,
  ConstraintViolationError,
  OperationFailedError,
  PayKitError,
  type PayKitErrorFields,
  ProviderNotSupportedError,
  RateLimitError,
  ResourceNotFoundError,
  ValidationError,
  WebhookError,
} from "./errors.js";

/** Parameters as JSON. Refuses numbers and dates that JSON would turn into null, because null means absent. */
export function toJson(params: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(params, function (this: Record<string, unknown>, key, value: unknown) {
      if (key !== "" && typeof value === "number" && !Number.isFinite(value))
        throw new ValidationError(`${key} must be a number, not ${value}`, { field: key });
      // Not `value`: a Date is a string by now.
      const date = this[key];
      if (date instanceof Date && Number.isNaN(date.getTime()))
        throw new ValidationError(`${key} must be a valid date`, { field: key });
      return key === "end_date" ? localDay(date) : value;
    });
  } catch (error) {
    if (error instanceof ValidationError) throw error;
    throw new ValidationError("params cannot be written as JSON", { field: "params", cause: error });
  }
  if (json?.startsWith("{") !== true) throw new ValidationError("params must be an object", { field: "params" });
  return json;
}

/** The day of an instant on the caller's calendar. Anything else is returned as it is. */
function localDay(instant: unknown): unknown {
  const date = typeof instant === "string" && instant.includes("T") ? new Date(instant) : instant;
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) return instant;
  const digits = (value: number, length: number): string => String(value).padStart(length, "0");
  return [digits(date.getFullYear(), 4), digits(date.getMonth() + 1, 2), digits(date.getDate(), 2)].join("-");
}

/** A resource's id as text. The client validates it. */
export function toId(id: unknown): string {
  if (typeof id === "string" || typeof id === "number") return String(id);
  throw new ValidationError("id must be a string", { field: "id" });
}

/** The same error for a call that changes something. Nothing was sent, so it was not done. */
export function notDone({ message, field }: ValidationError): ValidationError {
  return new ValidationError(message, { field, context: { outcome: "not_done" } });
}

/** The subject of a call, for its error. */
export interface Call {
  provider: string;
  /** The provider's method. */
  method: string;
}

/** An error of the core. src/paykit/error.rs has the same fields. */
interface ErrorPayload {
  name: keyof typeof classes;
  message: string;
  field: string | null;
  retryable: boolean;
  /** In seconds. */
  retryAfter: number | null;
  alternative: string | null;
  context: Record<string, string>;
}

type Fields = PayKitErrorFields & Call;

const classes = {
  AuthenticationError: ({ message }: ErrorPayload, fields: Fields) =>
    new AuthenticationError(fields.provider, message, fields),
  ConstraintViolationError: ({ message }: ErrorPayload, fields: Fields) =>
    new ConstraintViolationError(message, fields),
  OperationFailedError: ({ message }: ErrorPayload, fields: Fields) =>
    new OperationFailedError(fields.method, fields.provider, { ...fields, reason: message }),
  ProviderNotSupportedError: ({ message, alternative, context }: ErrorPayload, fields: Fields) =>
    new ProviderNotSupportedError(context["operation"] ?? fields.method, fields.provider, {
      ...fields,
      reason: message,
      ...(alternative === null ? {} : { alternative }),
    }),
  // PayKit's core has seconds, and so has the payload.
  RateLimitError: ({ retryAfter }: ErrorPayload, fields: Fields) =>
    new RateLimitError(fields.provider, { ...fields, retryAfter: retryAfter ?? undefined }),
  ResourceNotFoundError: ({ context }: ErrorPayload, fields: Fields) =>
    new ResourceNotFoundError(context["type"] ?? "", context["id"] ?? "", fields.provider, fields),
  ValidationError: ({ message, field }: ErrorPayload, fields: Fields) =>
    new ValidationError(message, { ...fields, field: field ?? undefined }),
  WebhookError: ({ message, retryable }: ErrorPayload, fields: Fields) =>
    new WebhookError(message, { ...fields, statusCode: retryable ? 503 : 400 }),
};

/** The error of a call as one of PayKit's. Anything that is no error of this package is returned as it is. */
export function toPayKitError(thrown: unknown, call: Call): unknown {
  if (thrown instanceof PayKitError) return thrown;
  // The client refused to begin the call.
  if (isItPayError(thrown)) return fromClient(thrown, call);
  const { name, details, cause: below } = (thrown ?? {}) as { name?: unknown; details?: unknown; cause?: unknown };
  if (name !== "PayKitError" || typeof details !== "string") return thrown;
  const payload = JSON.parse(details) as ErrorPayload;
  const cause = below === undefined ? undefined : fromPayload(below);
  const context = { ...(isItPayError(cause) ? clientContext(cause) : {}), ...payload.context };
  return classes[payload.name](payload, { ...call, cause, retryable: payload.retryable, context });
}

function fromClient(cause: ItPayError, call: Call): PayKitError {
  const { field } = cause as ItPayError & { field?: string | undefined };
  const fields = { ...call, cause, retryable: cause.retryable, context: clientContext(cause) };
  if (cause.name === "ValidationError") return new ValidationError(cause.message, { ...fields, field });
  if (cause.name === "AuthenticationError") return new AuthenticationError(call.provider, cause.message, fields);
  return new OperationFailedError(call.method, call.provider, { ...fields, reason: cause.message });
}

/** Details of a gateway's error for programs. */
function clientContext(error: ItPayError): Record<string, unknown> {
  const { code, status, requestId, details, attempts } = error;
  const { outcome, field } = error as ItPayError & { outcome?: string | undefined; field?: string | undefined };
  return { code, status, requestId, details, attempts, outcome, field };
}

/** The rejection of a method that the provider does not support. */
export function unsupported(provider: string, method: string, reason: string, alternative?: string): Promise<never> {
  return Promise.reject(
    new ProviderNotSupportedError(method, provider, alternative === undefined ? { reason } : { reason, alternative }),
  );
}
