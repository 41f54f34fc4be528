// Calls of the public interface with anything in any place. Each must end in an answer or in a typed error: one of the
// package's, or a TypeError that says in the package's words which argument is wrong. Runs in Node and in workerd.

import fc from "fast-check";

class Thrown extends Error {
  name = "Thrown";
}
const thrower = () => {
  throw new Thrown("the caller's own");
};

/** Values that no schema would let in, made anew each time. */
const oddities = [
  () => new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower, getOwnPropertyDescriptor: thrower, getPrototypeOf: thrower }),
  () => new Proxy(new Uint8Array(3), {}),
  () => new Proxy([], {}),
  () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  () => ({ get: thrower }),
  () => ({ get get() { return thrower(); } }),
  () => ({ get: () => Symbol("x") }),
  () => ({ get: () => Promise.reject(new Thrown()).catch(() => 1) }),
  () => ({ get "x-itpay-signature"() { return thrower(); } }),
  () => ({ "X-ItPay-Signature": [{ toString: thrower }] }),
  () => ({ "X-ItPay-Signature": [Symbol("x")] }),
  () => ({ get maxAge() { return thrower(); } }),
  () => ({ get now() { return thrower(); } }),
  () => ({ maxAge: { valueOf: thrower } }),
  () => ({ toString: thrower, valueOf: thrower, [Symbol.toPrimitive]: thrower }),
  () => ({ [Symbol.toStringTag]: "ArrayBuffer", byteLength: 5, length: 5 }),
  () => ({ get [Symbol.toStringTag]() { return thrower(); } }),
  () => ({ [Symbol.iterator]: thrower, length: 2 }),
  () => [{ toString: thrower }],
  () => Object.create(null),
  () => "x".repeat(3_000_000),
  () => "\ud800".repeat(1000),
  () => `t=1745712345,v1=${"0".repeat(64)}`,
  () => `t=${"9".repeat(5000)}`,
  () => ",".repeat(5000),
  () => "\0",
  () => "whsec_test_secret",
  () => {
    const buffer = new ArrayBuffer(8);
    const view = new Uint8Array(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    return view;
  },
  () => {
    const buffer = new ArrayBuffer(8);
    structuredClone(buffer, { transfer: [buffer] });
    return buffer;
  },
  () => {
    const buffer = new ArrayBuffer(8);
    const view = new DataView(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    return view;
  },
  () => new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 })),
  () => {
    const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
    const view = new Uint8Array(buffer, 4, 4);
    buffer.resize?.(2);
    return view;
  },
  () => (typeof SharedArrayBuffer === "function" ? new Uint8Array(new SharedArrayBuffer(8)) : null),
  () => (typeof SharedArrayBuffer === "function" ? new SharedArrayBuffer(8) : null),
  () => new (class extends Uint8Array { get length() { return thrower(); } })(2),
  () => new Float64Array(2),
  () => new DataView(new ArrayBuffer(4)),
  () => new Headers({ "X-ItPay-Signature": "t=1,v1=0" }),
  () => new Map([["X-ItPay-Signature", "x"]]),
  () => new Date(Number.NaN),
  () => Promise.resolve("x"),
  () => async () => "x",
  () => Symbol("x"),
  () => 2n ** 70n,
  () => Number.NaN,
  () => -0,
  () => Infinity,
  () => thrower,
  () => globalThis,
];

// What is generated is how to make a value, because some can be used only once.
const recipe = (make, shown) => ({ make, [fc.toStringMethod]: () => shown });
const anything = fc.oneof(
  { weight: 3, arbitrary: fc.nat(oddities.length - 1).map((index) => recipe(oddities[index], String(oddities[index]))) },
  {
    weight: 2,
    arbitrary: fc
      .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSet: true, withSparseArray: true, withTypedArray: true })
      .map((value) => recipe(() => value, fc.stringify(value))),
  },
);
const record = (...names) =>
  fc
    .record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] })
    .map((fields) => recipe(() => Object.fromEntries(Object.entries(fields).map(([name, { make }]) => [name, make()])), fc.stringify(fields)));
const made = (one) => (typeof one?.make === "function" ? one.make() : one);

