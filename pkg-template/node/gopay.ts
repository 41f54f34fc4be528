// `itpay/gopay`, its wasm read from its file: for Node.js, by `require`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { wasm as gopay } from "../src/gopay/client.js";
import { compileFile } from "../src/internal/wasm-source.js";

gopay.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/gopay.wasm"))));

export * from "../entry/gopay.js";
