// `itpay/agents`, its wasm as a compiled module: for Vercel's edge and Next.js.

import clientModule from "../../wasm/client.wasm?module";
import qrPngModule from "../../wasm/qr-png.wasm?module";
import { wasm as client } from "../src/client/client.js";
import { wasm as qrPng } from "../src/qr/png.js";

client.setModuleSource(() => clientModule);
qrPng.setModuleSource(() => qrPngModule);

export * from "../entry/agents.js";
