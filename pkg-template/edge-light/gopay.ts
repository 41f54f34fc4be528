// `itpay/gopay`, its wasm as a compiled module: for Vercel's edge and Next.js.

import gopayModule from "../../wasm/gopay.wasm?module";
import { wasm as gopay } from "../src/gopay/client.js";

gopay.setModuleSource(() => gopayModule);

export * from "../entry/gopay.js";
