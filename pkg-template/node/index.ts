// `itpay`, its wasm read from its file: for Node.js, by `require`.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { wasm as client } from "../src/client/client.js";
import { compileFile } from "../src/internal/wasm-source.js";
import { wasm as webhooks } from "../src/webhooks/webhooks-module.js";

client.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/client.wasm"))));
webhooks.setModuleSource(() => compileFile(() => readFileSync(join(__dirname, "../../wasm/webhooks.wasm"))));

export * from "../entry/index.js";
