// `itpay/qr/png`, its wasm read from its file: for Node.js, by `require`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { compileFile } from "../src/internal/wasm-source.js";
import { wasm as qrPng } from "../src/qr/png.js";

qrPng.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/qr-png.wasm"))));

export * from "../entry/qr-png.js";
