// `itpay/stores`: no wasm.

export * from "../entry/stores.js";
