// How often a PayKit call enters the wasm module, and how often JSON is converted in it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createGopay } from "itpay/gopay";

import { json, OPTIONS, PAYMENT, TOKEN } from "../gopay-mock.mjs";

/** The exports of wasm modules that are called, except wasm-bindgen's own: its allocator, and the wake-ups of a call. */
const entered = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function instance(...args) {
  const { exports } = new Instance(...args);
  const counted = ([name, value]) =>
    typeof value !== "function" || name.startsWith("_") || name.includes("__closures_")
      ? [name, value]
      : [name, (...params) => (entered.push(name), value(...params))];
  return { exports: Object.fromEntries(Object.entries(exports).map(counted)) };
};

const CHECKOUT = {
  customer: { email: "user@example.com" },
  item_id: "shoes",
  session_type: "one_time",
  quantity: 1,
  metadata: { order: "1042" },
  success_url: "https://shop.example/s",
  cancel_url: "https://shop.example/c",
  provider_metadata: { amount: 2900 },
};

/** Counts the conversions while `work` runs, except those of the mocked fetch. */
async function conversions(work) {
  const { parse, stringify } = JSON;
  const seen = [];
  JSON.parse = (text, ...rest) => (seen.push(`parse ${text.slice(0, 20)}`), parse(text, ...rest));
  JSON.stringify = (value, ...rest) => (seen.push("stringify"), stringify(value, ...rest));
  try {
    await work();
  } finally {
    Object.assign(JSON, { parse, stringify });
  }
  return seen;
}

test("createCheckout enters the module once, and its JSON is written once and read once on this side", async () => {
  const responses = { token: JSON.stringify(TOKEN), payment: JSON.stringify(PAYMENT) };
  const fetch = async (url) => json(url.endsWith("/oauth2/token") ? responses.token : responses.payment);
  const gopay = createGopay({ ...OPTIONS, fetch });
  await gopay.createCheckout(CHECKOUT); // The token.
  entered.length = 0;
  const seen = await conversions(() => gopay.createCheckout(CHECKOUT));
  assert.deepEqual(entered, ["paykit_call"]);
  // The parameters, the checkout, and the headers of the one attempt. The core reads the parameters, writes GoPay's body, reads
  // the response and writes the checkout, which makes six. Its own test counts these, and two short ones: the item that the body
  // has as text, and the token that the session keeps.
  assert.deepEqual([seen.filter((kind) => kind === "stringify").length, seen.length], [1, 3], seen.join());
});
