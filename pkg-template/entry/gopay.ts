/**
 * GoPay's REST API v3, and GoPay as a PayKit provider.
 *
 * @module itpay/gopay
 */

export type { ApiPromise } from "../src/internal/api-promise.js";
export type { RequestOptions } from "../src/internal/client-config.js";
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
} from "../src/internal/errors.js";
export { GoPayClient, type GoPayClientOptions } from "../src/gopay/client.js";
export { describeSubState, type GoPaySubState } from "../src/gopay/sub-states.js";
export type { TokenCache } from "../src/internal/call-io.js";
export type { GenericRequestOptions } from "../src/internal/generic-request.js";
export type * from "../src/gopay/types.js";
export {
  createGopay,
  gopay,
  type GopayChargeMetadata,
  type GopayCheckoutMetadata,
  type GopayOptions,
  type GopayPaymentMetadata,
  GopayProvider,
  type GopaySubscriptionMetadata,
} from "../src/paykit/gopay-provider.js";
export {
  createGopayWebhookHandler,
  type GopayEventHandlers,
  type GopayWebhookHandlerOptions,
} from "../src/gopay/webhook-handler.js";
export type { RequestContext, WebhookContext, WebhookHandler } from "../src/webhooks/event-processor.js";
export type { ClaimResult, EventStore } from "../src/webhooks/event-store.js";
