// Verifying and making webhook signatures: the synchronous half of `itpay/webhooks`.

import { type SignatureProblem, SignatureVerificationError, ValidationError } from "./errors.js";
import type { WebhookEvent } from "./objects.js";
import { type Glue, Wasm } from "./wasm.js";
import * as glue from "./glue/webhooks.js";

/** A body as it came over the wire, not parsed. Buffers and views into larger buffers are Uint8Arrays. */
export type RawBody = string | Uint8Array | ArrayBuffer;

/** The `X-ItPay-Signature` header's value, or the headers that it is among, in any letter case. */
export type SignatureSource = string | Headers | Record<string, string | string[] | undefined>;

export interface VerifyOptions {
  /** How many seconds the signature's time may lie in the past or in the future. Default 300; `Infinity` for any. */
  maxAge?: number;
  /** The time to hold it against, in Unix seconds. Default: the clock's. */
  now?: number;
}

/** @internal The wasm module; the entry says where it comes from. */
export const wasm = new Wasm<typeof glue & Glue>(glue);

const HEADER = "X-ItPay-Signature";
const HEADER_LOWER = HEADER.toLowerCase();
const HEADER_BYTES = 4096;
const BODY_BYTES = 65536;
const DEFAULT_MAX_AGE = 300;
const DIGITS = "0".repeat(64);

// By the numbers that the wasm module answers with. 0 is a signature that is right.
const PROBLEMS: readonly (readonly [SignatureProblem, message: string, hint: string] | undefined)[] = [
  undefined,
  [
    "missing_header",
    `There is no ${HEADER} header`,
    "The gateway sends it with every webhook. Pass the request's headers or the header's value, and see that no proxy removes it.",
  ],
  [
    "malformed_header",
    `The ${HEADER} header is not of the form t=<unix seconds>,v1=<64 hex digits>`,
    "Pass the header's value as it came. If it did come like this, it is not from the gateway.",
  ],
  [
    "no_match",
    "No signature in the header was made with this secret over this body",
    "Most often the body was parsed and written again: pass the raw bytes. Else the secret is another endpoint's, or has a space or a line break at its end.",
  ],
  [
    "too_old",
    "The signature is right, but older than maxAge",
    "An old webhook was sent again, or this machine's clock is ahead. Deliveries are signed afresh each time.",
  ],
  ["too_new", "The signature is right, but from the future by more than maxAge", "This machine's clock, or the sender's, is wrong."],
  ["bad_secret", "The webhook secret is empty", "Pass the whsec_… secret of this endpoint, or set ITPAY_WEBHOOK_SECRET."],
];

const BAD_SECRET = 6;

/** @internal */
export const NOT_RAW_HINT =
  "Pass the raw body: `await request.text()` or `.arrayBuffer()` (Workers, Hono, Next, Remix, SvelteKit, Deno, Bun), " +
  'express.raw({ type: "application/json" }) before any express.json(), ' +
  'fastify.addContentTypeParser("application/json", { parseAs: "buffer" }, …), or use the handler of itpay/webhooks/node.';

function problem(number: number): SignatureVerificationError {
  const [code, message, hint] = PROBLEMS[number] ?? PROBLEMS[2]!;
  return new SignatureVerificationError(message, { code, hint });
}

/** A secret, which becomes a key of the wasm module once, and again if that was restarted or made room for others. */
class Key {
  static #last = 0;
  readonly #secret: string;
  #number = 0;

  constructor(secret: string) {
    if (typeof secret !== "string" || secret === "") throw problem(BAD_SECRET);
    this.#secret = secret;
  }

