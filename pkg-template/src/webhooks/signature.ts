// Verifying and making webhook signatures: the synchronous half of `itpay/webhooks`.

import { type SignatureProblem, SignatureVerificationError, ValidationError } from "../internal/errors.js";
import { given } from "../internal/untrusted.js";
import type { WebhookEvent } from "../client/types.js";
import { BAD_SECRET, MALFORMED_HEADER, MISSING_HEADER, NO_MATCH, sign, TOO_NEW, TOO_OLD, verify } from "./webhooks-module.js";

/** A body as it came over the wire, not parsed. Buffers and views into larger buffers are Uint8Arrays. */
export type RawBody = string | Uint8Array | ArrayBuffer;

/** The `X-ItPay-Signature` header's value, or the headers that it is among, in any letter case. */
export type SignatureSource = string | Headers | Record<string, string | string[] | undefined>;

export interface VerifyOptions {
  /** How many seconds the signature's time may lie in the past or in the future. Default 300; `Infinity` for any. */
  maxAge?: number | undefined;
  /** The time to hold it against, in Unix seconds. Default: the clock's. */
  now?: number | undefined;
}

const HEADER = "X-ItPay-Signature";
const HEADER_LOWER = HEADER.toLowerCase();
const DEFAULT_MAX_AGE = 300;
const NO_OPTIONS: VerifyOptions = {};

const PROBLEMS: Record<number, readonly [SignatureProblem, message: string, hint: string]> = {
  [MISSING_HEADER]: [
    "missing_header",
    `There is no ${HEADER} header`,
    "Pass the request's headers, or this one's value, and see that no proxy removes it.",
  ],
  [MALFORMED_HEADER]: [
    "malformed_header",
    `The ${HEADER} header is not of the form t=<unix seconds>,v1=<64 hex digits>`,
    "Pass the header as it came. If it did come like this, it is not from the gateway.",
  ],
  [NO_MATCH]: [
    "no_match",
    "No signature in the header was made with this secret over this body",
    "Most often the body was parsed and written again: pass the raw bytes. Else the secret is another endpoint's, or ends in a space or line break.",
  ],
  [TOO_OLD]: ["too_old", "The signature is right, but older than maxAge", "An old webhook was sent again, or this machine's clock is ahead."],
  [TOO_NEW]: ["too_new", "The signature is right, but from the future by more than maxAge", "This machine's clock, or the sender's, is wrong."],
  [BAD_SECRET]: ["bad_secret", "The webhook secret is empty", "Pass the whsec_… secret of this endpoint, or set ITPAY_WEBHOOK_SECRET."],
};

/** @internal */
export const NOT_RAW_HINT =
  "Pass the raw body: `await request.text()` of a Request. Under Node use itpay/webhooks/node, " +
  'or express.raw({ type: "application/json" }) before any express.json().';

function problem(number: number, cause?: unknown): SignatureVerificationError {
  const [code, message, hint] = PROBLEMS[number]!;
  return new SignatureVerificationError(message, { code, hint, cause });
}

function raw(body: RawBody): string | Uint8Array {
  if (typeof body === "string") return body;
  try {
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(body) ? body : new DataView(body);
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    // Memory that other threads may write to is copied: what is verified must be what is parsed.
    return buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes);
  } catch (cause) {
    throw new SignatureVerificationError("The body is not raw: it must be a string, a Uint8Array or an ArrayBuffer", {
      code: "body_not_raw",
      hint: NOT_RAW_HINT,
      cause,
    });
  }
}

/** The header's value, empty where there is none. */
function headerValue(signature: SignatureSource): string {
  if (typeof signature === "string") return signature;
  if (typeof signature !== "object" || signature === null) return "";
  let value: unknown;
  try {
    value = typeof signature.get === "function" ? (signature as Headers).get(HEADER) : inRecord(signature as Record<string, unknown>);
    if (Array.isArray(value)) value = value.join(",");
  } catch (cause) {
    throw problem(MISSING_HEADER, cause);
  }
  return typeof value === "string" ? value : "";
}

function inRecord(record: Record<string, unknown>): unknown {
  return record[HEADER_LOWER] ?? record[Object.keys(record).find((key) => key.toLowerCase() === HEADER_LOWER) ?? HEADER];
}

/** @internal */
export function checkMaxAge(maxAge: number | undefined): number {
  if (maxAge === undefined) return DEFAULT_MAX_AGE;
  if (typeof maxAge !== "number" || !(maxAge >= 0)) throw new TypeError("maxAge must be a number of seconds, 0 or more; Infinity for any age");
  return maxAge;
}

