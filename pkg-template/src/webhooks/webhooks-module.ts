// The webhooks wasm module: its instance, its two buffers and its keys. Only numbers and bytes cross, so it has no
// wasm-bindgen glue.

import { ItPayError } from "../internal/errors.js";
import { internalError, isTrap, startError } from "../internal/wasm-error.js";
import type { InitOutput } from "../glue/webhooks.js";
import { hasNativeHmac, NativeKey } from "./native-hmac.js";
import { encodeInto, writeLatin1 } from "../internal/encode-into.js";

/** The results of {@link verify}: 0 for a valid signature, or one of these. src/js/webhooks.rs has the same numbers. */
export const MISSING_HEADER = 1;
export const MALFORMED_HEADER = 2;
export const NO_MATCH = 3;
export const TOO_OLD = 4;
export const TOO_NEW = 5;
export const BAD_SECRET = 6;

const HEADER_BYTES = 4096;
const BODY_BYTES = 65536;
/** The maximum length of a secret. No character takes more than three bytes of the body buffer. */
export const MAX_SECRET_LEN = 21_845;
const TAG_BYTES = 32;
const PLACES = 16;

let source: (() => WebAssembly.Module) | undefined;
/** Messages of at least this size are hashed natively if possible. Measured by `make bench-webhooks`. */
let nativeFrom = 384;
let running: InitOutput | undefined;
let header: Uint8Array;
let body: Uint8Array;
/** The secrets of the module's keys, by slot. */
let secrets: string[];
let natives: NativeKey[];
let latest: number;
let oldest: number;

/** @internal The entry sets the source of the module. If calls of node:crypto are slow, it also sets the size from which they pay. Only the first call counts. */
export const wasm = {
  setModuleSource(from: () => WebAssembly.Module, nativeThreshold = nativeFrom): void {
    if (source !== undefined) return;
    source = from;
    nativeFrom = nativeThreshold;
  },
};

/** Compiles and starts the module at its first use and after a trap. Its memory never grows, so the views stay valid. */
function start(): InitOutput {
  if (source === undefined)
    throw new ItPayError("itpay has no wasm module yet: with itpay/slim, call init first", { code: "wasm_missing" });
  const module = source();
  let started: InitOutput;
  try {
    started = new WebAssembly.Instance(module).exports as unknown as InitOutput;
  } catch (error) {
    throw startError(error);
  }
  const { buffer } = started.memory;
  header = new Uint8Array(buffer, started.header_buffer(), HEADER_BYTES);
  body = new Uint8Array(buffer, started.body_buffer(), BODY_BYTES);
  secrets = [];
  natives = [];
  latest = oldest = 0;
  return (running = started);
}

/** Returns the error to throw. After a trap, the next call starts a new instance. */
function after(error: unknown): unknown {
  if (!isTrap(error)) return error;
  running = undefined;
  return internalError(error);
}

/** Verifies a message. Returns 0 or the number of a problem. */
export function verify(
  message: string | Uint8Array,
  signature: string,
  secret: string | readonly string[],
  maxAge: number,
  now: number,
): number {
  const entered = running ?? start();
  try {
    const { read, written } = encodeInto(signature, header);
    if (read < signature.length) return MALFORMED_HEADER;
    if (typeof secret === "string") return verifyWith(entered, secret, message, signature, written, maxAge, now);
    let found: number = NO_MATCH;
    for (const each of secret) {
      const result = verifyWith(entered, each, message, signature, written, maxAge, now);
      // Every key is tried, so that the time does not reveal which one matches.
      if (found === NO_MATCH) found = result;
    }
    return found;
  } catch (error) {
    throw after(error);
  }
}

function verifyWith(
  entered: InitOutput,
  secret: string,
  message: string | Uint8Array,
  signature: string,
  length: number,
  maxAge: number,
  now: number,
): number {
  const place = keySlot(entered, secret);
  // Reads the timestamp as src/signature.rs does. The module rejects invalid headers below.
  const timestamp =
    message.length >= nativeFrom && hasNativeHmac() && /(?:^|,)[ \t\n\f\r]*t=(\d+)/.exec(signature)?.[1];
  if (timestamp) writeLatin1((natives[place] ??= new NativeKey(secret)).tag(`${timestamp}.`, message), body, 0);
  // No character takes more than three bytes.
  else if (message.length <= BODY_BYTES / 3)
    return entered.verify(place, length, encodeInto(message, body).written, now, maxAge);
  else {
    const problem = compute(entered, place, length, message);
    if (problem !== 0) return problem;
  }
  return entered.verify(place, length, -1, now, maxAge);
}

/** The code of a message with this header, which has no signature yet. */
export function sign(message: string | Uint8Array, prefix: string, secret: string): Uint8Array {
  const entered = running ?? start();
  try {
    const place = keySlot(entered, secret);
    compute(entered, place, encodeInto(prefix, header).written, message);
    return body.slice(0, TAG_BYTES);
  } catch (error) {
    throw after(error);
  }
}

/** The slot of the secret's key. A new key replaces the oldest. */
function keySlot(entered: InitOutput, secret: string): number {
  if (secrets[latest] === secret) return latest;
  let place = secrets.indexOf(secret);
  if (place < 0) {
    place = oldest;
    oldest = (oldest + 1) % PLACES;
    entered.set_key(place, encodeInto(secret, body).written);
    secrets[place] = secret;
    delete natives[place];
  }
  return (latest = place);
}

/** Passes the message to the module, in pieces if it is long, and leaves its code in the body buffer. Returns 0 or the number of a problem. */
function compute(entered: InitOutput, place: number, length: number, message: string | Uint8Array): number {
  let rest = message;
  for (let first = 1; ; first = 0) {
    const { read, written } = encodeInto(rest, body);
    const problem = entered.absorb(place, length, first, written);
    if (problem !== 0) return problem;
    if (read === rest.length) break;
    rest = typeof rest === "string" ? rest.slice(read) : rest.subarray(read);
  }
  entered.finish();
  return 0;
}
