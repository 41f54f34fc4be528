/**
 * QR codes as PNG.
 *
 * @module itpay/qr/png
 */

export { isItPayError, ItPayError, ValidationError } from "../src/internal/errors.js";
export type { ErrorCorrection } from "../src/qr/encoder.js";
export { type PngOptions, toPng, toPngDataUrl } from "../src/qr/png.js";
