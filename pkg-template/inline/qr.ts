// `itpay/qr`, its wasm as text: for bundlers, pages, Deno and Bun.

import qrText from "../src/glue/qr.text.js";
import { compileText } from "../src/internal/wasm-source.js";
import { wasm as qr } from "../src/qr/qr.js";

qr.setModuleSource(() => compileText(qrText));

export * from "../entry/qr.js";
