// `itpay/paykit`'s provider of ItPay.

export {
  createItpay,
  itpay,
  type ItPayCheckoutMetadata,
  type ItPayMetadata,
  ItPayProvider,
  type ItPayProviderOptions,
} from "../src/paykit/itpay-provider.js";
