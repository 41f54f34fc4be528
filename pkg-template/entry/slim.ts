// `itpay/slim`: for those who bring the wasm themselves. What uses it is `itpay/slim/client`, `itpay/slim/webhooks`
// and so on: the other entries, without the wasm in them.

export { isItPayError, ItPayError, ValidationError } from "../src/internal/errors.js";
export {
  clientWasm,
  gopayWasm,
  init,
  initSync,
  paykitWasm,
  qrWasm,
  sandboxWasm,
  type WasmModule,
  type WasmSource,
  webhooksWasm,
} from "../src/internal/slim.js";
