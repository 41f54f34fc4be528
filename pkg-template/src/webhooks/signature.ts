// Verifies and creates webhook signatures: the synchronous half of `itpay/webhooks`.

import {
  ConfigurationError,
  type SignatureProblem,
  SignatureVerificationError,
  ValidationError,
} from "../internal/errors.js";
import { copyOptions } from "../internal/untrusted.js";
import type { WebhookEvent } from "../client/types.js";
import { BAD_SECRET, MAX_SECRET_LEN, MISSING_HEADER, NO_MATCH, sign, verify } from "./webhooks-module.js";

/** A raw body that was not parsed. Buffers and views of larger buffers are Uint8Arrays. */
export type RawBody = string | Uint8Array | ArrayBuffer;

/** The value of the `X-ItPay-Signature` header, or all headers, with names in any case. */
export type SignatureSource = string | Headers | Record<string, string | string[] | undefined>;

/** Options of the verification. */
export interface VerifyOptions {
  /** The largest difference between the signature's time and `now`, in seconds. Default 300. `Infinity` accepts any. */
  maxAge?: number | undefined;
  /** The current time in Unix seconds. Default: the clock's. */
  now?: number | undefined;
}

/** @internal The variable with the secret. */
export const SECRET = "ITPAY_WEBHOOK_SECRET";
const HEADER = "X-ItPay-Signature";
const HEADER_LOWER = HEADER.toLowerCase();
const DEFAULT_MAX_AGE = 300;
const NO_OPTIONS: VerifyOptions = {};

/** In the order of their numbers, from 1. */
const PROBLEMS: readonly (readonly [SignatureProblem, message: string, hint: string])[] = [
  [
    "missing_header",
    `There is no ${HEADER} header`,
    "Pass the request's headers. Check that no proxy removes this one.",
  ],
  [
    "malformed_header",
    `The ${HEADER} header must be t=<unix seconds>,v1=<64 hex digits>`,
    "Pass the header unchanged.",
  ],
  [
    "no_match",
    "No signature in the header matches this secret and body",
    "Most often the body was parsed and serialized: pass the raw bytes. Otherwise the secret is another endpoint's, or ends in a space or line break.",
  ],
  [
    "too_old",
    "The signature is right but older than maxAge",
    "An old webhook was sent again, or this machine's clock is ahead.",
  ],
  ["too_new", "The signature is right but newer than maxAge", "This machine's clock or the sender's is wrong."],
  ["bad_secret", "The webhook secret is empty or too long", "Pass the whsec_… secret of this endpoint."],
];

/** @internal */
export const NOT_RAW_HINT =
  "Pass the raw body: `await request.text()` of a Request. Under Node use itpay/webhooks/node, " +
  'or express.raw({ type: "application/json" }) before any express.json().';

function problem(number: number, better?: string, cause?: unknown): SignatureVerificationError {
  const [code, message, hint] = PROBLEMS[number - 1]!;
  return new SignatureVerificationError(message, { code, hint: better ?? hint, cause });
}

/** The cause of a mismatch, if the body or the secret shows it. */
function hintFor(body: string | Uint8Array, secret: string | readonly string[]): string | undefined {
  if (secret === "whsec_") return "The secret is only its prefix whsec_.";
  if (body.length === 0) return "The body is empty: something read it before.";
  const first = typeof body === "string" ? body[0]! : String.fromCharCode(body[0]!);
  // An object of JSON in base64.
  if (first === "e") return "The body is still in base64: decode it.";
  // Neither JSON nor a byte order mark, but gzip, Brotli, zlib or zstd.
  if (/[^\t\n\r -~\xef\ufeff]|[x(]/.test(first)) return "The body is still compressed: decompress it.";
  // Bytes were hardly parsed and serialized again.
  return typeof body === "string"
    ? undefined
    : "Most often the secret is another endpoint's, or ends in a space or line break.";
}

function raw(body: RawBody): string | Uint8Array {
  if (typeof body === "string") return body;
  try {
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(body) ? body : new DataView(body);
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    // Shared memory is copied, because the verified bytes must be the parsed bytes.
    return buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes);
  } catch (cause) {
    throw new SignatureVerificationError("The body must be a string, a Uint8Array or an ArrayBuffer", {
      code: "body_not_raw",
      hint: NOT_RAW_HINT,
      cause,
    });
  }
}

/** The header's value. Empty if it is missing. */
function headerValue(signature: SignatureSource): string {
  if (typeof signature === "string") return signature;
  if (typeof signature !== "object" || signature === null) return "";
  let value: unknown;
  try {
    value =
      typeof signature.get === "function"
        ? (signature as Headers).get(HEADER)
        : inRecord(signature as Record<string, unknown>);
    if (Array.isArray(value)) value = value.join(",");
  } catch (cause) {
    throw problem(MISSING_HEADER, undefined, cause);
  }
  return typeof value === "string" ? value : "";
}

function inRecord(record: Record<string, unknown>): unknown {
  return record[HEADER_LOWER] ?? record[Object.keys(record).find((key) => key.toLowerCase() === HEADER_LOWER) ?? ""];
}

/** @internal */
export function checkMaxAge(maxAge: number | undefined): number {
  if (maxAge === undefined) return DEFAULT_MAX_AGE;
  if (typeof maxAge !== "number" || !(maxAge >= 0))
    throw new TypeError("maxAge must be a number of seconds, 0 or more");
  return maxAge;
}

