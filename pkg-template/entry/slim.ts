/**
 * For those who bring the wasm themselves. The other entries, without their wasm, are `itpay/slim/client`,
 * `itpay/slim/webhooks` and so on.
 *
 * @module itpay/slim
 */

export { isItPayError, ItPayError, ValidationError } from "../src/internal/errors.js";
export {
  clientWasm,
  gopayWasm,
  init,
  initSync,
  paykitWasm,
  qrPngWasm,
  qrWasm,
  sandboxWasm,
  type WasmModule,
  type WasmSource,
  webhooksWasm,
} from "../src/internal/slim.js";
