// `itpay/paykit` for Node.js, by `import`: the same objects as by `require`. Not by `import` of the CommonJS file, which Node.js
// scans for names first: that takes longer than to run the file.

import { createRequire } from "node:module";

let entry;
try {
  entry = createRequire(import.meta.url)("../cjs/node/paykit.js");
} catch {
  // In a bundle, where bundlers put what a plain `require` names.
  entry = require("../esm/inline/paykit.js");
}

export const {
  AuthenticationError,
  ConfigurationError,
  ConstraintViolationError,
  createEndpointHandlers,
  createItpay,
  InvalidTypeError,
  itpay,
  ItPayProvider,
  NotImplementedError,
  OperationFailedError,
  PayKit,
  PayKitError,
  ProviderNotSupportedError,
  RateLimitError,
  ResourceNotFoundError,
  ValidationError,
  Webhook,
  WebhookError,
} = entry;
