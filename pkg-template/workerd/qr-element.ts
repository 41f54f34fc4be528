// `itpay/qr/element`, its wasm as a compiled module: for Cloudflare Workers.

import qrModule from "../../wasm/qr.wasm";
import { wasm as qr } from "../src/qr/qr.js";

qr.setModuleSource(() => qrModule);

export * from "../entry/qr-element.js";