/** Most calls have no options, so the copy is skipped. */
function readOptions(options: VerifyOptions | undefined): VerifyOptions {
  return options === undefined ? NO_OPTIONS : copyOptions("options", options);
}

function checkNow(now: number | undefined): number {
  if (now === undefined) return Date.now() / 1000;
  if (typeof now !== "number" || !(now >= 0 && now < Infinity))
    throw new TypeError("now must be a time in Unix seconds");
  return now;
}

/** @internal */
export function missingSecret(option = "secret"): never {
  throw new ConfigurationError(`The webhook secret is missing: set ${SECRET} or pass ${option}`, {
    code: "missing_webhook_secret",
  });
}

/** @internal One secret as it is, several as a copy that cannot change after the check. */
export function checkSecret(secret: string | readonly string[]): string | readonly string[] {
  if (isSecret(secret)) return secret;
  try {
    const all = Array.isArray(secret) ? [...secret] : [];
    if (all.length > 0 && all.every(isSecret)) return all;
  } catch (cause) {
    throw problem(BAD_SECRET, undefined, cause);
  }
  throw problem(BAD_SECRET);
}

function isSecret(secret: unknown): secret is string {
  return typeof secret === "string" && secret !== "" && secret.length <= MAX_SECRET_LEN;
}

/** Verifies many webhooks with the same secrets and options. */
export class WebhookVerifier {
  readonly #secret: string | readonly string[];
  readonly #maxAge: number;
  readonly #now: number | undefined;

  /**
   * @param secret The `whsec_…` secret of the endpoint, or several while they are being rotated.
   * @throws SignatureVerificationError `bad_secret`; TypeError for an option that is not a number
   */
  constructor(secret: string | readonly string[], options?: VerifyOptions) {
    const { maxAge, now } = readOptions(options);
    this.#secret = checkSecret(secret);
    this.#maxAge = checkMaxAge(maxAge);
    checkNow(now);
    this.#now = now;
  }

  /** Whether the signature is valid. @throws SignatureVerificationError `body_not_raw` */
  verify(body: RawBody, signature: SignatureSource): boolean {
    return verify(raw(body), headerValue(signature), this.#secret, this.#maxAge, checkNow(this.#now)) === 0;
  }

  /** Returns the event as the gateway sent it. @throws SignatureVerificationError; ValidationError if the signed body is not an event */
  constructEvent(body: RawBody, signature: SignatureSource): WebhookEvent {
    return verifyEvent(body, signature, this.#secret, this.#maxAge, this.#now);
  }
}

/**
 * Whether the signature of a webhook is valid.
 * @throws SignatureVerificationError `body_not_raw` or `bad_secret`, which are the caller's mistakes
 * @param secret The `whsec_…` secret of the endpoint, or several while they are being rotated.
 */
export function verifySignature(
  body: RawBody,
  signature: SignatureSource,
  secret: string | readonly string[],
  options?: VerifyOptions,
): boolean {
  return new WebhookVerifier(secret, options).verify(body, signature);
}

/**
 * Verifies a webhook and returns its event as the gateway sent it.
 * @throws SignatureVerificationError; ValidationError if the signed body is not an event
 * @param secret The `whsec_…` secret of the endpoint, or several while they are being rotated.
 */
export function constructEvent(
  body: RawBody,
  signature: SignatureSource,
  secret: string | readonly string[],
  options?: VerifyOptions,
): WebhookEvent {
  const { maxAge, now } = readOptions(options);
  return verifyEvent(body, signature, checkSecret(secret), checkMaxAge(maxAge), now);
}

/** Returns the header that the gateway would send with this payload, for tests. `timestamp` is in Unix seconds, by default now. */
export function generateTestHeader(options: {
  payload: RawBody;
  secret: string;
  timestamp?: number | undefined;
}): string {
  const { payload, secret, timestamp } = copyOptions("options", options);
  if (!isSecret(secret)) throw problem(BAD_SECRET);
  const prefix = `t=${Math.floor(checkNow(timestamp))},v1=`;
  return (
    prefix +
    [...sign(raw(payload as RawBody), prefix, secret)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  );
}

/** @internal The same with validated options. */
export function verifyEvent(
  body: RawBody,
  signature: SignatureSource,
  secret: string | readonly string[],
  maxAge: number,
  now?: number,
): WebhookEvent {
  const bytes = raw(body);
  const found = verify(bytes, headerValue(signature), secret, maxAge, checkNow(now));
  if (found !== 0) throw problem(found, found === NO_MATCH ? hintFor(bytes, secret) : undefined);
  return parseEvent(bytes);
}

let decoder: TextDecoder | undefined;

function parseEvent(body: string | Uint8Array): WebhookEvent {
  let parsed: WebhookEvent;
  try {
    parsed = JSON.parse(
      typeof body === "string"
        ? body
        : (decoder ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })).decode(body),
    );
  } catch {
    throw invalidEvent("body", "must be JSON in UTF-8 without a byte order mark");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw invalidEvent("body", "must be a JSON object");
  for (const field of ["id", "type"] as const)
    if (typeof parsed[field] !== "string" || !parsed[field]) throw invalidEvent(field, "must be a string");
  return parsed;
}

function invalidEvent(field: string, message: string): ValidationError {
  return new ValidationError(`The signature is right but not the event: ${field} ${message}`, {
    code: "invalid_event",
    field,
  });
}
