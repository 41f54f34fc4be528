// `itpay/sandbox`, its wasm read from its file: for Node.js, by `require`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { compileFile } from "../src/internal/wasm-source.js";
import { wasm as sandbox } from "../src/sandbox/run-sandbox.js";

sandbox.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/sandbox.wasm"))));

export * from "../entry/sandbox.js";
