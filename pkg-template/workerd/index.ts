// `itpay`, its wasm as a compiled module: for Cloudflare Workers.

import clientModule from "../../wasm/client.wasm";
import webhooksModule from "../../wasm/webhooks.wasm";
import { wasm as client } from "../src/client/client.js";
import { wasm as webhooks } from "../src/webhooks/webhooks-module.js";

client.setModuleSource(() => clientModule);
// 3072: with nodejs_compat workerd has node:crypto, but a call takes 5 µs there.
webhooks.setModuleSource(() => webhooksModule, 3072);

export * from "../entry/index.js";
