// Time limits, failures of the store, and slow listeners. A part of the suite in webhook-handler.mjs.

import assert from "node:assert/strict";

import { SECRET, never, sleep } from "./webhook-handler-setup.mjs";

export const cases = ({ createWebhookHandler, memoryStore, eventOf, requestOf, quiet, read, captured }) => [
  [
    "the handler responds despite any failure of the store or onError, and handles an event once",
    async () => {
      let calls = 0;
      const failing = () => {
        throw new Error("out of order");
      };
      const rejecting = async () => {
        throw new Error("out of order");
      };
      const on = {
        default: () => {
          calls += 1;
        },
      };
      const good = { claim: async (_, __, token) => ({ state: "claimed", token }), complete: quiet, release: quiet };
      const deliver = async (options) =>
        (await createWebhookHandler({ secret: SECRET, on, ...options })(requestOf(eventOf()))).status;
      await captured(async (lines) => {
        assert.deepEqual([await deliver({ store: good }), calls], [200, 1]);
        for (const broken of [failing, rejecting]) {
          for (const onError of [failing, rejecting, undefined, quiet]) {
            const before = calls;
            assert.deepEqual(
              [await deliver({ store: { ...good, complete: broken }, onError }), calls],
              [200, before + 1],
            );
            assert.deepEqual([await deliver({ store: { ...good, claim: broken }, onError }), calls], [500, before + 1]);
            assert.deepEqual(
              [await deliver({ store: { ...good, release: broken }, on: { default: broken }, onError }), calls],
              [500, before + 1],
            );
          }
        }
        assert.ok(lines.some((line) => line.includes("out of order")));
        const before = calls;
        for (const claim of [() => "claimed", () => undefined, () => null, () => ({}), () => ({ state: "odd" })])
          assert.equal(await deliver({ store: { ...good, claim }, onError: quiet }), 500);
        assert.equal(await deliver({ store: {}, onError: quiet }), 500);
        assert.equal(calls, before);
      });
    },
  ],
  [
    "a body of endless empty chunks ends in 413",
    async () => {
      const handle = createWebhookHandler({ secret: SECRET, on: {}, maxBodyBytes: 1000, onError: quiet });
      let cancelled = false;
      const reader = {
        read: async () => ({ done: false, value: new Uint8Array() }),
        cancel: async () => {
          cancelled = true;
        },
      };
      const request = { method: "POST", headers: new Headers(), body: { getReader: () => reader } };
      assert.equal((await handle(request)).status, 413);
      assert.ok(cancelled);
    },
  ],
  [
    "a body that stalls ends in 408, also where its cancel never settles",
    async () => {
      const errors = [];
      const handle = createWebhookHandler({
        secret: SECRET,
        on: {},
        timeout: 50,
        onError: (error) => void errors.push(error.code),
      });
      for (const source of [
        { pull: never },
        { pull: never, cancel: never },
        { start: (controller) => controller.enqueue(new Uint8Array(3)), pull: never, cancel: never },
      ]) {
        const response = await handle(requestOf(new ReadableStream(source), { duplex: "half" }));
        assert.deepEqual(await read(response), [408, { error: "The body did not arrive in time" }]);
      }
      assert.deepEqual(errors, ["timeout", "timeout", "timeout"]);
    },
  ],
  [
    "a body that is too long gets 413, also where its cancel never settles",
    async () => {
      const handle = createWebhookHandler({ secret: SECRET, on: {}, maxBodyBytes: 10 });
      assert.equal((await handle(requestOf("x".repeat(11)))).status, 413);
      const endless = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(4)),
        cancel: never,
      });
      assert.equal((await handle(requestOf(endless, { duplex: "half" }))).status, 413);
    },
  ],
  [
    "a body that does not consist of bytes is a failure, and not too long",
    async () => {
      const errors = [];
      const onError = (error) => void errors.push(error.message);
      const handle = createWebhookHandler({ secret: SECRET, on: {}, onError });
      const body = new ReadableStream({ start: (controller) => controller.enqueue("text") });
      // A double, because some runtimes refuse such a stream for a Request of their own.
      const request = { method: "POST", headers: new Headers(), bodyUsed: false, body };
      assert.deepEqual(await read(await handle(request)), [500, { error: "The body could not be read" }]);
      assert.deepEqual(errors, ["The body is not bytes"]);
    },
  ],
  [
    "a step of the store that hangs ends in 500 after a claim, and in 200 after the listener has run",
    async () => {
      const good = { claim: async (_, __, token) => ({ state: "claimed", token }), complete: quiet, release: quiet };
      const errors = [];
      const deliver = async (store, on = {}) =>
        (
          await createWebhookHandler({
            secret: SECRET,
            on,
            store: { ...good, ...store },
            timeout: 50,
            onError: (error) => void errors.push(error.message),
          })(requestOf(eventOf()))
        ).status;
      const failing = {
        default: () => {
          throw new Error("mine");
        },
      };
      assert.equal(await deliver({ claim: never }), 500);
      assert.equal(await deliver({ claim: never, release: never }), 500);
      assert.equal(await deliver({ complete: never }), 200);
      assert.equal(await deliver({ release: never }, failing), 500);
      const late = (step) => `store.${step} took longer than 50 ms`;
      assert.deepEqual(errors, [
        late("claim"),
        late("release"),
        late("claim"),
        late("complete"),
        late("release"),
        "mine",
      ]);
    },
  ],
  [
    "an onError that hangs does not keep the response",
    async () => {
      await captured(async (lines) => {
        const handle = createWebhookHandler({ secret: SECRET, on: {}, timeout: 50, onError: never });
        assert.equal((await handle(requestOf("{", {}))).status, 400);
        assert.ok(lines.some((line) => line.includes("onError took longer than 50 ms")));
      });
    },
  ],
  [
    "a listener that outlives its lease: onError is called at its end, and the response waits for the listener",
    async () => {
      const errors = [];
      let finish;
      const handle = createWebhookHandler({
        secret: SECRET,
        lease: 60,
        on: {
          default: () =>
            new Promise((resolve) => {
              finish = resolve;
            }),
        },
        onError: (error, event) => void errors.push([error.code, event.type]),
      });
      let response;
      const delivery = handle(requestOf(eventOf())).then((value) => {
        response = value;
      });
      while (errors.length === 0) await sleep(1);
      await sleep(20);
      assert.deepEqual([errors, response], [[["lease_expired", "payment_intent.succeeded"]], undefined]);
      finish();
      await delivery;
      assert.equal(response.status, 200);
      assert.equal(errors.length, 1);
    },
  ],
  [
    "the response to a claim got lost: the claim is released, and the next delivery is handled",
    async () => {
      const inner = memoryStore();
      let lose = true;
      const store = {
        ...inner,
        claim: async (...args) => {
          const claim = await inner.claim(...args);
          if (lose) throw new Error("lost");
          return claim;
        },
      };
      let runs = 0;
      const handle = createWebhookHandler({
        secret: SECRET,
        store,
        on: { default: () => void (runs += 1) },
        onError: quiet,
      });
      const event = eventOf();
      assert.deepEqual([(await handle(requestOf(event))).status, runs], [500, 0]);
      lose = false;
      assert.deepEqual([(await handle(requestOf(event))).status, runs], [200, 1]);
    },
  ],
  [
    "complete and release are repeated once, and the token of the claim travels",
    async () => {
      for (const [step, fails] of [
        ["complete", false],
        ["release", true],
      ]) {
        const calls = [];
        const once = async (id, token) => {
          calls.push([id, token]);
          if (calls.length === 1) throw new Error("lost");
        };
        const store = {
          claim: async () => ({ state: "claimed", token: "of-the-store" }),
          complete: quiet,
          release: quiet,
          [step]: once,
        };
        const errors = [];
        const tokens = [];
        const handle = createWebhookHandler({
          secret: SECRET,
          store,
          onError: (error) => void errors.push(error.message),
          on: {
            default: (_, { token }) => {
              tokens.push(token);
              if (fails) throw new Error("mine");
            },
          },
        });
        const event = eventOf();
        assert.equal((await handle(requestOf(event))).status, fails ? 500 : 200);
        assert.deepEqual(calls, Array(2).fill([JSON.parse(event).id, "of-the-store"]));
        assert.deepEqual([tokens, errors], [["of-the-store"], fails ? ["mine"] : []]);
      }
    },
  ],
  [
    "memoryStore remembers the latest `max` finished events, and at most a tenth more",
    async () => {
      const max = 100;
      const store = memoryStore({ max });
      const states = async () => {
        const probe = [];
        for (let index = 0; index < 3 * max; index += 1) {
          const { state } = await store.claim(`evt_${index}`, 1000, "probe");
          if (state === "claimed") await store.release(`evt_${index}`, "probe");
          probe.push(state);
        }
        return probe;
      };
      for (let index = 0; index < 3 * max; index += 1) {
        await store.claim(`evt_${index}`, 1000, "token");
        await store.complete(`evt_${index}`, "token");
      }
      const done = (await states()).map((state) => state === "done");
      const remembered = done.filter(Boolean).length;
      assert.ok(remembered >= max && remembered <= 1.1 * max, `${remembered} events`);
      assert.equal(done.lastIndexOf(false), 3 * max - remembered - 1, "the oldest are forgotten");
    },
  ],
  [
    "what a listener returns is awaited once, also if it is a thenable that does its work when awaited",
    async () => {
      let runs = 0;
      const query = {
        // biome-ignore lint/suspicious/noThenProperty: query builders are thenables.
        then(resolve) {
          runs += 1;
          setTimeout(resolve, 5);
        },
      };
      const handle = createWebhookHandler({ secret: SECRET, on: { default: () => query }, onError: quiet });
      assert.equal((await handle(requestOf(eventOf()))).status, 200);
      assert.equal(runs, 1);
    },
  ],
  [
    "with memoryStore({ max }) the claim of a slow listener survives many other events",
    async () => {
      let finish;
      let slow = 0;
      const handle = createWebhookHandler({
        secret: SECRET,
        store: memoryStore({ max: 20 }),
        on: {
          "payment_intent.failed": () => {
            slow += 1;
            return new Promise((resolve) => {
              finish = resolve;
            });
          },
          default: quiet,
        },
      });
      const event = eventOf("payment_intent.failed");
      const first = handle(requestOf(event));
      while (finish === undefined) await sleep(1);
      for (let count = 0; count < 50; count += 1) assert.equal((await handle(requestOf(eventOf()))).status, 200);
      assert.deepEqual([(await handle(requestOf(event))).status, slow], [409, 1]);
      finish();
      assert.equal((await first).status, 200);
    },
  ],
];
