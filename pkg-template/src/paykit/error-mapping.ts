// Shared by both providers: parameters as JSON, and the client's errors as PayKit's.

import { isItPayError, type ItPayError } from "../internal/errors.js";
import {
  AuthenticationError,
  OperationFailedError,
  PayKitError,
  ProviderNotSupportedError,
  RateLimitError,
  ResourceNotFoundError,
  ValidationError,
} from "./errors.js";

/** Parameters as JSON. Refuses numbers and dates that JSON would turn into null, because null means absent. */
export function toJson(params: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(params, function (this: Record<string, unknown>, key, value: unknown) {
      if (key !== "" && typeof value === "number" && !Number.isFinite(value)) throw new ValidationError(`${key} must be a number, not ${value}`, { field: key });
      // Not `value`: a Date is a string by now.
      const date = this[key];
      if (date instanceof Date && Number.isNaN(date.getTime())) throw new ValidationError(`${key} must be a valid date`, { field: key });
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

/** The subject of a call, for its error. */
export interface Call {
  provider: string;
  /** The provider's method. */
  method: string;
  /** The resource that the call reads. */
  resource?: { type: string; id: string } | undefined;
}

/** Runs a provider's method and turns the client's errors into PayKit's. */
export async function run<T>(call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toPayKitError(error, call);
  }
}

/** Whether the gateway does not have the resource. */
export function isNotFound(error: unknown): boolean {
  return isItPayError(error) && error.status === 404;
}

export function toPayKitError(error: unknown, { provider, method, resource }: Call): unknown {
  if (error instanceof PayKitError || !isItPayError(error)) return error;
  const fields = { provider, method, cause: error, retryable: error.retryable, context: context(error) };
  if (error.attempts === 0 && error.name === "ValidationError") return new ValidationError(error.message, { ...fields, field: (error as ItPayError & { field?: string | undefined }).field });
  if (error.name === "AuthenticationError") return new AuthenticationError(provider, error.message, fields);
  if (error.name === "RateLimitError") {
    const { retryAfter } = error as ItPayError & { retryAfter?: number | undefined };
    // PayKit's core has seconds.
    return new RateLimitError(provider, { ...fields, retryAfter: retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1000) });
  }
  if (isNotFound(error) && resource !== undefined) return new ResourceNotFoundError(resource.type, resource.id, provider, fields);
  return new OperationFailedError(method, provider, { ...fields, reason: error.message });
}

/** Details of a gateway's error for programs. */
function context(error: ItPayError): Record<string, unknown> {
  const { code, status, requestId, details, attempts } = error;
  const { outcome, field } = error as ItPayError & { outcome?: string | undefined; field?: string | undefined };
  return { code, status, requestId, details, attempts, outcome, field };
}

/** The rejection of a method that the provider does not support. */
export function unsupported(provider: string, method: string, reason: string, alternative?: string): Promise<never> {
  return Promise.reject(new ProviderNotSupportedError(method, provider, alternative === undefined ? { reason } : { reason, alternative }));
}
