// `itpay/gopay`, its wasm as a compiled module: for Cloudflare Workers.

import gopayModule from "../../wasm/gopay.wasm";
import { wasm as gopay } from "../src/gopay/client.js";

gopay.setModuleSource(() => gopayModule);

export * from "../entry/gopay.js";
