// `itpay/qr/element`, its wasm read from its file: for Node.js, by `require`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { compileFile } from "../src/internal/wasm-source.js";
import { wasm as qr } from "../src/qr/qr.js";

qr.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/qr.wasm"))));

export * from "../entry/qr-element.js";
