/**
 * QR codes as SVG, as a data URL and for a terminal.
 *
 * @module itpay/qr
 */

export { isItPayError, ItPayError, ValidationError } from "../src/internal/errors.js";
export { type ErrorCorrection, type SvgOptions, type TerminalOptions, toDataUrl, toSvg, toTerminal } from "../src/qr/qr.js";
