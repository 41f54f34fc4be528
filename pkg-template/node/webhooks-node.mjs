// `itpay/webhooks/node` for Node.js, by `import`: the same objects as by `require`. Not by `import` of the CommonJS file, which Node.js
// scans for names first: that takes longer than to run the file.

import { createRequire } from "node:module";

let entry;
try {
  entry = createRequire(import.meta.url)("../cjs/node/webhooks-node.js");
} catch {
  // In a bundle, where bundlers put what a plain `require` names.
  entry = require("../esm/inline/webhooks-node.js");
}

export const { createNodeHandler, fastifyWebhook, koaWebhook, toFastify, toKoa, toLambda, toNodeHandler } = entry;
