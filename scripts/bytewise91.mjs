// Bytewise base 91: bytes as printable ASCII. A byte below 89 is one digit, as most bytes of a wasm module are; any other is two.
// The text is shorter than base64. As bytes stay whole, gzip compresses it like the bytes themselves, to a fifth less than
// base64. pkg-template/src/internal/bytewise91.ts decodes it.

/** A digit from 0 to 90 as a character, from # on, without the backslash. */
const digit = (value) => String.fromCharCode(value + (value < 57 ? 35 : 36));

export function encode(bytes) {
  return Array.from(bytes, (byte) =>
    byte < 89 ? digit(byte) : digit(89 + Math.floor((byte - 89) / 91)) + digit((byte - 89) % 91),
  ).join("");
}
