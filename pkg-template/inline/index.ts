// `itpay`, its wasm as text: for bundlers, pages, Deno and Bun.

import { wasm as client } from "../src/client/client.js";
import clientText from "../src/glue/client.text.js";
import webhooksText from "../src/glue/webhooks.text.js";
import { compileText } from "../src/internal/wasm-source.js";
import { wasm as webhooks } from "../src/webhooks/webhooks-module.js";

client.setModuleSource(() => compileText(clientText));
webhooks.setModuleSource(() => compileText(webhooksText));

export * from "../entry/index.js";
