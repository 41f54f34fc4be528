// `itpay/agents`, its wasm as a compiled module: for Cloudflare Workers.

import clientModule from "../../wasm/client.wasm";
import qrPngModule from "../../wasm/qr-png.wasm";
import { wasm as client } from "../src/client/client.js";
import { wasm as qrPng } from "../src/qr/png.js";

client.setModuleSource(() => clientModule);
qrPng.setModuleSource(() => qrPngModule);

export * from "../entry/agents.js";
