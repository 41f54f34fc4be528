// HMAC-SHA256 by the runtime's own SHA-256, where it has a synchronous one: for long messages it is faster than any
// that is compiled to WebAssembly, because processors have instructions for it.

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
      const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
      const found = process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined;
      // Not everything that has the name does the same.
      if (found?.hash("sha256", new Uint8Array(), "latin1").startsWith("\xe3\xb0\xc4\x42")) crypto = found;
    } catch {
      // then it is done without
    }
  }
  return crypto !== null;
}

// A message that fits is hashed by one call.
let encoder: TextEncoder;
let scratch: Uint8Array | undefined;

/** A secret as HMAC uses it. Only where {@link hasNativeHmac}. */
export class NativeKey {
  readonly #inner = new Uint8Array(BLOCK);
  readonly #outer = new Uint8Array(BLOCK + TAG);

  constructor(secret: string) {
    encoder ??= new TextEncoder();
    let key = encoder.encode(secret);
    if (key.length > BLOCK) write(crypto!.hash("sha256", key, "latin1"), (key = new Uint8Array(TAG)), 0);
    for (let index = 0; index < BLOCK; index += 1) {
      this.#inner[index] = 0x36 ^ (key[index] ?? 0);
      this.#outer[index] = 0x5c ^ (key[index] ?? 0);
    }
  }

  /** The code of a short ASCII text and what follows it, as 32 characters of one byte each. */
  tag(prefix: string, message: string | Uint8Array): string {
    write(this.#hashed(prefix, message), this.#outer, BLOCK);
    return crypto!.hash("sha256", this.#outer, "latin1");
  }

  #hashed(prefix: string, message: string | Uint8Array): string {
    const all = (scratch ??= new Uint8Array(16384));
    const start = BLOCK + prefix.length;
    if (start + message.length <= all.length) {
      all.set(this.#inner);
      write(prefix, all, BLOCK);
      const { read, written } = put(message, new Uint8Array(all.buffer, start));
      if (read === message.length) return crypto!.hash("sha256", new Uint8Array(all.buffer, 0, start + written), "latin1");
    }
    return crypto!.createHash("sha256").update(this.#inner).update(prefix).update(message).digest("latin1");
  }
}

/** Like `encodeInto`, for bytes also. They must fit. */
function put(message: string | Uint8Array, into: Uint8Array): { read: number; written: number } {
  if (typeof message === "string") return encoder.encodeInto(message, into);
  into.set(message);
  return { read: message.length, written: message.length };
}

/** Writes characters of one byte each. */
export function write(text: string, bytes: Uint8Array, at: number): void {
  for (let index = 0; index < text.length; index += 1) bytes[at + index] = text.charCodeAt(index);
}
