// ItPay's provider in `itpay/paykit`, its wasm as a compiled module: for Vercel's edge and Next.js.

import paykitModule from "../../../wasm/paykit.wasm?module";
import webhooksModule from "../../../wasm/webhooks.wasm?module";
import * as provider from "../../entry/paykit-itpay.js";
import { wasm as paykit } from "../../src/paykit/itpay-provider.js";
import { wasm as webhooks } from "../../src/webhooks/webhooks-module.js";

paykit.setModuleSource(() => paykitModule);
webhooks.setModuleSource(() => webhooksModule);

// Constants of this file: a bundler would skip a file that only passes exports on, and the wasm with it.
export const { createItpay, itpay, ItPayProvider } = provider;
