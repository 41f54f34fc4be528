// `itpay/webhooks` for Node.js, by `import`: the same objects as by `require`. Not by `import` of the CommonJS file, which Node.js
// scans for names first: that takes longer than to run the file.

import { createRequire } from "node:module";

let entry;
try {
  entry = createRequire(import.meta.url)("../cjs/node/webhooks.js");
} catch {
  // In a bundle, where bundlers put what a plain `require` names.
  entry = require("../esm/inline/webhooks.js");
}

export const {
  ConfigurationError,
  constructEvent,
  createWebhookHandler,
  generateTestHeader,
  isItPayError,
  ItPayError,
  memoryStore,
  SignatureVerificationError,
  ValidationError,
  verifySignature,
  WebhookVerifier,
} = entry;
