// `itpay/webhooks`, its wasm as a compiled module: for Vercel's edge and Next.js.

import webhooksModule from "../../wasm/webhooks.wasm?module";
import { wasm as webhooks } from "../src/webhooks/webhooks-module.js";

webhooks.setModuleSource(() => webhooksModule);

export * from "../entry/webhooks.js";
