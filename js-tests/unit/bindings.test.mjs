// Failures between wasm-bindgen-futures and its runtime. A trap between two awaits is in trap.test.mjs.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { ItPayClient } from "itpay";

const INTENT = { id: "pi_1", status: "succeeded" };
const client = (fetch, options) => new ItPayClient({ apiKey: "sk_test", fetch, ...options });
const replies = async () => Response.json(INTENT);

test("a call ends under fake timers, which replace queueMicrotask", async () => {
  const names = ["queueMicrotask", "setTimeout", "clearTimeout", "setInterval", "setImmediate"];
  const real = Object.fromEntries(names.map((name) => [name, globalThis[name]]));
  for (const name of names) globalThis[name] = () => 0;
  // Node's own Response needs the real ones.
  const mock = async () => ({ status: 200, headers: new Map(), text: async () => JSON.stringify(INTENT) });
  try {
    assert.deepEqual(await client(mock).paymentIntents.retrieve("pi_1"), INTENT);
    assert.deepEqual(await client(mock).paymentIntents.waitForCompletion("pi_1"), INTENT);
  } finally {
    Object.assign(globalThis, real);
  }
});

test("a wait ends under fake timers that move no other clock", async () => {
  const { setTimeout: real } = globalThis;
  // Timers fire at once, and the clock stands still.
  globalThis.setTimeout = (run, _, ...args) => real(run, 0, ...args);
  const { now } = performance;
  performance.now = () => 0;
  let calls = 0;
  const pending = async () => {
    calls += 1;
    // Later than any timer of the attempt would be, which fires at once, too.
    return { status: 200, headers: new Headers(), text: async () => '{"id":"pi_1","status":"pending"}' };
  };
  try {
    await assert.rejects(
      client(pending).paymentIntents.waitForCompletion("pi_1", { timeout: 10_000, pollInterval: 1_000 }),
      { name: "TimeoutError" },
    );
    assert.ok(calls >= 8 && calls <= 12, `${calls} polls`);
  } finally {
    globalThis.setTimeout = real;
    performance.now = now;
  }
});

test("getters that throw, of a Response and of a signal, are errors and leave the client usable", async () => {
  const thrower = (target, ...names) =>
    Object.defineProperties(
      target,
      Object.fromEntries(
        names.map((name) => [
          name,
          {
            get: () => {
              throw new RangeError(name);
            },
          },
        ]),
      ),
    );
  for (const response of [
    thrower({}, "status"),
    thrower({ status: 200 }, "headers"),
    thrower({ status: 200, headers: new Headers() }, "body", "text"),
    thrower({ status: 200, headers: thrower({}, "get") }, "ok"),
  ]) {
    await assert.rejects(client(async () => response, { maxRetries: 0 }).paymentIntents.retrieve("pi_1"), (error) =>
      ["ValidationError", "ConnectionError"].includes(error.name),
    );
  }
  for (const signal of [
    thrower({}, "aborted"),
    thrower({}, "addEventListener"),
    {
      addEventListener: () => {
        throw new RangeError("no");
      },
    },
    thrower({ addEventListener() {} }, "reason"),
  ]) {
    await client(replies)
      .paymentIntents.retrieve("pi_1", { signal })
      .catch((error) => assert.match(error.name, /ValidationError|TypeError/));
  }
  assert.deepEqual(await client(replies).paymentIntents.retrieve("pi_1"), INTENT);
});

test("an attempt makes one AbortController, and a call without a wait one timer", async () => {
  const { AbortController: Real, setTimeout: realTimeout } = globalThis;
  let controllers = 0;
  let timers = 0;
  globalThis.AbortController = class extends Real {
    constructor() {
      super();
      controllers += 1;
    }
  };
  globalThis.setTimeout = (...args) => ((timers += 1), realTimeout(...args));
  try {
    await client(replies).paymentIntents.retrieve("pi_1");
  } finally {
    globalThis.AbortController = Real;
    globalThis.setTimeout = realTimeout;
  }
  assert.deepEqual([controllers, timers], [1, 1]);
});

test("fetch is called with a URL and plain options", async () => {
  let args;
  await client(async (...own) => ((args = own), Response.json(INTENT))).paymentIntents.create({
    id: "pi_1",
    service_id: "s",
    type: "one_time",
    amount: { currency: "CNY", value: 1 },
    payer: { agent_id: "a" },
  });
  const [url, init] = args;
  assert.equal(args.length, 2);
  assert.equal(typeof url, "string");
  assert.deepEqual(Object.keys(init).sort(), ["body", "headers", "method", "redirect", "signal"]);
  assert.equal(Object.getPrototypeOf(init), Object.prototype);
  assert.equal(typeof init.body, "string");
  assert.equal(Object.getPrototypeOf(init.headers), Object.prototype);
});

test("a process whose module has trapped with a call in flight ends by itself", () => {
  const program = `
    import { ItPayClient } from "itpay";
    const { Instance } = WebAssembly;
    let trap = false;
    WebAssembly.Instance = function (...given) {
      const made = new Instance(...given);
      const exports = { ...made.exports };
      for (const name of Object.keys(exports).filter((name) => name.includes("closures_____invoke"))) {
        exports[name] = (...numbers) => {
          if (trap) throw new WebAssembly.RuntimeError("unreachable");
          return made.exports[name](...numbers);
        };
      }
      return { exports };
    };
    const fetch = (url, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const hangs = new ItPayClient({ apiKey: "sk", fetch, timeout: 60_000 }).paymentIntents.retrieve("pi_1").catch((error) => error.code);
    const answers = async () => { trap = true; return Response.json({ id: "pi_2", status: "pending" }); };
    const traps = new ItPayClient({ apiKey: "sk", fetch: answers }).paymentIntents.retrieve("pi_2").catch((error) => error.code);
    console.log(await hangs, await traps);
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: new URL("..", import.meta.url),
    timeout: 30_000,
    encoding: "utf8",
  });
  assert.deepEqual([status, stdout.trim()], [0, "internal internal"], stderr);
});
