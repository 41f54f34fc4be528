// Decodes bytewise base 91, the text form of the wasm modules. scripts/bytewise91.mjs encodes and describes it.

export function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let index = 0;
  const digit = (): number => {
    const code = text.charCodeAt(index++);
    return code - (code < 92 ? 35 : 36);
  };
  while (index < text.length) {
    const value = digit();
    bytes[length++] = value < 89 ? value : 89 + (value - 89) * 91 + digit();
  }
  return bytes.subarray(0, length);
}
