// HMAC-SHA256 by the runtime's own SHA-256, where it has a synchronous one: for long messages it is faster than any
// that is compiled to WebAssembly, because processors have instructions for it.

import { encodeInto, writeLatin1 } from "../internal/encode-into.js";

/** What is used of node:crypto. `hash` costs a tenth of what `createHmac` does before it begins. */
interface NodeCrypto {
  hash(algorithm: "sha256", data: Uint8Array, encoding: "latin1"): string;
  createHash(algorithm: "sha256"): Hash;
}
interface Hash {
  update(data: string | Uint8Array): Hash;
  digest(encoding: "latin1"): string;
}

const BLOCK = 64;
const TAG = 32;

/** Undefined until it has been looked for, null where there is none. */
let crypto: NodeCrypto | null | undefined;

/** Whether this runtime can. */
export function hasNativeHmac(): boolean {
  if (crypto === undefined) {
    crypto = null;
    try {
      const { process } = globalThis as {
        process?: { getBuiltinModule?: ((name: string) => unknown) | undefined } | undefined;
      };
      const found = process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined;
      // Not everything that has the name does the same.
      if (found?.hash("sha256", new Uint8Array(), "latin1").startsWith("\xe3\xb0\xc4\x42")) crypto = found;
    } catch {
      // then it is done without
    }
  }
  return crypto !== null;
}

// A message that fits is hashed by one call: what comes before it ends where it begins.
const BEGIN = 128;
let scratch: Uint8Array | undefined;
let room: Uint8Array;

/** A secret as HMAC uses it. Only where {@link hasNativeHmac}. */
export class NativeKey {
  readonly #inner = new Uint8Array(BLOCK);
  readonly #outer = new Uint8Array(BLOCK + TAG);

  constructor(secret: string) {
    let key = new Uint8Array(3 * secret.length);
    key = key.subarray(0, encodeInto(secret, key).written);
    if (key.length > BLOCK) writeLatin1(crypto!.hash("sha256", key, "latin1"), (key = new Uint8Array(TAG)), 0);
    for (let index = 0; index < BLOCK; index += 1) {
      this.#inner[index] = 0x36 ^ (key[index] ?? 0);
      this.#outer[index] = 0x5c ^ (key[index] ?? 0);
    }
  }

  /** The code of a short ASCII text and what follows it, as 32 characters of one byte each. */
  tag(prefix: string, message: string | Uint8Array): string {
    writeLatin1(this.#hashed(prefix, message), this.#outer, BLOCK);
    return crypto!.hash("sha256", this.#outer, "latin1");
  }

  #hashed(prefix: string, message: string | Uint8Array): string {
    if (scratch === undefined) room = (scratch = new Uint8Array(16384)).subarray(BEGIN);
    const start = BEGIN - prefix.length - BLOCK;
    if (start >= 0 && message.length <= room.length) {
      const { read, written } = encodeInto(message, room);
      if (read === message.length) {
        scratch.set(this.#inner, start);
        writeLatin1(prefix, scratch, start + BLOCK);
        return crypto!.hash("sha256", new Uint8Array(scratch.buffer, start, BEGIN + written - start), "latin1");
      }
    }
    return crypto!.createHash("sha256").update(this.#inner).update(prefix).update(message).digest("latin1");
  }
}
