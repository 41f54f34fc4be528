// What both providers have in common: how parameters reach the wasm modules, and how a client's errors become PayKit's.

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

/** Parameters as JSON. What JSON would turn into something else is refused. */
export function toJson(params: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(params, (key, value: unknown) => {
      // JSON has null for them, which means "not given".
      if (key !== "" && typeof value === "number" && !Number.isFinite(value)) throw new ValidationError(`${key} must be a number, not ${value}`, { field: key });
      return value;
    });
  } catch (error) {
    if (error instanceof ValidationError) throw error;
    throw new ValidationError("params cannot be written as JSON", { field: "params", cause: error });
  }
  if (json?.startsWith("{") !== true) throw new ValidationError("params must be an object", { field: "params" });
  return json;
}

/** A resource's id as text. What is in it, the client checks. */
export function toId(id: unknown): string {
  if (typeof id === "string" || typeof id === "number") return String(id);
  throw new ValidationError("id must be a string", { field: "id" });
}

/** What a call was about, for its error. */
export interface Call {
  provider: string;
  /** The provider's method. */
  method: string;
  /** What it was to find. */
  resource?: { type: string; id: string } | undefined;
}

/** Runs a provider's method; what goes wrong comes out as PayKit's error of that kind. */
export async function run<T>(call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toPayKitError(error, call);
  }
}

/** Whether the gateway says that there is no such thing. */
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
    return new RateLimitError(provider, { ...fields, retryAfter: retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1000) });
  }
  if (isNotFound(error) && resource !== undefined) return new ResourceNotFoundError(resource.type, resource.id, provider, fields);
  return new OperationFailedError(method, provider, { ...fields, reason: error.message });
}

/** What a gateway's refusal says to programs. */
function context(error: ItPayError): Record<string, unknown> {
  const { code, status, requestId, details, attempts } = error;
  const { outcome, field } = error as ItPayError & { outcome?: string | undefined; field?: string | undefined };
  return { code, status, requestId, details, attempts, outcome, field };
}

/** The methods that a provider lacks, by name: each throws, as a promise. */
export function unsupported(provider: string, method: string, reason: string, alternative?: string): Promise<never> {
  return Promise.reject(new ProviderNotSupportedError(method, provider, alternative === undefined ? { reason } : { reason, alternative }));
}
