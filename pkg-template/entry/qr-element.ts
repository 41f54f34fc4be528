// `itpay/qr/element`: importing it registers <itpay-qr>. On a server, it does nothing.

import { ItPayQR } from "../src/qr/element/itpay-qr.js";

if (globalThis.customElements !== undefined && customElements.get("itpay-qr") === undefined) customElements.define("itpay-qr", ItPayQR);

export { ItPayQR, type ItPayQRAttributes, type ItPayQREvents, type ItPayQRState, type Texts } from "../src/qr/element/itpay-qr.js";
