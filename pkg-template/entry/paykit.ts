/**
 * PayKit, and ItPay as one of its providers.
 *
 * @module itpay/paykit
 */

export * from "./paykit-core.js";
export * from "./paykit-itpay.js";
