/**
 * QR codes as SVG, as a data URL, for a terminal and as modules.
 *
 * @module itpay/qr
 */

export { isItPayError, ItPayError, ValidationError } from "../src/internal/errors.js";
export {
  type ErrorCorrection,
  type Matrix,
  type MatrixOptions,
  type SvgOptions,
  type TerminalOptions,
  toDataUrl,
  toMatrix,
  toSvg,
  toTerminal,
} from "../src/qr/qr.js";
