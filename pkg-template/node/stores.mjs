// `itpay/stores` for Node.js, by `import`: the same objects as by `require`. Not by `import` of the CommonJS file, which Node.js
// scans for names first: that takes longer than to run the file.

import { createRequire } from "node:module";

let entry;
try {
  entry = createRequire(import.meta.url)("../cjs/node/stores.js");
} catch {
  // In a bundle, where bundlers put what a plain `require` names.
  entry = require("../esm/inline/stores.js");
}

export const {
  d1Store,
  durableObjectStore,
  EventStoreObject,
  kvStore,
  memoryStore,
  postgresStore,
  redisStore,
  sqliteStore,
} = entry;
