// `itpay/qr/png`, its wasm as a compiled module: for Vercel's edge and Next.js.

import qrPngModule from "../../wasm/qr-png.wasm?module";
import { wasm as qrPng } from "../src/qr/png.js";

qrPng.setModuleSource(() => qrPngModule);

export * from "../entry/qr-png.js";
