// `itpay/paykit` without ItPay's provider: no wasm.

export { createEndpointHandlers, type EndpointHandlers } from "../src/paykit/endpoint-handlers.js";
export type * from "../src/paykit/endpoints.js";
export {
  AuthenticationError,
  ConfigurationError,
  ConstraintViolationError,
  InvalidTypeError,
  NotImplementedError,
  OperationFailedError,
  PayKitError,
  ProviderNotSupportedError,
  RateLimitError,
  ResourceNotFoundError,
  ValidationError,
  WebhookError,
} from "../src/paykit/errors.js";
export type * from "../src/paykit/types.js";
export { PayKit } from "../src/paykit/paykit.js";
export type { IncomingWebhook, PayKitProvider } from "../src/paykit/provider.js";
export { type HandleParams, Webhook } from "../src/paykit/webhook.js";