// V8's own words: whoever reads them has to look into the package.
const RAW = /Cannot (?:read|set|convert|destructure|perform|assign|create)|is not (?:a function|iterable|a constructor|defined|extensible)|undefined \(|proxy that has been revoked|Illegal invocation|incompatible receiver|detached|Invalid array|out of bounds|(?:Method|Failed to execute|Argument|parameter) /i;

/** Why this is no good end, or undefined. */
function flaw(error, isItPayError) {
  if (isItPayError(error)) return undefined;
  if (error instanceof TypeError && !RAW.test(error.message)) return undefined;
  return `${error?.name}: ${error?.message}\n${error?.stack}`;
}

async function ends(call, isItPayError) {
  let problem;
  try {
    let result = call();
    if (result instanceof Promise) result = await result;
    return undefined;
  } catch (error) {
    problem = flaw(error, isItPayError);
  }
  return problem;
}

/** What is called, by name: how its arguments are made and the call itself. */
export function calls(itpay, webhooks) {
  const { constructEvent, createWebhookHandler, generateTestHeader, memoryStore, verifySignature, WebhookVerifier, SignatureVerificationError } = webhooks;
  const quiet = { onError: () => undefined };
  const four = [anything, anything, anything, anything];
  return {
    verifySignature: [four, (...given) => verifySignature(...given)],
    constructEvent: [four, (...given) => constructEvent(...given)],
    "verifySignature with good neighbours": [[fc.nat(3), anything], (place, one) => {
      const given = ["{}", `t=1745712345,v1=${"0".repeat(64)}`, "whsec", { now: 1745712345 }];
      given[place] = one;
      return verifySignature(...given);
    }],
    WebhookVerifier: [four, (secret, options, body, header) => {
      const verifier = new WebhookVerifier(secret, options);
      verifier.verify(body, header);
      return verifier.constructEvent(body, header);
    }],
    generateTestHeader: [[anything], (options) => generateTestHeader(options)],
    "generateTestHeader with fields": [[record("payload", "secret", "timestamp")], (fields) => generateTestHeader(fields)],
    createWebhookHandler: [[anything], (options) => createWebhookHandler(options)],
    "createWebhookHandler with fields": [[record("secret", "on", "store", "maxAge", "maxBodyBytes", "lease", "onError")], (fields) => createWebhookHandler(fields)],
    "a webhook handler": [[anything], async (request) => {
      const response = await createWebhookHandler({ secret: "whsec", on: {}, ...quiet })(request);
      if (!(response instanceof Response)) throw new Error("no Response");
    }],
    "a webhook handler whose store is anything": [[record("claim", "complete", "release")], async (store) => {
      const handle = createWebhookHandler({ secret: "whsec", on: { default: thrower }, store, ...quiet });
      const body = '{"id":"evt_1","type":"x"}';
      const response = await handle(new Request("http://shop/", { method: "POST", body, headers: { "X-ItPay-Signature": generateTestHeader({ payload: body, secret: "whsec" }) } }));
      if (response.status !== 500 && response.status !== 409 && response.status !== 200) throw new Error(String(response.status));
    }],
    memoryStore: [[anything, anything, anything], async (options, id, lease) => {
      const store = memoryStore(options);
      await store.claim(id, lease);
      await store.complete(id);
      await store.release(id);
    }],
    isItPayError: [[anything], (value) => itpay.isItPayError(value)],
    SignatureVerificationError: [[fc.string()], (message) => new SignatureVerificationError(message, { code: "no_match", hint: message })],
    money: [[anything, anything], (amount, currency) => itpay.money(amount, currency)],
    formatMoney: [[anything, anything], (money, locale) => itpay.formatMoney(money, locale)],
    "formatMoney with fields": [[record("currency", "value")], (money) => itpay.formatMoney(money)],
    parsePaymentRequired: [[anything], (response) => itpay.parsePaymentRequired(response)],
    paymentRequired: [[anything, anything], (intent, charge) => itpay.paymentRequired(intent, charge)],
    ItPayClient: [[anything], (options) => new itpay.ItPayClient(options)],
    "ItPayClient with fields": [[record("apiKey", "channel", "baseUrl", "timeout", "webhookSecret", "maxRetries", "fetch", "logger", "logLevel", "dangerouslyAllowBrowser")], (options) => new itpay.ItPayClient({ logLevel: "off", ...options })],
  };
}

/** Tries one call so many times; throws with the smallest input that ends badly. */
export async function tried([places, call], itpay, times, seed) {
  const property = fc.asyncProperty(...places, async (...given) => {
    const problem = await ends(() => call(...given.map(made)), itpay.isItPayError);
    if (problem !== undefined) throw new Error(problem);
  });
  await fc.assert(property, { numRuns: times, seed });
}
