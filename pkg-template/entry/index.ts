// `itpay`: the ItPay client, its errors and its helpers.

export { type ApiPromise } from "../src/api-promise.js";
export {
  createPaymentIntentId,
  type GenericRequestOptions,
  ItPayClient,
  type ItPayClientOptions,
  type WaitOptions,
} from "../src/client.js";
export type { RequestOptions } from "../src/connection.js";
export type { Env } from "../src/env.js";
export {
  AbortError,
  APIError,
  AuthenticationError,
  ConnectionError,
  isItPayError,
  ItPayError,
  RateLimitError,
  type SignatureProblem,
  SignatureVerificationError,
  TimeoutError,
  ValidationError,
} from "../src/errors.js";
export type { Logger, LogLevel } from "../src/logger.js";
export { formatMoney, money } from "../src/money.js";
export type * from "../src/objects.js";
export { parsePaymentRequired, type PaymentRequired, paymentRequired } from "../src/payment-required.js";
export type { RawBody, SignatureSource, VerifyOptions } from "../src/signature.js";
export { VERSION } from "../src/version.js";
