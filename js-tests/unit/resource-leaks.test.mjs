// A call leaves no resources behind.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { ItPayClient } from "itpay";

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

test("no timer, listener or rejection is left, however a call ends", async () => {
  const unhandled = [];
  const note = (error) => unhandled.push(error);
  process.on("unhandledRejection", note);
  const before = timers();
  const { signal } = new AbortController();
  const aborter = new AbortController();
  let aborted = 0;
  const ends = {
    ok: async () => Response.json({ id: "x", status: "succeeded" }),
    refused: async () => new Response("", { status: 404 }),
    again: (() => {
      let calls = 0;
      return async () =>
        (calls += 1) % 2
          ? new Response("", { status: 500, headers: { "Retry-After": "0" } })
          : Response.json({ id: "x", status: "pending" });
    })(),
    thrown: async () => {
      throw new TypeError("fetch failed");
    },
    "thrown at once": () => {
      throw new TypeError("fetch failed");
    },
    deaf: () => new Promise(() => undefined),
    "late failure": () =>
      sleep(60).then(() => {
        throw new Error("late");
      }),
  };
  for (const fetch of Object.values(ends)) {
    const client = new ItPayClient({ apiKey: "sk", fetch, maxRetries: 1 });
    await client.paymentIntents
      .retrieve("x", { signal, timeout: 30, maxRetries: fetch === ends.again ? 1 : 0 })
      .catch(() => undefined);
    await client.paymentIntents.waitForCompletion("x", { signal, timeout: 40, pollInterval: 5 }).catch(() => undefined);
    setTimeout(() => aborter.abort(), 10);
    await client.paymentIntents
      .retrieve("x", { signal: aborter.signal })
      .catch(({ name }) => (aborted += name === "AbortError"));
  }
  await sleep(100);
  process.off("unhandledRejection", note);
  assert.equal(getEventListeners(signal, "abort").length + getEventListeners(aborter.signal, "abort").length, 0);
  assert.equal(timers(), before);
  assert.deepEqual(unhandled, []);
  assert.ok(aborted > 0);
});

test("a call ends in time, and well, where there is no AbortController or a signal that cannot be listened to", async () => {
  const own = globalThis.AbortController;
  delete globalThis.AbortController;
  try {
    const answering = new ItPayClient({
      apiKey: "sk",
      fetch: async () => Response.json({ id: "x", status: "pending" }),
    });
    assert.equal((await answering.paymentIntents.retrieve("x")).id, "x");
    const deaf = new ItPayClient({ apiKey: "sk", fetch: () => new Promise(() => undefined), maxRetries: 0 });
    await assert.rejects(deaf.paymentIntents.retrieve("x", { timeout: 20 }), { name: "TimeoutError", attempts: 1 });
    const signal = {
      aborted: false,
      addEventListener: () => {
        throw new Error("no");
      },
      removeEventListener: () => undefined,
    };
    assert.equal((await answering.paymentIntents.retrieve("x", { signal })).id, "x");
  } finally {
    globalThis.AbortController = own;
  }
});

test("calls fail, succeed and abort under a test's fake timers", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate"] });
  const { queueMicrotask } = globalThis;
  globalThis.queueMicrotask = () => undefined;
  try {
    // Not a Response: Node's own needs queueMicrotask.
    const reply = { status: 200, ok: true, headers: new Headers(), text: async () => '{"id":"x","status":"pending"}' };
    const client = new ItPayClient({ apiKey: "sk", fetch: async () => reply });
    await assert.rejects(client.paymentIntents.create({}), { name: "ValidationError" });
    await assert.rejects(client.paymentIntents.retrieve("x", { signal: AbortSignal.abort() }), { name: "AbortError" });
    assert.equal((await client.paymentIntents.retrieve("x")).id, "x");
  } finally {
    globalThis.queueMicrotask = queueMicrotask;
  }
});
