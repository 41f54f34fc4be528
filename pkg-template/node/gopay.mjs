// `itpay/gopay` for Node.js, by `import`: the same objects as by `require`. Not by `import` of the CommonJS file, which Node.js
// scans for names first: that takes longer than to run the file.

import { createRequire } from "node:module";

let entry;
try {
  entry = createRequire(import.meta.url)("../cjs/node/gopay.js");
} catch {
  // In a bundle, where bundlers put what a plain `require` names.
  entry = require("../esm/inline/gopay.js");
}

export const {
  AbortError,
  APIError,
  AuthenticationError,
  ConnectionError,
  createGopay,
  createGopayWebhookHandler,
  describeSubState,
  gopay,
  GoPayClient,
  GopayProvider,
  isItPayError,
  ItPayError,
  RateLimitError,
  TimeoutError,
  ValidationError,
} = entry;