  /** Calls with the key's number; a key that is not there is put there first. */
  use(call: (number: number) => number): number {
    const result = call(this.#number);
    if (result !== BAD_SECRET) return result;
    // Numbers are never used twice, so that a key can't be mistaken for another.
    Key.#last = (Key.#last + 1) >>> 0;
    this.#number = Key.#last;
    const length = memory().encode(this.#secret);
    wasm.call((module) => module.set_key(this.#number, length));
    return call(this.#number);
  }

  /** The runtime's own HMAC, where it has a synchronous one and the body is long enough for it to be worth it. */
  native(crypto: NodeCrypto, prefix: string, body: string | Uint8Array): Uint8Array {
    return crypto.createHmac("sha256", this.#secret).update(prefix).update(body).digest();
  }
}

/** The wasm module's two buffers. Its memory never grows, so that the views stay good as long as the instance. */
class Memory {
  readonly #header: Uint8Array;
  readonly #body: Uint8Array;
  readonly #encoder = new TextEncoder();
  readonly generation: number;

  constructor() {
    const { buffer } = wasm.memory;
    this.generation = wasm.generation;
    this.#header = new Uint8Array(buffer, wasm.call((module) => module.header_buffer()), HEADER_BYTES);
    this.#body = new Uint8Array(buffer, wasm.call((module) => module.body_buffer()), BODY_BYTES);
  }

  /** Writes a header; its length in bytes, or -1 if it is too long. */
  header(text: string): number {
    const { read, written } = this.#encoder.encodeInto(text, this.#header);
    return read === text.length ? written : -1;
  }

  /** The 64 digits of a signature that was made. */
  digits(): string {
    return String.fromCharCode(...this.#header.subarray(0, 64));
  }

  /** Writes a text that must fit. */
  encode(text: string): number {
    const { read, written } = this.#encoder.encodeInto(text, this.#body);
    if (read !== text.length) {
      this.#body.fill(0);
      throw new SignatureVerificationError("The webhook secret is longer than 64 KB", { code: "bad_secret", hint: PROBLEMS[BAD_SECRET]![2] });
    }
    return written;
  }

  write(bytes: Uint8Array): void {
    this.#body.set(bytes);
  }

  /** Writes the body piece by piece: all but the last go to `absorb`, the last to `end`. */
  pieces<T>(body: string | Uint8Array, absorb: (first: boolean, length: number) => void, end: (first: boolean, length: number) => T): T {
    let rest = body;
    for (let first = true; ; first = false) {
      let read: number;
      let written: number;
      if (typeof rest === "string") {
        ({ read, written } = this.#encoder.encodeInto(rest, this.#body));
      } else {
        read = written = Math.min(rest.length, BODY_BYTES);
        this.#body.set(read === rest.length ? rest : rest.subarray(0, read));
      }
      if (read === rest.length) return end(first, written);
      absorb(first, written);
      rest = typeof rest === "string" ? rest.slice(read) : rest.subarray(read);
    }
  }
}

let current: Memory | undefined;

function memory(): Memory {
  if (current === undefined || current.generation !== wasm.generation) current = new Memory();
  return current;
}

/** The one check behind every way in: 0, or the number of a problem. */
function check(body: string | Uint8Array, header: string, keys: readonly Key[], maxAge: number, now: number): number {
  const buffers = memory();
  const length = buffers.header(header);
  if (length < 0) return 2;
  const native = body.length >= NATIVE_FROM ? nodeCrypto() : undefined;
  const prefix = native && /(?:^|,)\s*t=(\d+)/.exec(header)?.[1];
  let found = 3;
  for (const key of keys) {
    let result: number;
    if (native && prefix) {
      buffers.write(key.native(native, `${prefix}.`, body));
      result = wasm.call((module) => module.verify_tag(length, now, maxAge));
    } else {
      result = key.use((number) =>
        buffers.pieces(
          body,
          (first, piece) => wasm.call((module) => module.absorb(number, length, first, piece)),
          (first, piece) => wasm.call((module) => module.verify(number, length, first, piece, now, maxAge)),
        ),
      );
    }
    // Every key is tried, so that the time tells nothing of which one fits.
    if (found === 3) found = result;
  }
  return found;
}

/** Bodies from this size on are hashed by the runtime's own HMAC, where that is at hand: measured by `make bench-webhooks`. */
const NATIVE_FROM = 2048;

interface NodeCrypto {
  createHmac(algorithm: "sha256", key: string): Hmac;
}
interface Hmac {
  update(data: string | Uint8Array): Hmac;
  digest(): Uint8Array;
}

let looked: NodeCrypto | null | undefined;

function nodeCrypto(): NodeCrypto | undefined {
  if (looked === undefined) {
    const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
    looked = (process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined) ?? null;
    if (typeof looked?.createHmac !== "function") looked = null;
  }
  return looked ?? undefined;
}

function raw(body: RawBody): string | Uint8Array {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  // By their names: a test runner's or an edge runtime's classes may be another realm's.
  const kind = Object.prototype.toString.call(body);
  if (kind === "[object ArrayBuffer]") return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) {
    const { buffer, byteOffset, byteLength } = body as ArrayBufferView<ArrayBuffer>;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  throw new SignatureVerificationError("The body is not raw: it must be a string, a Uint8Array or an ArrayBuffer", {
    code: "body_not_raw",
    hint: NOT_RAW_HINT,
  });
}

/** The header's value, empty where there is none. */
function headerValue(signature: SignatureSource): string {
  if (typeof signature === "string") return signature;
  if (typeof signature !== "object" || signature === null) return "";
  if (typeof signature.get === "function") return (signature as Headers).get(HEADER) ?? "";
  const record = signature as Record<string, string | string[] | undefined>;
  let value = record[HEADER_LOWER];
  if (value === undefined) {
    const name = Object.keys(record).find((key) => key.toLowerCase() === HEADER_LOWER);
    value = name === undefined ? undefined : record[name];
  }
  return Array.isArray(value) ? value.join(",") : typeof value === "string" ? value : "";
}

function checkedMaxAge(maxAge: number | undefined): number {
  if (maxAge === undefined) return DEFAULT_MAX_AGE;
  if (typeof maxAge !== "number" || !(maxAge >= 0)) throw new TypeError("maxAge must be a number of seconds, 0 or more; Infinity for any age");
  return maxAge;
}

function checkedNow(now: number | undefined): number {
  if (now === undefined) return Date.now() / 1000;
  if (typeof now !== "number" || !(now >= 0 && now < Infinity)) throw new TypeError("now must be a time in Unix seconds");
  return now;
}

// As many as the wasm module keeps. The oldest goes first.
const KEYS = 16;
const keys = new Map<string, Key>();

function keyOf(secret: string): Key {
  let key = keys.get(secret);
  if (key === undefined) {
    key = new Key(secret);
    if (keys.size === KEYS) keys.delete(keys.keys().next().value!);
    keys.set(secret, key);
  }
  return key;
}

function keysOf(secret: string | readonly string[]): Key[] {
  if (typeof secret === "string") return [keyOf(secret)];
  if (!Array.isArray(secret) || secret.length === 0) throw problem(BAD_SECRET);
  return secret.map(keyOf);
}

/** Verifies many webhooks with the same secrets and options. */
export class WebhookVerifier {
  readonly #keys: readonly Key[];
  readonly #maxAge: number;
  readonly #now: number | undefined;

  /** @throws SignatureVerificationError `bad_secret`; TypeError for an option that is no number */
  constructor(secret: string | string[], options: VerifyOptions = {}) {
    this.#keys = keysOf(secret);
    this.#maxAge = checkedMaxAge(options.maxAge);
    this.#now = options.now === undefined ? undefined : checkedNow(options.now);
  }

  /** Whether the webhook is the gateway's. @throws SignatureVerificationError `body_not_raw` */
  verify(body: RawBody, signature: SignatureSource): boolean {
    return check(raw(body), headerValue(signature), this.#keys, this.#maxAge, this.#now ?? Date.now() / 1000) === 0;
  }

  /** The event, exactly as the gateway sent it. @throws SignatureVerificationError; ValidationError if what was signed is no event */
  constructEvent(body: RawBody, signature: SignatureSource): WebhookEvent {
    const bytes = raw(body);
    const result = check(bytes, headerValue(signature), this.#keys, this.#maxAge, this.#now ?? Date.now() / 1000);
    if (result !== 0) throw problem(result);
    return parseEvent(bytes);
  }
}

/**
 * Whether a webhook is the gateway's.
 * @throws SignatureVerificationError `body_not_raw` or `bad_secret`, which are the caller's mistakes
 */
export function verifySignature(body: RawBody, signature: SignatureSource, secret: string | string[], options?: VerifyOptions): boolean {
  return new WebhookVerifier(secret, options).verify(body, signature);
}

/**
 * Verifies a webhook and returns its event, exactly as the gateway sent it.
 * @throws SignatureVerificationError; ValidationError if what was signed is no event
 */
export function constructEvent(body: RawBody, signature: SignatureSource, secret: string | string[], options?: VerifyOptions): WebhookEvent {
  return new WebhookVerifier(secret, options).constructEvent(body, signature);
}

/** The header that the gateway would send with this payload: for tests. `timestamp` in Unix seconds, default now. */
export function generateTestHeader(options: { payload: RawBody; secret: string; timestamp?: number }): string {
  const timestamp = Math.floor(checkedNow(options.timestamp));
  const body = raw(options.payload);
  const buffers = memory();
  const length = buffers.header(`t=${timestamp},v1=${DIGITS}`);
  keyOf(options.secret).use((number) =>
    buffers.pieces(
      body,
      (first, piece) => wasm.call((module) => module.absorb(number, length, first, piece)),
      (first, piece) => wasm.call((module) => module.sign(number, length, first, piece)),
    ),
  );
  return `t=${timestamp},v1=${buffers.digits()}`;
}

let decoder: TextDecoder | undefined;

function parseEvent(body: string | Uint8Array): WebhookEvent {
  let event: unknown;
  try {
    event = JSON.parse(typeof body === "string" ? body : (decoder ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })).decode(body));
  } catch {
    throw notAnEvent("body", "is not JSON in UTF-8; a byte order mark or a wrong encoding also does that");
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) throw notAnEvent("body", "is not a JSON object");
  for (const field of ["id", "type"] as const) {
    const value = (event as Record<string, unknown>)[field];
    if (typeof value !== "string" || value === "") throw notAnEvent(field, "is missing or not a string");
  }
  return event as WebhookEvent;
}

function notAnEvent(field: string, what: string): ValidationError {
  return new ValidationError(`The signature is right, but the webhook is no event: ${field} ${what}`, { code: "invalid_event", field });
}
