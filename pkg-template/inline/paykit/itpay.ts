// ItPay's provider in `itpay/paykit`, its wasm as text: for bundlers, pages, Deno and Bun.

import * as provider from "../../entry/paykit-itpay.js";
import paykitText from "../../src/glue/paykit.text.js";
import webhooksText from "../../src/glue/webhooks.text.js";
import { compileText } from "../../src/internal/wasm-source.js";
import { wasm as paykit } from "../../src/paykit/itpay-provider.js";
import { wasm as webhooks } from "../../src/webhooks/webhooks-module.js";

paykit.setModuleSource(() => compileText(paykitText));
webhooks.setModuleSource(() => compileText(webhooksText));

// Constants of this file: a bundler would skip a file that only passes exports on, and the wasm with it.
export const { createItpay, itpay, ItPayProvider } = provider;
