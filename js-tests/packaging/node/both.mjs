// Both kinds of module in one process: one copy of each class, whichever way it came.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

import * as imported from "itpay";
import * as webhooks from "itpay/webhooks";

import { exercise } from "./exercise.mjs";

const require = createRequire(import.meta.url);
const required = require("itpay");
for (const name of Object.keys(imported)) assert.equal(imported[name], required[name], name);
assert.equal(webhooks.ItPayError, required.ItPayError);
assert.equal(require("itpay/webhooks").verifySignature, webhooks.verifySignature);

const outcome = await exercise();
assert.deepEqual(await require("./exercise.cjs").exercise(), outcome);
console.log(JSON.stringify(outcome));
