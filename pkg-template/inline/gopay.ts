// `itpay/gopay`, its wasm as text: for bundlers, pages, Deno and Bun.

import gopayText from "../src/glue/gopay.text.js";
import { wasm as gopay } from "../src/gopay/client.js";
import { compileText } from "../src/internal/wasm-source.js";

gopay.setModuleSource(() => compileText(gopayText));

export * from "../entry/gopay.js";
