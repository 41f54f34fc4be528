// The options of clients and calls. A part of the suite in client.mjs.

import assert from "node:assert/strict";

import { KEY, PARAMS, INTENT } from "./client-setup.mjs";

export const cases = ({ ItPayClient, mock, json, rejects, rejectsField }) => [
  [
    "a missing key and invalid options are errors at construction",
    () => {
      const make = (options) => () => new ItPayClient({ apiKey: KEY, ...options });
      assert.throws(() => new ItPayClient({ env: {} }), {
        name: "AuthenticationError",
        code: "missing_api_key",
        message: /ITPAY_API_KEY/,
      });
      assert.ok(new ItPayClient({ env: { ITPAY_API_KEY: "sk_env" } }));
      // If `env` is passed, only it counts, and `process` is not used: in a Worker, that takes time.
      const own = Object.getOwnPropertyDescriptor(globalThis, "process");
      const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
      let mentioned = 0;
      Object.defineProperty(globalThis, "navigator", {
        configurable: true,
        value: { userAgent: "Cloudflare-Workers" },
      });
      Object.defineProperty(globalThis, "process", {
        configurable: true,
        get: () => ((mentioned += 1), { env: { ITPAY_API_KEY: "sk_process" } }),
      });
      try {
        assert.ok(new ItPayClient({ env: { ITPAY_API_KEY: "sk_env" } }));
        assert.throws(() => new ItPayClient({ env: {} }), { code: "missing_api_key" });
        assert.equal(mentioned, 0);
        assert.ok(new ItPayClient());
        assert.ok(mentioned > 0);
      } finally {
        for (const [name, before] of Object.entries({ process: own, navigator })) {
          if (before === undefined) delete globalThis[name];
          else Object.defineProperty(globalThis, name, before);
        }
      }
      for (const timeout of [0, -1, Number.NaN, "", "30", null]) assert.throws(make({ timeout }), { field: "timeout" });
      for (const maxRetries of [-1, 1.5, Number.NaN, "", Infinity, null])
        assert.throws(make({ maxRetries }), { field: "maxRetries" });
      for (const apiKey of ["", "sk\n", "sk ü", 7]) assert.throws(make({ apiKey }), { field: "apiKey" });
      for (const fetch of [7, "", {}]) assert.throws(make({ fetch }), { field: "fetch" });
      for (const baseUrl of [
        "",
        "api.itpay.ai",
        "ftp://x",
        "http://api.itpay.ai/v1",
        "http://127.0.0.1:99999",
        "https://:443/v1",
        "https://[]/v1",
        "https://[::1/v1",
        "https://a[::1]/v1",
        "https://[::1]a/v1",
        "https://x:/v1",
        "https://x:1:2",
        "https://u:p@x",
        "https://x/v1?a",
        "https://x/../v1",
        "https://x/v1#a",
        7,
      ])
        assert.throws(make({ baseUrl }), { field: "baseUrl" }, baseUrl);
      for (const baseUrl of [
        "https://x/v1/",
        "https://x",
        "http://localhost:1/v1",
        "http://127.0.0.1:1",
        "http://[::1]:80/a/b",
      ])
        assert.ok(make({ baseUrl })());
      assert.ok(make({ baseUrl: "http://gateway.internal/v1", dangerouslyAllowHttp: true })());
      assert.ok(make({ maxRetries: 0, timeout: Infinity })());
    },
  ],
  [
    "a call's headers are sent under any name, and replace none of the required ones",
    async () => {
      const { calls, client } = mock(() => json(INTENT));
      const own = [
        ["x-empty", ""],
        ["x-quoted", '"a\\b": c'],
        ["__proto__", "p"],
        ["authorization", "mine"],
        ["ACCEPT", "text/html"],
        ["idempotency-key", "mine"],
      ];
      await client.paymentIntents.create(PARAMS, { headers: own });
      const sent = calls[0].headers;
      for (const [name, value] of own.slice(0, 3))
        assert.equal(Object.getOwnPropertyDescriptor(sent, name)?.value, value, name);
      assert.deepEqual(
        [sent.Authorization, sent.Accept, sent["Idempotency-Key"]],
        [`Bearer ${KEY}`, "application/json", PARAMS.id],
      );
      assert.deepEqual(
        Object.keys(sent).filter((name) => /^(authorization|accept|idempotency-key)$/i.test(name)),
        ["Accept", "Authorization", "Idempotency-Key"],
      );
    },
  ],
  [
    "headers that are undefined or null are left out, and null removes one of the client's",
    async () => {
      const { calls, client } = mock(() => json(INTENT), {
        headers: { "X-Client": "1", "X-Both": "client", "X-None": undefined, "X-Null": null },
      });
      await client.paymentIntents.create(PARAMS, {
        headers: { "X-Trace": undefined, "X-Own": "2", "x-both": "call" },
      });
      await client.paymentIntents.create(PARAMS, { headers: { "x-client": null } });
      await client
        .withOptions({ headers: { "x-client": null, "X-More": "3" }, timeout: undefined })
        .paymentIntents.create(PARAMS);
      const own = calls.map(({ headers }) =>
        Object.fromEntries(Object.entries(headers).filter(([name]) => /^x-(?!itpay)/i.test(name))),
      );
      assert.deepEqual(
        own,
        [
          { "x-own": "2", "x-both": "call", "x-client": "1" },
          { "x-client": undefined, "x-both": "client" },
          { "x-both": "client", "x-more": "3" },
        ].map((headers) => JSON.parse(JSON.stringify(headers))),
      );
      for (const headers of [7, "x", { "bad name": "1" }, { x: "a\nb" }])
        await rejectsField("headers", client.paymentIntents.create(PARAMS, { headers }));
    },
  ],
  [
    "a client with other options keeps the rest",
    async () => {
      const { calls, client } = mock(() => json("", 503), { channel: "alipay", maxRetries: 0 });
      const other = client.withOptions({ maxRetries: 1, channel: undefined, baseUrl: "https://other.example/v1" });
      await rejects(other.paymentIntents.create(PARAMS), { attempts: 2 });
      assert.deepEqual(
        [calls.length, calls[0].url, JSON.parse(calls[0].body).channel],
        [2, "https://other.example/v1/payment-intents", "alipay"],
      );
      await rejects(client.paymentIntents.create(PARAMS), { attempts: 1 });
      assert.throws(() => client.withOptions({ timeout: 0 }), { field: "timeout" });
    },
  ],
  [
    "only an object's own properties are options",
    async () => {
      const polluted = {
        baseUrl: "https://evil.example",
        apiKey: "sk_evil",
        fetch: () => assert.fail("evil"),
        timeout: -1,
        headers: { "X-Evil": "1" },
        env: { ITPAY_API_KEY: "sk_evil" },
        signal: 7,
        channel: "evil",
        token: '{"token":"evil","renew_at":9007199254740991}',
      };
      const names = Object.keys(polluted);
      let calls, call, thrown;
      // At once, as other cases run meanwhile: options are read when a call begins.
      for (const name of names)
        Object.defineProperty(Object.prototype, name, { configurable: true, value: polluted[name] });
      try {
        const created = mock(() => json(INTENT));
        calls = created.calls;
        call = created.client.paymentIntents.create(PARAMS, {});
        new ItPayClient({ env: {} });
      } catch (error) {
        thrown = error;
      } finally {
        for (const name of names) delete Object.prototype[name];
      }
      await call;
      assert.equal(thrown.code, "missing_api_key");
      assert.equal(calls[0].url, "https://api.itpay.ai/v1/payment-intents");
      assert.deepEqual([calls[0].headers["x-evil"], JSON.parse(calls[0].body).channel], [undefined, undefined]);
    },
  ],
  [
    "the base URL comes from the option or ITPAY_BASE_URL",
    async () => {
      const env = { ITPAY_API_KEY: KEY, ITPAY_BASE_URL: "http://127.0.0.1:8402/v1" };
      for (const [options, expected] of [
        [{ env }, env.ITPAY_BASE_URL],
        [{ env, baseUrl: "https://x/v2" }, "https://x/v2"],
      ]) {
        const calls = [];
        const client = new ItPayClient({ ...options, fetch: async (url) => (calls.push(url), json(INTENT)) });
        await client.paymentIntents.retrieve("pi_1");
        assert.equal(calls[0], `${expected}/payment-intents/pi_1`);
      }
    },
  ],
];
