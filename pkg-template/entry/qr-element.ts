/**
 * Registers `<itpay-qr>` when imported. On a server, importing it does nothing.
 *
 * @module itpay/qr/element
 */

import { ItPayQR } from "../src/qr/element/itpay-qr.js";

if (globalThis.customElements !== undefined && customElements.get("itpay-qr") === undefined)
  customElements.define("itpay-qr", ItPayQR);

export {
  ItPayQR,
  type ItPayQRAttributes,
  type ItPayQREvents,
  type ItPayQRState,
  type Texts,
} from "../src/qr/element/itpay-qr.js";
