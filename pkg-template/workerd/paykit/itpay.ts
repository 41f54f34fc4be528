// ItPay's provider in `itpay/paykit`, its wasm as a compiled module: for Cloudflare Workers.

import paykitModule from "../../../wasm/paykit.wasm";
import webhooksModule from "../../../wasm/webhooks.wasm";
import * as provider from "../../entry/paykit-itpay.js";
import { wasm as paykit } from "../../src/paykit/itpay-provider.js";
import { wasm as webhooks } from "../../src/webhooks/webhooks-module.js";

paykit.setModuleSource(() => paykitModule);
// 3072: with nodejs_compat workerd has node:crypto, but a call takes 5 µs there.
webhooks.setModuleSource(() => webhooksModule, 3072);

// Constants of this file: a bundler would skip a file that only passes exports on, and the wasm with it.
export const { createItpay, itpay, ItPayProvider } = provider;
