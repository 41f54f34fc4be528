// `itpay/qr`, its wasm as a compiled module: for Vercel's edge and Next.js.

import qrModule from "../../wasm/qr.wasm?module";
import { wasm as qr } from "../src/qr/qr.js";

qr.setModuleSource(() => qrModule);

export * from "../entry/qr.js";
