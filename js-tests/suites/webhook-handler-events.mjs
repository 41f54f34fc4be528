// Events, listeners, responses and options. A part of the suite in webhook-handler.mjs.

import assert from "node:assert/strict";

import { SECRET, sleep } from "./webhook-handler-setup.mjs";

export const cases = ({
  ConfigurationError,
  createWebhookHandler,
  isItPayError,
  memoryStore,
  eventOf,
  requestOf,
  quiet,
  read,
  captured,
}) => [
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
    "a waitUntil that throws or rejects is reported, and the event is handled",
    async () => {
      const failure = new TypeError("Illegal invocation");
      const failing = [
        () => {
          throw failure;
        },
        async () => {
          throw failure;
        },
      ];
      for (const waitUntil of failing) {
        const errors = [];
        const handle = createWebhookHandler({
          secret: SECRET,
          on: { default: quiet },
          onError: (error) => void errors.push(error),
        });
        assert.equal((await handle(requestOf(eventOf()), { waitUntil })).status, 200);
        assert.deepEqual(errors, [failure]);
      }
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
