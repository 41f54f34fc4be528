// `itpay` for Node.js, by `import`: the same objects as by `require`. Not by `import` of the CommonJS file, which Node.js
// scans for names first: that takes longer than to run the file.

import { createRequire } from "node:module";

let entry;
try {
  entry = createRequire(import.meta.url)("../cjs/node/index.js");
} catch {
  // In a bundle, where bundlers put what a plain `require` names.
  entry = require("../esm/inline/index.js");
}

export const {
  AbortError,
  APIError,
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  createPaymentIntentId,
  formatMoney,
  isItPayError,
  ItPayClient,
  ItPayError,
  money,
  parsePaymentRequired,
  paymentRequired,
  paymentScheme,
  RateLimitError,
  SignatureVerificationError,
  TimeoutError,
  ValidationError,
  VERSION,
} = entry;
