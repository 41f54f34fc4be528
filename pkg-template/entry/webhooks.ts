/**
 * Verifies and handles webhooks.
 *
 * @module itpay/webhooks
 */

export {
  ConfigurationError,
  isItPayError,
  ItPayError,
  SignatureVerificationError,
  type SignatureProblem,
  ValidationError,
} from "../src/internal/errors.js";
export type { RequestContext, WebhookContext, WebhookHandler } from "../src/webhooks/event-processor.js";
export {
  type ClaimResult,
  type EventStore,
  memoryStore,
  type MemoryStoreOptions,
} from "../src/webhooks/event-store.js";
export {
  createWebhookHandler,
  type EventHandlers,
  type WebhookHandlerOptions,
} from "../src/webhooks/webhook-handler.js";
export type {
  EscrowHeldEvent,
  EventType,
  KnownEventType,
  Money,
  OtherEvent,
  PaymentIntentData,
  PaymentIntentEvent,
  PaymentIntentEventType,
  WebhookEvent,
} from "../src/client/types.js";
export {
  constructEvent,
  generateTestHeader,
  type RawBody,
  type SignatureSource,
  type VerifyOptions,
  verifySignature,
  WebhookVerifier,
} from "../src/webhooks/signature.js";
