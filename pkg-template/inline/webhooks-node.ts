// `itpay/webhooks/node`, its wasm as text: for bundlers, pages, Deno and Bun.

import webhooksText from "../src/glue/webhooks.text.js";
import { compileText } from "../src/internal/wasm-source.js";
import { wasm as webhooks } from "../src/webhooks/webhooks-module.js";

webhooks.setModuleSource(() => compileText(webhooksText));

export * from "../entry/webhooks-node.js";
