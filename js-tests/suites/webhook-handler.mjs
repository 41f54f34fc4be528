// The behavior of createWebhookHandler on every runtime: run by runtime/node.test.mjs and, inside workerd, by
// runtime/workerd.test.mjs.

import assert from "node:assert/strict";

const SECRET = "whsec_test_secret";
const never = () => new Promise(() => undefined);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function cases({ ConfigurationError, createWebhookHandler, generateTestHeader, isItPayError, memoryStore }) {
  let last = 0;
  const eventOf = (type = "payment_intent.succeeded") =>
    JSON.stringify({ id: `evt_${(last += 1)}`, type, data: { id: "pi_1" } });
  const requestOf = (body, { secret = SECRET, ...init } = {}) => {
    const payload = typeof body === "string" ? body : "{}";
    return new Request("https://shop.example/webhook", {
      method: "POST",
      body,
      headers: { "X-ItPay-Signature": generateTestHeader({ payload, secret }) },
      ...init,
    });
  };
  const quiet = () => undefined;
  const read = async (response) => [response.status, await response.json()];
  /** Captures the console while `run` runs. */
  const captured = async (run) => {
    const lines = [];
    const { error, warn } = console;
    console.error = console.warn = (...parts) => void lines.push(parts.map(String).join(" "));
    try {
      await run(lines);
    } finally {
      Object.assign(console, { error, warn });
    }
    return lines;
  };

  return [
    [
      "the handler responds with received, already_processed, 400, 401 and 405",
      async () => {
        const handled = [];
        const handle = createWebhookHandler({
          secret: SECRET,
          on: {
            "payment_intent.succeeded": (event) => void handled.push(event.data.id),
            default: (event) => void handled.push(event.type),
          },
          onError: quiet,
        });
        const event = eventOf();
        assert.deepEqual(await read(await handle(requestOf(event))), [200, { status: "received" }]);
        assert.deepEqual(await read(await handle(requestOf(event))), [200, { status: "already_processed" }]);
        assert.deepEqual(await read(await handle(requestOf(eventOf("constructor")))), [200, { status: "received" }]);
        assert.deepEqual(handled, ["pi_1", "constructor"]);
        assert.deepEqual(await read(await handle(requestOf(event, { headers: {} }))), [
          401,
          { error: "Invalid signature" },
        ]);
        assert.equal((await handle(requestOf(event, { secret: "whsec_forged" }))).status, 401);
        assert.deepEqual(await read(await handle(requestOf("[]"))), [400, { error: "Invalid event" }]);
        const get = await handle(new Request("https://shop.example/webhook"));
        assert.deepEqual([get.status, get.headers.get("Allow")], [405, "POST"]);
      },
    ],
    [
      "an event whose listener throws is released, and its next delivery is handled",
      async () => {
        let calls = 0;
        const errors = [];
        const handle = createWebhookHandler({
          secret: SECRET,
          store: memoryStore(),
          on: {
            default: () => {
              calls += 1;
              if (calls === 1) throw new Error("the database is away");
            },
          },
          onError: (error, event) => void errors.push([error.message, event?.type]),
        });
        const event = eventOf();
        const deliver = async () => (await handle(requestOf(event))).status;
        assert.deepEqual([await deliver(), await deliver(), await deliver(), calls], [500, 200, 200, 2]);
        assert.deepEqual(errors, [["the database is away", "payment_intent.succeeded"]]);
      },
    ],
    [
      "a delivery of an event that is being processed gets 409 with Retry-After",
      async () => {
        let finish;
        const handle = createWebhookHandler({
          secret: SECRET,
          on: {
            default: () =>
              new Promise((resolve) => {
                finish = resolve;
              }),
          },
        });
        const event = eventOf();
        const first = handle(requestOf(event));
        while (finish === undefined) await sleep(1);
        const second = await handle(requestOf(event));
        assert.deepEqual(
          [second.status, second.headers.get("Retry-After"), (await second.json()).error],
          [409, "10", "This event is already being processed"],
        );
        finish();
        assert.equal((await first).status, 200);
      },
    ],
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
              assert.deepEqual(
                [await deliver({ store: { ...good, claim: broken }, onError }), calls],
                [500, before + 1],
              );
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
      "a listener may throw anything, and onError receives it",
      async () => {
        const hostile = new Proxy(
          {},
          {
            get: () => {
              throw new Error("no");
            },
            getPrototypeOf: () => {
              throw new Error("no");
            },
          },
        );
        await captured(async () => {
          for (const thrown of [undefined, null, 0, "text", hostile, Symbol("x")]) {
            for (const onError of [undefined, quiet]) {
              const handle = createWebhookHandler({
                secret: SECRET,
                on: {
                  default: () => {
                    throw thrown;
                  },
                },
                onError,
              });
              assert.equal((await handle(requestOf(eventOf()))).status, 500);
            }
          }
        });
      },
    ],
    [
      "a request that throws gets a 500 response",
      async () => {
        const handle = createWebhookHandler({ secret: SECRET, on: {}, onError: quiet });
        const throws = () => {
          throw new Error("no");
        };
        for (const request of [
          undefined,
          null,
          7,
          {},
          { method: "POST" },
          {
            get method() {
              return throws();
            },
          },
          { method: "POST", headers: { get: throws } },
          {
            method: "POST",
            headers: new Headers(),
            get body() {
              return throws();
            },
          },
        ]) {
          const response = await handle(request);
          assert.ok(response.status >= 400, `${response.status}`);
        }
        const used = requestOf(eventOf());
        await used.text();
        assert.equal((await handle(used)).status, 500);
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
        await sleep(150);
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
    [
      "a type without a listener is logged once, and `other` handles unknown types",
      async () => {
        const got = [];
        const handle = createWebhookHandler({
          secret: SECRET,
          on: { "payment_intent.suceeded": () => void got.push("typo") },
          other: { "refund.created": (event, { token }) => void got.push(`${event.type} ${typeof token}`) },
        });
        const lines = await captured(async () => {
          for (const type of ["a.new\n.type", "a.new\n.type", "toString", "refund.created", "payment_intent.suceeded"])
            assert.equal((await handle(requestOf(eventOf(type)))).status, 200);
        });
        assert.deepEqual(
          lines,
          ["a.new\n.type", "toString"].map((type) => `itpay: ItPay webhook: no listener for ${JSON.stringify(type)}`),
        );
        assert.deepEqual(got, ["refund.created string", "typo"]);
      },
    ],
    [
      "the secret is looked up at the first request, in a Worker's env first",
      async () => {
        const env = { ITPAY_WEBHOOK_SECRET: SECRET };
        const errors = [];
        const seen = [];
        const handle = createWebhookHandler({
          on: { default: (_, context) => void seen.push(context.env) },
          onError: (error) => void errors.push(error),
        });
        if (globalThis.process?.env?.ITPAY_WEBHOOK_SECRET === undefined) {
          assert.equal(
            (await handle(requestOf(eventOf()), Object.create(env))).status,
            500,
            "an inherited variable is none",
          );
          assert.ok(errors[0] instanceof ConfigurationError && isItPayError(errors[0]));
          assert.deepEqual([errors[0].code, errors[0].name], ["missing_webhook_secret", "ConfigurationError"]);
        }
        assert.equal((await handle(requestOf(eventOf()), env)).status, 200);
        assert.equal((await handle(requestOf(eventOf()), { params: Promise.resolve({}) })).status, 200);
        assert.deepEqual(seen, [env, undefined]);
        await assert.rejects(async () => createWebhookHandler({ secret: "", on: {} }), { code: "bad_secret" });
      },
    ],
    [
      "a listener gets the request, and waitUntil from whichever argument has it",
      async () => {
        const seen = [];
        const handle = createWebhookHandler({
          secret: SECRET,
          on: {
            default: (_, context) => {
              seen.push(context);
              context.waitUntil?.(Promise.resolve("mine"));
            },
          },
        });
        class Context {
          promises = [];
          waitUntil(promise) {
            this.promises.push(promise);
          }
        }
        for (const place of [0, 1]) {
          const context = new Context();
          const request = requestOf(eventOf());
          const response = await handle(request, ...[[context], [{}, context]][place]);
          assert.equal(response.status, 200);
          assert.equal(seen[place].request, request);
          assert.equal(typeof seen[place].token, "string");
          assert.equal(await context.promises[0], response);
          assert.equal(await context.promises[1], "mine");
        }
        const odd = [
          { waitUntil: "no" },
          {
            waitUntil() {
              throw new TypeError("Illegal invocation");
            },
          },
          new Proxy(
            {},
            {
              get: () => {
                throw new Error("no");
              },
            },
          ),
          null,
          7,
          "text",
          undefined,
        ];
        for (const argument of odd) {
          assert.equal(
            (
              await createWebhookHandler({ secret: SECRET, on: { default: quiet } })(
                requestOf(eventOf()),
                argument,
                argument,
              )
            ).status,
            200,
          );
        }
      },
    ],
    [
      "options that make no sense are TypeErrors when the handler is created",
      () => {
        const good = { secret: SECRET, on: {} };
        for (const wrong of [0, Number.NaN, "", -1, null, "x"]) {
          for (const name of ["maxBodyBytes", "lease", "timeout", "on", "onError", "other"]) {
            if (name === "other" && wrong === null) continue;
            assert.throws(() => createWebhookHandler({ ...good, [name]: wrong }), TypeError, `${name}: ${wrong}`);
          }
          if (wrong !== 0) assert.throws(() => createWebhookHandler({ ...good, maxAge: wrong }), TypeError);
          assert.throws(
            () => createWebhookHandler({ ...good, on: { "payment_intent.succeeded": wrong } }),
            /payment_intent.succeeded/,
          );
          assert.throws(
            () => createWebhookHandler({ ...good, other: { "a.type": wrong } }),
            /other must have a function for a\.type/,
          );
        }
        for (const name of ["lease", "timeout"])
          for (const wrong of [Infinity, 1e20, 2 ** 31])
            assert.throws(() => createWebhookHandler({ ...good, [name]: wrong }), {
              name: "TypeError",
              message: new RegExp(name),
            });
        for (const none of [undefined, null, 7, "x"]) assert.throws(() => createWebhookHandler(none), TypeError);
        createWebhookHandler({
          on: {},
          other: undefined,
          secret: undefined,
          store: undefined,
          lease: undefined,
          timeout: undefined,
          maxAge: undefined,
          maxBodyBytes: undefined,
          onError: undefined,
        });
      },
    ],
    [
      "only own properties are options",
      async () => {
        const request = requestOf(eventOf("a.polluted.type"));
        Object.prototype.lease = -1;
        Object.prototype.secret = "whsec_polluted";
        Object.prototype["a.polluted.type"] = () => {
          throw new Error("no");
        };
        try {
          const handle = createWebhookHandler({ on: { default: quiet } });
          assert.equal((await handle(request, { ITPAY_WEBHOOK_SECRET: SECRET })).status, 200);
        } finally {
          delete Object.prototype.lease;
          delete Object.prototype.secret;
          delete Object.prototype["a.polluted.type"];
        }
      },
    ],
  ];
}
