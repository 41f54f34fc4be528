// Values of any kind for the calls in adversarial-calls.mjs, and how a call must end: in an answer or in a typed error, which
// is one of the package's, or a TypeError that says in the package's words which argument is wrong.

import fc from "fast-check";

class Thrown extends Error {
  name = "Thrown";
}
export const thrower = () => {
  throw new Thrown("the caller's own");
};

/** Values that no schema would let in, made anew each time. */
const oddities = [
  () =>
    new Proxy(
      {},
      { get: thrower, has: thrower, ownKeys: thrower, getOwnPropertyDescriptor: thrower, getPrototypeOf: thrower },
    ),
  () => new Proxy(new Uint8Array(3), {}),
  () => new Proxy([], {}),
  () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  () => ({ get: thrower }),
  () => ({
    get get() {
      return thrower();
    },
  }),
  () => ({ get: () => Symbol("x") }),
  () => ({ get: () => Promise.reject(new Thrown()).catch(() => 1) }),
  () => ({
    get "x-itpay-signature"() {
      return thrower();
    },
  }),
  () => ({ "X-ItPay-Signature": [{ toString: thrower }] }),
  () => ({ "X-ItPay-Signature": [Symbol("x")] }),
  () => ({
    get maxAge() {
      return thrower();
    },
  }),
  () => ({
    get now() {
      return thrower();
    },
  }),
  () => ({ maxAge: { valueOf: thrower } }),
  () => ({ toString: thrower, valueOf: thrower, [Symbol.toPrimitive]: thrower }),
  () => ({ [Symbol.toStringTag]: "ArrayBuffer", byteLength: 5, length: 5 }),
  () => ({
    get [Symbol.toStringTag]() {
      return thrower();
    },
  }),
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
  () =>
    new (class extends Uint8Array {
      get length() {
        return thrower();
      }
    })(2),
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

// The generators produce functions that create a value, because some can be used only once.
const recipe = (make, shown) => ({ make, [fc.toStringMethod]: () => shown });
export const anything = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.nat(oddities.length - 1).map((index) => recipe(oddities[index], String(oddities[index]))),
  },
  {
    weight: 2,
    arbitrary: fc
      .anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withSet: true,
        withSparseArray: true,
        withTypedArray: true,
      })
      .map((value) => recipe(() => value, fc.stringify(value))),
  },
);
/** An object with some of these fields, each of them anything. */
export const record = (...names) =>
  fc
    .record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] })
    .map((fields) =>
      recipe(
        () => Object.fromEntries(Object.entries(fields).map(([name, { make }]) => [name, make()])),
        fc.stringify(fields),
      ),
    );
/** The value of an object that a number selects. */
export const oneOf = (object, index) => Object.values(object)[index % Object.keys(object).length];
const created = (one) => (typeof one?.make === "function" ? one.make() : one);

// Messages of V8 itself, which explain nothing to a user.
const RAW =
  /Cannot (?:read|set|convert|destructure|perform|assign|create)|is not (?:a function|iterable|a constructor|defined|extensible)|undefined \(|proxy that has been revoked|Illegal invocation|incompatible receiver|detached|Invalid array|out of bounds|(?:Method|Failed to execute|Argument|parameter) /i;

/** Why this is no good end, or undefined. */
function flaw(error, isTyped) {
  if (isTyped(error)) return undefined;
  if (error instanceof TypeError && !RAW.test(error.message)) return undefined;
  return `${error?.name}: ${error?.message}\n${error?.stack}`;
}

async function ends(call, isTyped) {
  let problem;
  try {
    let result = call();
    if (result instanceof Promise) result = await result;
    return undefined;
  } catch (error) {
    problem = flaw(error, isTyped);
  }
  return problem;
}

/** Tries one call so many times; throws with the smallest input that ends badly. */
export async function tried([places, call], isTyped, times, seed) {
  const property = fc.asyncProperty(...places, async (...given) => {
    const problem = await ends(() => call(...given.map(created)), isTyped);
    if (problem !== undefined) throw new Error(problem);
  });
  await fc.assert(property, { numRuns: times, seed });
}
