// `itpay/webhooks`: verifying and handling webhooks.

export { isItPayError, ItPayError, SignatureVerificationError, type SignatureProblem, ValidationError } from "../src/errors.js";
export { type EventStore, memoryStore, type MemoryStoreOptions } from "../src/event-store.js";
export { createWebhookHandler, type EventHandlers, type WebhookHandlerOptions } from "../src/handler.js";
export type {
  EventType,
  KnownEventType,
  Money,
  OtherEvent,
  PaymentIntentData,
  PaymentIntentEvent,
  WebhookEvent,
} from "../src/objects.js";
export {
  constructEvent,
  generateTestHeader,
  type RawBody,
  type SignatureSource,
  type VerifyOptions,
  verifySignature,
  WebhookVerifier,
} from "../src/signature.js";
