// `itpay`, its wasm as a compiled module: for Vercel's edge and Next.js.

import clientModule from "../../wasm/client.wasm?module";
import webhooksModule from "../../wasm/webhooks.wasm?module";
import { wasm as client } from "../src/client/client.js";
import { wasm as webhooks } from "../src/webhooks/webhooks-module.js";

client.setModuleSource(() => clientModule);
webhooks.setModuleSource(() => webhooksModule);

export * from "../entry/index.js";
