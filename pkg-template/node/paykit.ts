// `itpay/paykit`, its wasm read from its file: for Node.js, by `require`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { compileFile } from "../src/internal/wasm-source.js";
import { wasm as paykit } from "../src/paykit/itpay-provider.js";
import { wasm as webhooks } from "../src/webhooks/webhooks-module.js";

paykit.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/paykit.wasm"))));
webhooks.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/webhooks.wasm"))));

export * from "../entry/paykit.js";
