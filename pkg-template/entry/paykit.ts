// `itpay/paykit`: PayKit, and ItPay as one of its providers.

export * from "./paykit-core.js";
export * from "./paykit-itpay.js";
