// `itpay/webhooks`, its wasm as a compiled module: for Cloudflare Workers.

import webhooksModule from "../../wasm/webhooks.wasm";
import { wasm as webhooks } from "../src/webhooks/webhooks-module.js";

// 3072: with nodejs_compat workerd has node:crypto, but a call takes 5 µs there.
webhooks.setModuleSource(() => webhooksModule, 3072);

export * from "../entry/webhooks.js";
