// `itpay/paykit`. ItPay's provider is a file of its own, so that a bundle without it has no wasm.

export * from "../entry/paykit-core.js";
export * from "./paykit/itpay.js";
