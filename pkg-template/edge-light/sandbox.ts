// `itpay/sandbox`, its wasm as a compiled module: for Vercel's edge and Next.js.

import sandboxModule from "../../wasm/sandbox.wasm?module";
import { wasm as sandbox } from "../src/sandbox/run-sandbox.js";

sandbox.setModuleSource(() => sandboxModule);

export * from "../entry/sandbox.js";
