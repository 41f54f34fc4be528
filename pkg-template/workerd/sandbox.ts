// `itpay/sandbox`, its wasm as a compiled module: for Cloudflare Workers.

import sandboxModule from "../../wasm/sandbox.wasm";
import { wasm as sandbox } from "../src/sandbox/run-sandbox.js";

sandbox.setModuleSource(() => sandboxModule);

export * from "../entry/sandbox.js";
