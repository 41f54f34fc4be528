// `itpay/qr/png`, its wasm as a compiled module: for Cloudflare Workers.

import qrPngModule from "../../wasm/qr-png.wasm";
import { wasm as qrPng } from "../src/qr/png.js";

qrPng.setModuleSource(() => qrPngModule);

export * from "../entry/qr-png.js";
