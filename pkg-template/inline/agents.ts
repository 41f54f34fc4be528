// `itpay/agents`, its wasm as text: for bundlers, pages, Deno and Bun.

import { wasm as client } from "../src/client/client.js";
import clientText from "../src/glue/client.text.js";
import qrPngText from "../src/glue/qr-png.text.js";
import { compileText } from "../src/internal/wasm-source.js";
import { wasm as qrPng } from "../src/qr/png.js";

client.setModuleSource(() => compileText(clientText));
qrPng.setModuleSource(() => compileText(qrPngText));

export * from "../entry/agents.js";