function checkNow(now: number | undefined): number {
  if (now === undefined) return Date.now() / 1000;
  if (typeof now !== "number" || !(now >= 0 && now < Infinity)) throw new TypeError("now must be a time in Unix seconds");
  return now;
}

/** One secret as it is, several as a list that stays as it was checked. */
function checkSecret(secret: string | readonly string[]): string | readonly string[] {
  if (typeof secret === "string" && secret !== "") return secret;
  try {
    const all = Array.isArray(secret) ? [...secret] : [];
    if (all.length > 0 && all.every((each) => typeof each === "string" && each !== "")) return all;
  } catch (cause) {
    throw problem(BAD_SECRET, cause);
  }
  throw problem(BAD_SECRET);
}

/** Verifies many webhooks with the same secrets and options. */
export class WebhookVerifier {
  readonly #secret: string | readonly string[];
  readonly #options: VerifyOptions;

  /** @throws SignatureVerificationError `bad_secret`; TypeError for an option that is no number */
  constructor(secret: string | string[], options?: VerifyOptions) {
    this.#secret = checkSecret(secret);
    this.#options = given("options", options);
    checkMaxAge(this.#options.maxAge);
    checkNow(this.#options.now);
  }

  /** Whether the webhook is the gateway's. @throws SignatureVerificationError `body_not_raw` */
  verify(body: RawBody, signature: SignatureSource): boolean {
    return check(raw(body), signature, this.#secret, this.#options) === 0;
  }

  /** The event, exactly as the gateway sent it. @throws SignatureVerificationError; ValidationError if what was signed is no event */
  constructEvent(body: RawBody, signature: SignatureSource): WebhookEvent {
    return event(raw(body), signature, this.#secret, this.#options);
  }
}

/**
 * Whether a webhook is the gateway's.
 * @throws SignatureVerificationError `body_not_raw` or `bad_secret`, which are the caller's mistakes
 */
export function verifySignature(body: RawBody, signature: SignatureSource, secret: string | string[], options?: VerifyOptions): boolean {
  return check(raw(body), signature, checkSecret(secret), options) === 0;
}

/**
 * Verifies a webhook and returns its event, exactly as the gateway sent it.
 * @throws SignatureVerificationError; ValidationError if what was signed is no event
 */
export function constructEvent(body: RawBody, signature: SignatureSource, secret: string | string[], options?: VerifyOptions): WebhookEvent {
  return event(raw(body), signature, checkSecret(secret), options);
}

/** The header that the gateway would send with this payload: for tests. `timestamp` in Unix seconds, default now. */
export function generateTestHeader(options: { payload: RawBody; secret: string; timestamp?: number | undefined }): string {
  const { payload, secret, timestamp } = given("options", options);
  if (typeof secret !== "string" || secret === "") throw problem(BAD_SECRET);
  const prefix = `t=${Math.floor(checkNow(timestamp))},v1=`;
  return prefix + [...sign(raw(payload as RawBody), prefix, secret)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** 0, or the number of a problem. */
function check(body: string | Uint8Array, signature: SignatureSource, secret: string | readonly string[], options: VerifyOptions | undefined): number {
  const { maxAge, now } = options === undefined ? NO_OPTIONS : given("options", options);
  return verify(body, headerValue(signature), secret, checkMaxAge(maxAge), checkNow(now));
}

function event(body: string | Uint8Array, signature: SignatureSource, secret: string | readonly string[], options: VerifyOptions | undefined): WebhookEvent {
  const found = check(body, signature, secret, options);
  if (found !== 0) throw problem(found);
  return parseEvent(body);
}

let decoder: TextDecoder | undefined;

function parseEvent(body: string | Uint8Array): WebhookEvent {
  let parsed: WebhookEvent;
  try {
    parsed = JSON.parse(typeof body === "string" ? body : (decoder ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })).decode(body));
  } catch {
    throw notAnEvent("body", "is not JSON in UTF-8; a byte order mark or a wrong encoding also does that");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw notAnEvent("body", "is not a JSON object");
  if (typeof parsed.id !== "string" || parsed.id === "") throw notAnEvent("id", "is missing or not a string");
  if (typeof parsed.type !== "string" || (parsed.type as string) === "") throw notAnEvent("type", "is missing or not a string");
  return parsed;
}

function notAnEvent(field: string, what: string): ValidationError {
  return new ValidationError(`The signature is right, but the webhook is no event: ${field} ${what}`, { code: "invalid_event", field });
}
