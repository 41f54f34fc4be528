// `itpay/sandbox`, its wasm as text: for bundlers, pages, Deno and Bun.

import sandboxText from "../src/glue/sandbox.text.js";
import { compileText } from "../src/internal/wasm-source.js";
import { wasm as sandbox } from "../src/sandbox/run-sandbox.js";

sandbox.setModuleSource(() => compileText(sandboxText));

export * from "../entry/sandbox.js";
