// `itpay/agents`, its wasm read from its file: for Node.js, by `require`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { wasm as client } from "../src/client/client.js";
import { compileFile } from "../src/internal/wasm-source.js";
import { wasm as qrPng } from "../src/qr/png.js";

client.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/client.wasm"))));
qrPng.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/qr-png.wasm"))));

export * from "../entry/agents.js";
