// `itpay/qr/png`, its wasm as text: for bundlers, pages, Deno and Bun.

import qrPngText from "../src/glue/qr-png.text.js";
import { compileText } from "../src/internal/wasm-source.js";
import { wasm as qrPng } from "../src/qr/png.js";

qrPng.setModuleSource(() => compileText(qrPngText));

export * from "../entry/qr-png.js";
