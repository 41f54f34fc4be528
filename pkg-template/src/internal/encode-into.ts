// Writes text into existing buffers.

// Not at import, because jest-environment-jsdom sets TextEncoder later.
let encoder: TextEncoder | undefined;

/** Writes as much of a message as fits, as UTF-8. */
export function encodeInto(message: string | Uint8Array, into: Uint8Array): { read: number; written: number } {
  if (typeof message === "string") return (encoder ??= new TextEncoder()).encodeInto(message, into);
  const read = Math.min(message.length, into.length);
  into.set(read === message.length ? message : message.subarray(0, read));
  return { read, written: read };
}

/** Writes characters of one byte each. */
export function writeLatin1(text: string, bytes: Uint8Array, at: number): void {
  for (let index = 0; index < text.length; index += 1) bytes[at + index] = text.charCodeAt(index);
}
