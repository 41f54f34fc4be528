/**
 * The ItPay client, its errors and its helpers.
 *
 * @module itpay
 */

export type { ApiPromise } from "../src/internal/api-promise.js";
export {
  createPaymentIntentId,
  ItPayClient,
  type ItPayClientOptions,
  type WaitOptions,
} from "../src/client/client.js";
export type { GenericRequestOptions } from "../src/internal/generic-request.js";
export type { RequestOptions } from "../src/internal/client-config.js";
export type { Env } from "../src/internal/env.js";
export {
  AbortError,
  APIError,
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  isItPayError,
  ItPayError,
  RateLimitError,
  type SignatureProblem,
  SignatureVerificationError,
  TimeoutError,
  ValidationError,
} from "../src/internal/errors.js";
export type { Logger, LogLevel } from "../src/internal/logger.js";
export { formatMoney, money } from "../src/client/money.js";
export type * from "../src/client/types.js";
export type * from "../src/client/preview.js";
export {
  parsePaymentRequired,
  type PaymentRequired,
  paymentRequired,
  type PaymentScheme,
  paymentScheme,
} from "../src/client/payment-required.js";
export type { RawBody, SignatureSource, VerifyOptions } from "../src/webhooks/signature.js";
export { VERSION } from "../src/internal/version.js";
