// `itpay/gopay`: GoPay's REST API v3, and GoPay as a PayKit provider.

export { ApiPromise } from "../src/api-promise.js";
export type { RequestOptions } from "../src/connection.js";
export {
  AbortError,
  APIError,
  AuthenticationError,
  ConnectionError,
  isItPayError,
  ItPayError,
  type Outcome,
  RateLimitError,
  TimeoutError,
  ValidationError,
} from "../src/errors.js";
export { GoPayClient, type GoPayClientOptions } from "../src/gopay-client.js";
export type * from "../src/gopay-objects.js";
