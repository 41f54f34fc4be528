// The suite of `itpay` for every runtime, with a mocked fetch and a misbehaving server (at this URL): run by
// runtime/node.test.mjs and, inside workerd, by runtime/workerd.test.mjs.

import assert from "node:assert/strict";

import { previewCases } from "./preview.mjs";

const KEY = "sk_test_0123456789abcdef";
const PARAMS = {
  id: "pi_1",
  service_id: "svc_1",
  type: "one_time",
  amount: { currency: "CNY", value: 699 },
  payer: { agent_id: "agent_1" },
};
const INTENT = { id: "pi_1", status: "pending", amount: { currency: "CNY", value: 699 } };

let run = 0;

export function cases(itpay, serverUrl) {
  const {
    ItPayClient,
    createPaymentIntentId,
    formatMoney,
    isItPayError,
    money,
    parsePaymentRequired,
    paymentRequired,
    paymentScheme,
  } = itpay;

  /** A client whose fetch responds with the result of `reply`, and the calls that it received. */
  const mock = (reply, options = {}) => {
    const calls = [];
    const fetch = async (url, init) => {
      calls.push({ url, ...init });
      return reply(calls.length, url, init);
    };
    return { calls, client: new ItPayClient({ apiKey: KEY, fetch, maxRetries: 0, ...options }) };
  };
  const json = (body, status = 200, headers = {}) =>
    new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });

  /** A client of the misbehaving server, and what that has seen. */
  const misbehaving = (how, options = {}) => {
    run += 1;
    const name = `${how}/${run}-${Math.random()}`;
    const client = new ItPayClient({ apiKey: KEY, baseUrl: `${serverUrl}/${name}/v1`, maxRetries: 0, ...options });
    return { client, seen: async () => (await fetch(`${serverUrl}/seen/${name}`)).json() };
  };

  const rejects = async (promise, expected) => {
    let error;
    await promise.then(
      () => assert.fail("it did not fail"),
      (thrown) => {
        error = thrown;
      },
    );
    assert.ok(isItPayError(error), String(error?.stack ?? error));
    for (const [field, value] of Object.entries(expected))
      assert.deepEqual(error[field], value, `${field} of ${error.stack}`);
    for (const shown of [String(error), JSON.stringify(error), String(error.stack)])
      assert.ok(!shown.includes(KEY), shown);
    return error;
  };
  const refused = (field, promise) =>
    rejects(promise, { name: "ValidationError", field, attempts: 0, status: undefined });

  return [
    ...previewCases(itpay),
    [
      "a create sends its params as they are and the client's channel, with the key, the signature and the id as idempotency key",
      async () => {
        const { calls, client } = mock(() => json(INTENT, 201), { channel: "alipay" });
        const params = {
          ...PARAMS,
          description: "42 pages",
          metadata: { session_id: "s" },
          payer: { agent_id: "a", human_id: "h" },
        };
        assert.deepEqual(await client.paymentIntents.create(params), INTENT);
        assert.equal(calls.length, 1);
        const [{ url, method, headers, body, redirect }] = calls;
        assert.deepEqual([url, method, redirect], ["https://api.itpay.ai/v1/payment-intents", "POST", "manual"]);
        assert.equal(
          body,
          '{"id":"pi_1","service_id":"svc_1","type":"one_time","amount":{"currency":"CNY","value":699},"payer":{"agent_id":"a","human_id":"h"},"description":"42 pages","metadata":{"session_id":"s"},"channel":"alipay"}',
        );
        assert.equal(headers.Authorization, `Bearer ${KEY}`);
        assert.match(headers["X-ItPay-Signature"], /^t=\d{10},v1=[0-9a-f]{64}$/);
        assert.equal(headers["Idempotency-Key"], "pi_1");
        assert.match(headers["User-Agent"], /^itpay-wasm\/\d+\.\d+\.\d+ (node|workerd)/);
      },
    ],
    [
      "a create without an id gets a new one, and unknown fields are sent",
      async () => {
        const { calls, client } = mock(() => json(INTENT, 201));
        const { id, ...params } = PARAMS;
        await client.paymentIntents.create({ ...params, new_field: { a: [1] } });
        await client.paymentIntents.create(params);
        const [first, second] = calls.map(({ body }) => JSON.parse(body));
        assert.match(first.id, /^pi_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.notEqual(first.id, second.id);
        assert.deepEqual(first.new_field, { a: [1] });
        assert.match(createPaymentIntentId(), /^pi_[0-9a-f-]{36}$/);
      },
    ],
    [
      "an idempotency key is the id of a payment that has none, and must be the id of one that has",
      async () => {
        const { calls, client } = mock(() => json(INTENT, 201));
        const { id, ...params } = PARAMS;
        await client.paymentIntents.create(params, { idempotencyKey: "order-1" });
        await client.paymentIntents.create({ ...params, id: null }, { idempotencyKey: "order-1" });
        await client.paymentIntents.create(PARAMS, { idempotencyKey: id });
        assert.deepEqual(
          calls.map(({ body, headers }) => [JSON.parse(body).id, headers["Idempotency-Key"]]),
          [
            ["order-1", "order-1"],
            ["order-1", "order-1"],
            [id, id],
          ],
        );
        await refused("idempotencyKey", client.paymentIntents.create(PARAMS, { idempotencyKey: "order-1" }));
        assert.equal(calls.length, 3);
      },
    ],
    [
      "a lone surrogate is an error in any field",
      async () => {
        const { calls, client } = mock(() => json(INTENT));
        const half = "\u{1f370}".slice(0, 1);
        const output = async (field, promise) =>
          assert.match(
            (await refused(field, promise)).message,
            new RegExp(`${field.replace(".", "\\.")} has a lone surrogate`),
          );
        await output("metadata.note", client.paymentIntents.create({ ...PARAMS, metadata: { note: half } }));
        await output("description", client.paymentIntents.create({ ...PARAMS, description: `a${half}` }));
        await output("id", client.paymentIntents.create({ ...PARAMS, id: half }));
        await output("params", client.paymentIntents.create({ ...PARAMS, unknown: { deep: [half] } }));
        await output("params", client.paymentIntents.create({ ...PARAMS, [half]: 1 }));
        await output("body", client.request("POST", "/x", { body: { half } }));
        await output("id", client.paymentIntents.retrieve(half));
        await output("q", client.manifests.search({ q: half }));
        await output("query", client.request("GET", "/x", { query: { a: half } }));
        assert.equal(calls.length, 0);
        await client.paymentIntents.create({ ...PARAMS, description: "\u{1f370}", metadata: { "\\ud83c": "\\ud83c" } });
        assert.equal(JSON.parse(calls[0].body).description, "\u{1f370}");
      },
    ],
    [
      "an invalid create names the field before anything is sent",
      async () => {
        const { calls, client } = mock(() => json(INTENT));
        const create = (change) => client.paymentIntents.create({ ...PARAMS, ...change });
        for (const value of [6.99, -1, 0, Number.NaN, Infinity, 2 ** 53, "699", "", null, undefined, true, {}]) {
          await refused("amount.value", create({ amount: { currency: "CNY", value } }));
        }
        for (const currency of ["", "CN", "CNYY", "cny", 156, null])
          await refused("amount.currency", create({ amount: { currency, value: 1 } }));
        for (const id of ["", 7, {}, []]) await refused("id", create({ id }));
        for (const service_id of ["", undefined, null, 0]) await refused("service_id", create({ service_id }));
        await refused("amount", create({ amount: 699 }));
        await refused("payer.agent_id", create({ payer: {} }));
        await refused("payer.agent_id", create({ payer: { agent_id: "" } }));
        await refused("metadata", create({ metadata: { a: "x".repeat(4096) } }));
        await refused("metadata", create({ metadata: "text" }));
        for (const value of [1, null, true, {}, []]) await refused("metadata.a", create({ metadata: { a: value } }));
        await refused("params", client.paymentIntents.create());
        await refused("params", client.paymentIntents.create([]));
        await refused("params", create({ big: 1n }));
        const circular = {};
        circular.self = circular;
        await refused("params", create({ circular }));
        assert.equal((await create({ amount: { currency: "JPY", value: 1 } })).id, "pi_1");
        assert.equal((await create({ metadata: { a: "x".repeat(4096 - 8) } })).id, "pi_1");
        assert.equal(calls.length, 2);
      },
    ],
    [
      "an id is encoded into the path and can't leave it",
      async () => {
        const { calls, client } = mock(() => json({ ...INTENT, id: "pi/1?x#y %2e é" }));
        await client.paymentIntents.retrieve("pi/1?x#y %2e é");
        assert.equal(calls[0].url, "https://api.itpay.ai/v1/payment-intents/pi%2F1%3Fx%23y%20%252e%20%C3%A9");
        for (const id of ["", ".", "..", 7, undefined]) await refused("id", client.paymentIntents.retrieve(id));
        await refused("paymentIntentId", client.qr.generate(""));
      },
    ],
    [
      "each call has its method, path and body",
      async () => {
        const { calls, client } = mock((_, url) =>
          json(url.includes("?q=") ? [{ id: "svc_1" }] : { id: "pi_1", status: "pending" }),
        );
        await client.paymentIntents.retrieve("pi_1");
        await client.qr.generate("pi_1");
        const manifest = {
          name: "S",
          payment_methods: { one_time: true },
          pricing: { one_time: [{ amount: 99, currency: "USD" }] },
          accepted_channels: ["alipay"],
          qr_mode: "dynamic",
          settlement_currency: "USD",
          endpoint: "https://x.example/hook",
        };
        await client.manifests.create(manifest);
        await client.manifests.activate("svc_1");
        assert.deepEqual(await client.manifests.search({ q: "a&b" }), [{ id: "svc_1" }]);
        await client.request("post", "/refunds", {
          body: { payment_intent: "pi_1" },
          query: { a: 1, b: undefined, c: "d e" },
          idempotencyKey: "k",
        });
        assert.deepEqual(
          calls.map(({ method, url, body }) => [method, url.replace("https://api.itpay.ai/v1", ""), body]),
          [
            ["GET", "/payment-intents/pi_1", undefined],
            ["POST", "/payment-intents/pi_1/qr", undefined],
            [
              "POST",
              "/services",
              '{"name":"S","payment_methods":{"one_time":true},"pricing":{"one_time":[{"amount":99,"currency":"USD"}]},"accepted_channels":["alipay"],"qr_mode":"dynamic","settlement_currency":"USD","endpoint":"https://x.example/hook"}',
            ],
            ["PATCH", "/services/svc_1/activate", undefined],
            ["GET", "/services?q=a%26b", undefined],
            ["POST", "/refunds?a=1&c=d%20e", '{"payment_intent":"pi_1"}'],
          ],
        );
        assert.equal(calls[5].headers["Idempotency-Key"], "k");
        for (const path of ["refunds", "//evil.example/x", "/a/../b", "/a/%2e%2e/b", "/a b", "/a?b", ""])
          await refused("path", client.request("GET", path));
        await refused("method", client.request("TRACE", "/x"));
      },
    ],
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
        for (const timeout of [0, -1, Number.NaN, "", "30", null])
          assert.throws(make({ timeout }), { field: "timeout" });
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
      "every error response becomes the error class of its status, with any body",
      async () => {
        const documented = {
          error: {
            code: "SERVICE_NOT_FOUND",
            message: "no such service",
            details: { service_id: "svc", field: "service_id" },
          },
          request_id: "req_abc",
        };
        const table = [
          [401, documented, { name: "AuthenticationError", code: "SERVICE_NOT_FOUND", requestId: "req_abc" }],
          [
            422,
            documented,
            {
              name: "ValidationError",
              code: "SERVICE_NOT_FOUND",
              field: "service_id",
              details: documented.error.details,
            },
          ],
          [429, documented, { name: "RateLimitError", retryable: true }],
          [404, documented, { name: "APIError", code: "SERVICE_NOT_FOUND", retryable: false }],
          [402, { error: "payment_required", message: "pay first" }, { name: "APIError", code: "payment_required" }],
          [
            500,
            { error: { message: "x", request_id: "req_in" } },
            { name: "APIError", code: "http_500", requestId: "req_in", retryable: true },
          ],
          [400, { code: "FLAT", message: "flat" }, { name: "APIError", code: "FLAT" }],
          [503, "", { name: "APIError", code: "http_503", requestId: "req_header" }],
          [
            502,
            "<html><head><title>502 Bad Gateway</title></head></html>",
            { name: "APIError", code: "http_502", message: "the gateway responded with 502: 502 Bad Gateway" },
          ],
          [400, "{", { name: "APIError", code: "http_400" }],
          [400, "null", { name: "APIError" }],
          [400, "[1]", { name: "APIError" }],
          [400, '"text"', { name: "APIError", message: "the gateway responded with 400: text" }],
          [304, null, { name: "APIError", code: "http_304" }],
        ];
        for (const [status, body, expected] of table) {
          const { client } = mock(() =>
            body === null ? new Response(null, { status }) : json(body, status, { "x-request-id": "req_header" }),
          );
          await rejects(client.paymentIntents.retrieve("pi_1"), { status, attempts: 1, ...expected });
        }
        for (const [body, field] of [
          ["{}", "id"],
          ["[]", "body"],
          ["", "body"],
          ["{", "body"],
          ['{"id":"x","status":"y","amount":{"currency":"CNY","value":1.5}}', "amount.value"],
        ]) {
          const { client } = mock(() => json(body));
          const error = await rejects(client.paymentIntents.retrieve("pi_1"), {
            name: "APIError",
            code: "unreadable_response",
            status: 200,
          });
          assert.ok(error.message.includes(field), error.message);
        }
      },
    ],
    [
      "a response about another payment is an error",
      async () => {
        const { client } = mock(() => json({ id: "pi_other", payment_intent_id: "pi_other", status: "succeeded" }));
        for (const [field, call] of [
          ["id", client.paymentIntents.retrieve("pi_mine")],
          ["id", client.paymentIntents.waitForCompletion("pi_mine")],
          ["payment_intent_id", client.qr.generate("pi_mine")],
        ]) {
          const error = await rejects(call, { name: "APIError", code: "unreadable_response", status: 200 });
          assert.equal(error.message, `the gateway responded with 200, but ${field} is not the requested one`);
          assert.equal(error.field, field);
        }
        assert.equal((await client.paymentIntents.create(PARAMS)).id, "pi_other", "a create takes the gateway's id");
      },
    ],
    [
      "unknown statuses and fields are passed on",
      async () => {
        const { client } = mock(() =>
          json({ id: "pi_1", status: "levitating", qr: 7, description: ["x"], extra: { y: 1 } }),
        );
        assert.deepEqual(await client.paymentIntents.retrieve("pi_1"), {
          id: "pi_1",
          status: "levitating",
          qr: 7,
          description: ["x"],
          extra: { y: 1 },
        });
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
          await refused("headers", client.paymentIntents.create(PARAMS, { headers }));
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
    [
      "an error's stack has the caller's line",
      async () => {
        const { client } = mock(() => json("", 404));
        async function merchantsOwnFunction() {
          await client.paymentIntents.retrieve("pi_1");
        }
        const refusedAtOnce = async () => client.paymentIntents.create({});
        assert.match(
          (await rejects(merchantsOwnFunction(), { status: 404 })).stack,
          /^APIError: the gateway responded 404[\s\S]*merchantsOwnFunction/,
        );
        assert.match(
          (await rejects(refusedAtOnce(), { name: "ValidationError" })).stack,
          /^ValidationError: [\s\S]*refusedAtOnce/,
        );
      },
    ],
    [
      "params are sent unchanged, with unknown fields and any text, and optional ones may be null",
      async () => {
        const { calls, client } = mock(() => json(INTENT));
        const more = { 'a "quoted"\n name': { deep: [1e21, -0.5, null, true, "\ud83d\ude00\u2028"] }, toString: "x" };
        await client.paymentIntents.create({ ...PARAMS, ...more, description: null, metadata: { 'k"': "v\\" } });
        const { description, ...sent } = JSON.parse(calls[0].body);
        assert.deepEqual([description, sent], [undefined, { ...PARAMS, ...more, metadata: { 'k"': "v\\" } }]);
        await client.paymentIntents.create({ ...PARAMS, channel: null, id: null });
        const { id, channel } = JSON.parse(calls[1].body);
        assert.match(id, /^pi_[0-9a-f-]{36}$/);
        assert.deepEqual([channel, calls[1].headers["Idempotency-Key"]], [undefined, id]);
      },
    ],
    [
      "withResponse gives the data, the Response and the request id",
      async () => {
        const { client } = mock(() => json(INTENT, 201, { "x-request-id": "req_9" }));
        const { data, response, requestId } = await client.paymentIntents.create(PARAMS).withResponse();
        assert.deepEqual([data, response.status, requestId], [INTENT, 201, "req_9"]);
      },
    ],
    [
      "a fetch that resolves to no Response is a typed error, not a trap",
      async () => {
        for (const value of [undefined, null, 7, {}, { status: 200 }, { status: 200, headers: {}, text: () => "" }]) {
          const { client } = mock(() => value);
          await rejects(client.paymentIntents.retrieve("pi_1"), { name: "ValidationError", field: "fetch" });
        }
        const { client } = mock(() => ({
          status: 200,
          headers: new Map(),
          text: () => {
            throw new Error("no");
          },
        }));
        await rejects(client.paymentIntents.retrieve("pi_1"), { name: "ConnectionError", code: "broken_answer" });
      },
    ],
    [
      "maxRetries 0 sends one request, and 2 sends three with the same bytes and key",
      async () => {
        for (const status of [501, 505])
          await rejects(mock(() => json("", status), { maxRetries: 2 }).client.paymentIntents.create(PARAMS), {
            attempts: 1,
            retryable: false,
          });
        for (const status of [520, 530, 561])
          await rejects(mock(() => json("", status), { maxRetries: 1 }).client.paymentIntents.create(PARAMS), {
            attempts: 2,
            retryable: true,
          });
        const none = mock(() => json("", 500));
        await rejects(none.client.paymentIntents.create(PARAMS), { attempts: 1 });
        assert.equal(none.calls.length, 1);
        const two = mock(() => json("", 500, { "retry-after": "0" }), { maxRetries: 2 });
        await rejects(two.client.paymentIntents.create(PARAMS), { attempts: 3, status: 500 });
        assert.equal(two.calls.length, 3);
        for (const field of ["url", "body"]) assert.equal(new Set(two.calls.map((call) => call[field])).size, 1);
        assert.equal(new Set(two.calls.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
      },
    ],
    [
      "a POST without an idempotency key is retried only if it was not processed",
      async () => {
        for (const [status, headers, expected] of [
          [500, { "retry-after": "0" }, 1],
          [503, {}, 1],
          [503, { "retry-after": "0" }, 2],
          [429, { "retry-after": "0" }, 2],
          [409, {}, 1],
        ]) {
          const { calls, client } = mock(() => json("", status, headers), { maxRetries: 1 });
          await rejects(client.qr.generate("pi_1"), { status, attempts: expected });
          assert.equal(calls.length, expected, `${status}`);
        }
        const { calls, client } = mock(() => json("", 500, { "retry-after": "0" }), { maxRetries: 1 });
        await rejects(client.qr.generate("pi_1", { idempotencyKey: "k" }), { attempts: 2 });
        assert.equal(calls.length, 2);
      },
    ],
    [
      "a call that fails at once is no unhandled rejection",
      async () => {
        const unhandled = [];
        const note = (event) => unhandled.push(event);
        globalThis.addEventListener?.("unhandledrejection", note);
        globalThis.process?.on?.("unhandledRejection", note);
        const { client } = mock(() => json(INTENT));
        const refuse = () => client.paymentIntents.create({});
        const ways = [
          refuse,
          async () => refuse(),
          () => Promise.resolve().then(refuse),
          () => Promise.all([refuse()]),
          () => refuse().withResponse(),
          () => client.paymentIntents.waitForCompletion(7),
          () => client.paymentIntents.retrieve("pi_1", { signal: AbortSignal.abort() }),
        ];
        for (const way of ways) await rejects(way(), { attempts: 0 });
        await new Promise((resolve) => setTimeout(resolve, 10));
        globalThis.removeEventListener?.("unhandledrejection", note);
        globalThis.process?.off?.("unhandledRejection", note);
        assert.equal(unhandled.length, 0);
      },
    ],
    [
      "an object that resembles a Response is read as far as possible, or a typed error",
      async () => {
        const odd = (status, id, body) => ({
          status,
          ok: true,
          headers: { get: (name) => (name === "x-request-id" ? id : 7) },
          text: async () => body,
        });
        for (const id of [7, {}, [], true, undefined, Symbol("id"), 1n]) {
          const { client } = mock(() => odd(200, id, JSON.stringify(INTENT)));
          assert.deepEqual(await client.paymentIntents.retrieve("pi_1"), INTENT);
        }
        for (const body of [7, {}, undefined, null, Symbol("body"), new Uint8Array([123])]) {
          await rejects(mock(() => odd(200, "req_1", body)).client.paymentIntents.retrieve("pi_1"), {
            name: "APIError",
            code: "unreadable_response",
            requestId: "req_1",
          });
        }
        for (const status of [NaN, -1, 1e9, Infinity])
          await rejects(mock(() => odd(status, "req_1", "{}")).client.paymentIntents.retrieve("pi_1"), {
            name: "APIError",
          });
        await rejects(mock(() => odd(503, "req_1", "{}")).client.paymentIntents.retrieve("pi_1"), {
          name: "APIError",
          status: 503,
        });
      },
    ],
    [
      "an abort ends a call at any moment: before it, in it, while waiting for the next attempt",
      async () => {
        const reason = new Error("enough");
        const before = mock(() => json(INTENT));
        await rejects(before.client.paymentIntents.retrieve("pi_1", { signal: AbortSignal.abort(reason) }), {
          name: "AbortError",
          code: "aborted",
          attempts: 0,
          cause: reason,
        });
        assert.equal(before.calls.length, 0);
        const during = new AbortController();
        const deaf = mock(() => new Promise(() => undefined));
        const pending = deaf.client.paymentIntents.retrieve("pi_1", { signal: during.signal });
        setTimeout(() => during.abort(reason), 20);
        await rejects(pending, { name: "AbortError", attempts: 1, cause: reason });
        assert.equal(deaf.calls[0].signal.aborted, true);
        const between = new AbortController();
        const slow = mock(() => json("", 500, { "retry-after": "60" }), { maxRetries: 2 });
        const started = Date.now();
        setTimeout(() => between.abort(reason), 20);
        await rejects(slow.client.paymentIntents.retrieve("pi_1", { signal: between.signal }), {
          name: "AbortError",
          attempts: 1,
        });
        assert.ok(Date.now() - started < 5000);
      },
    ],
    [
      "a stall in the headers or in the body is a TimeoutError",
      async () => {
        for (const how of ["stall-headers", "stall-body"]) {
          const { client } = misbehaving(how, { timeout: 150 });
          await rejects(client.paymentIntents.retrieve("pi_1"), { name: "TimeoutError", code: "timeout", attempts: 1 });
          const own = misbehaving(how);
          await rejects(own.client.paymentIntents.retrieve("pi_1", { timeout: 100 }), { name: "TimeoutError" });
          const controller = new AbortController();
          setTimeout(() => controller.abort(), 50);
          await rejects(misbehaving(how).client.paymentIntents.retrieve("pi_1", { signal: controller.signal }), {
            name: "AbortError",
          });
        }
      },
    ],
    [
      "a reset is a ConnectionError, and is retried only before the response has begun",
      async () => {
        await rejects(misbehaving("reset-before").client.paymentIntents.retrieve("pi_1"), {
          name: "ConnectionError",
          retryable: true,
        });
        const once = misbehaving("reset-once", { maxRetries: 1 });
        assert.deepEqual(await once.client.paymentIntents.create(PARAMS), INTENT);
        assert.equal((await once.seen()).length, 2);
        const broken = misbehaving("reset-after-headers", { maxRetries: 2 });
        await rejects(broken.client.paymentIntents.create(PARAMS), {
          name: "ConnectionError",
          code: "broken_answer",
          attempts: 1,
        });
        assert.equal((await broken.seen()).length, 1);
      },
    ],
    [
      "an unknown host and a refused connection have different codes",
      async () => {
        const failing = (code, nested) =>
          mock(() =>
            Promise.reject(Object.assign(new TypeError("fetch failed"), nested ? { cause: { code } } : { code })),
          );
        for (const nested of [true, false]) {
          for (const code of ["ENOTFOUND", "EAI_AGAIN"]) {
            const error = await rejects(failing(code, nested).client.paymentIntents.retrieve("pi_1"), {
              name: "ConnectionError",
              code: "host_not_found",
              retryable: true,
            });
            assert.match(error.message, /the host name was not found/);
          }
          const error = await rejects(failing("ECONNREFUSED", nested).client.paymentIntents.retrieve("pi_1"), {
            name: "ConnectionError",
            code: "connection_refused",
          });
          assert.match(error.message, /nothing listens at that address/);
        }
      },
    ],
    [
      "a response is read up to 16 MB",
      async () => {
        const megabyte = new Uint8Array(1024 * 1024).fill(32);
        const spaces = (count, end) => {
          let sent = 0;
          let canceled = false;
          const body = new ReadableStream({
            pull: (controller) => {
              if (sent < count) controller.enqueue(megabyte);
              else if (sent === count) controller.enqueue(new TextEncoder().encode(JSON.stringify(INTENT)));
              else controller.close();
              sent += 1;
            },
            cancel: () => (canceled = true),
          });
          return { fetch: async () => new Response(body), canceled: () => canceled };
        };
        const good = spaces(2);
        assert.deepEqual(
          await new ItPayClient({ apiKey: KEY, fetch: good.fetch }).paymentIntents.retrieve("pi_1"),
          INTENT,
        );
        const endless = spaces(Infinity);
        const error = await rejects(
          new ItPayClient({ apiKey: KEY, fetch: endless.fetch, timeout: 20_000 }).paymentIntents.retrieve("pi_1"),
          { name: "ConnectionError", code: "response_too_large", status: 200, attempts: 1 },
        );
        assert.match(error.message, /too large/);
        assert.ok(endless.canceled());
      },
    ],
    [
      "500 and then 200 is a success",
      async () => {
        const { client, seen } = misbehaving("500-once", { maxRetries: 2 });
        assert.deepEqual(await client.paymentIntents.create(PARAMS), INTENT);
        const [first, second] = await seen();
        assert.deepEqual(
          [first.body, first.headers["idempotency-key"]],
          [second.body, second.headers["idempotency-key"]],
        );
      },
    ],
    [
      "a 429 response is retried after Retry-After, in seconds or as a date",
      async () => {
        for (const [how, least] of [
          ["429-seconds", 950],
          ["429-date", 800],
        ]) {
          const { client } = misbehaving(how, { maxRetries: 1 });
          const started = Date.now();
          assert.deepEqual(await client.paymentIntents.retrieve("pi_1"), INTENT);
          const took = Date.now() - started;
          assert.ok(took >= least && took < 6000, `${how} took ${took} ms`);
        }
        await rejects(misbehaving("429-always").client.paymentIntents.retrieve("pi_1"), {
          name: "RateLimitError",
          retryAfter: 7000,
          requestId: "req_429",
          code: "SLOW_DOWN",
        });
      },
    ],
    [
      "a redirect is not followed, because another host must not get the key",
      async () => {
        await rejects(misbehaving("redirect").client.paymentIntents.retrieve("pi_1"), {
          name: "APIError",
          status: 307,
        });
        assert.deepEqual(await (await fetch(`${serverUrl}/seen/stolen/x`)).json(), []);
      },
    ],
    [
      "gzip and single bytes are read; truncation, 2 MB of HTML and numbers beyond 2^53 are errors",
      async () => {
        assert.deepEqual(await misbehaving("gzip").client.paymentIntents.retrieve("pi_1"), INTENT);
        assert.deepEqual(await misbehaving("byte-by-byte").client.paymentIntents.retrieve("pi_1"), INTENT);
        await rejects(misbehaving("truncated").client.paymentIntents.retrieve("pi_1"), {
          name: "APIError",
          code: "unreadable_response",
        });
        const huge = await rejects(misbehaving("huge").client.paymentIntents.retrieve("pi_1"), {
          name: "APIError",
          status: 400,
        });
        assert.ok(huge.message.length < 400);
        await rejects(misbehaving("big").client.paymentIntents.retrieve("pi_1"), { code: "unreadable_response" });
      },
    ],
    [
      "a hundred calls at once don't disturb each other, one aborted among them",
      async () => {
        const { client } = misbehaving("ok");
        const controller = new AbortController();
        const calls = Array.from({ length: 100 }, (_, index) =>
          client.paymentIntents.create(
            { ...PARAMS, id: `pi_${index}` },
            index === 50 ? { signal: controller.signal } : {},
          ),
        );
        controller.abort();
        const results = await Promise.allSettled(calls);
        results.forEach(({ status, value, reason }, index) => {
          if (index === 50) assert.equal(reason.name, "AbortError");
          else assert.deepEqual([status, value], ["fulfilled", INTENT]);
        });
      },
    ],
    [
      "waitForCompletion reports each change once and ends with the payment",
      async () => {
        for (const last of ["succeeded", "expired", "cancelled", "failed"]) {
          const states = ["pending", "pending", "scanning", last];
          const { calls, client } = mock((nth) => json({ id: "pi_1", status: states[nth - 1] }));
          const seen = [];
          const intent = await client.paymentIntents.waitForCompletion("pi_1", {
            pollInterval: 1,
            onUpdate: ({ status }) => seen.push(status),
          });
          assert.deepEqual([intent.status, seen, calls.length], [last, ["pending", "scanning", last], 4]);
        }
      },
    ],
    [
      "waitForCompletion survives transient failures and rejects with others",
      async () => {
        const troubles = [
          () => json("", 503),
          () => json("", 429),
          () => {
            throw new TypeError("fetch failed");
          },
          () => json({ id: "pi_1", status: "succeeded" }),
        ];
        const { client } = mock((nth) => troubles[nth - 1]());
        assert.equal((await client.paymentIntents.waitForCompletion("pi_1", { pollInterval: 1 })).status, "succeeded");
        await rejects(mock(() => json("", 404)).client.paymentIntents.waitForCompletion("pi_1", { pollInterval: 1 }), {
          name: "APIError",
          status: 404,
        });
      },
    ],
    [
      "waitForCompletion ends at its deadline with the last intent, and at once on abort",
      async () => {
        const { client } = mock(() => json({ id: "pi_1", status: "scanning" }));
        const started = Date.now();
        const error = await rejects(
          client.paymentIntents.waitForCompletion("pi_1", { timeout: 120, pollInterval: 50 }),
          { name: "TimeoutError", retryable: true },
        );
        assert.deepEqual(error.intent, { id: "pi_1", status: "scanning" });
        assert.ok(Date.now() - started < 3000);
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 20);
        await rejects(client.paymentIntents.waitForCompletion("pi_1", { signal: controller.signal }), {
          name: "AbortError",
        });
        const enough = new AbortController();
        const before = Date.now();
        await rejects(
          client.paymentIntents.waitForCompletion("pi_1", {
            signal: enough.signal,
            pollInterval: 10_000,
            onUpdate: () => enough.abort(),
          }),
          { name: "AbortError" },
        );
        assert.ok(Date.now() - before < 5000, "an abort before the wait was not seen by it");
        for (const wrong of [0, -1, Number.NaN, ""]) {
          await refused("timeout", client.paymentIntents.waitForCompletion("pi_1", { timeout: wrong }));
          await refused("pollInterval", client.paymentIntents.waitForCompletion("pi_1", { pollInterval: wrong }));
        }
        await assert.rejects(
          client.paymentIntents.waitForCompletion("pi_1", {
            onUpdate: () => {
              throw new RangeError("mine");
            },
          }),
          RangeError,
        );
      },
    ],
    [
      "log lines describe each attempt, without key and body",
      async () => {
        const lines = [];
        const logger = Object.fromEntries(
          ["error", "warn", "info", "debug"].map((level) => [level, (line) => lines.push(`${level} ${line}`)]),
        );
        const { client } = mock(
          (nth) =>
            json(nth === 1 ? "" : INTENT, nth === 1 ? 500 : 200, { "retry-after": "0", "x-request-id": "req_5" }),
          { logger, logLevel: "debug", maxRetries: 1 },
        );
        await client.paymentIntents.create({ ...PARAMS, metadata: { secret: "hunter2" } });
        assert.equal(
          lines.filter((line) =>
            /POST \/v1\/payment-intents (500|200) in \d+ ms, attempt [12] of 2, request req_5/.test(line),
          ).length,
          2,
          lines.join("\n"),
        );
        for (const hidden of [KEY, "hunter2", "v1=", "Bearer"])
          assert.ok(!lines.join("\n").includes(hidden), lines.join("\n"));
      },
    ],
    [
      "money is read and written without losing a digit",
      () => {
        assert.deepEqual(money("6.99", "CNY"), { currency: "CNY", value: 699 });
        assert.deepEqual(
          [
            money("500", "JPY").value,
            money("1.5", "KWD").value,
            money("0.1", "USD").value,
            money("90071992547409.91", "USD").value,
          ],
          [500, 1500, 10, 9007199254740991],
        );
        for (const amount of ["", "1.", ".5", "-1", "1e3", "1,000", " 1", "1.999", "90071992547409.92", 6.99])
          assert.throws(() => money(amount, "CNY"), { name: "ValidationError", field: "amount" });
        assert.throws(() => money("1.5", "JPY"), { field: "amount" });
        assert.throws(() => money("1", "cny"), { field: "currency" });
        assert.equal(formatMoney({ currency: "USD", value: -123456 }, "en-US"), "-$1,234.56");
        assert.equal(formatMoney({ currency: "JPY", value: 500 }, "en-US"), "¥500");
        for (const value of [1.5, Number.NaN, "", 2 ** 53])
          assert.throws(() => formatMoney({ currency: "USD", value }), { field: "value" });
        for (const currency of ["jpy", "", "JP", "Jpy", "J1Y", 7, undefined])
          assert.throws(() => formatMoney({ currency, value: 500 }), { name: "ValidationError", field: "currency" });
        assert.throws(() => formatMoney({ currency: "USD", value: 1 }, "no locale"), {
          name: "ValidationError",
          field: "locale",
        });
      },
    ],
    [
      "HTTP 402 is written and read, and is null for everything else",
      async () => {
        const charge = { id: "qr_1", scan_url: "itpay://pay/pi_1", display: { amount: "CNY 6.99" } };
        const response = paymentRequired({ ...INTENT, channel: "alipay" }, charge);
        assert.equal(response.status, 402);
        assert.deepEqual(await parsePaymentRequired(response), {
          paymentIntentId: "pi_1",
          channel: "alipay",
          amount: "CNY 6.99",
          qr: "itpay://pay/pi_1",
          message: "This resource costs something: pay, then ask again.",
          paymentIntent: { ...INTENT, channel: "alipay" },
        });
        assert.equal(response.headers.get("Cache-Control"), "no-store");
        assert.equal(paymentRequired(INTENT).headers.get("X-Payment-Amount"), "CNY 6.99");
        for (const shown of ["€5.00", "¥6.99", "", "a\nb", 7])
          assert.equal(
            paymentRequired(INTENT, { ...charge, display: { amount: shown } }).headers.get("X-Payment-Amount"),
            "CNY 6.99",
          );
        for (const value of [6.99, Number.NaN, "699", undefined])
          assert.throws(() => paymentRequired({ ...INTENT, amount: { currency: "CNY", value } }), {
            name: "ValidationError",
            field: "intent.amount.value",
          });
        assert.throws(() => paymentRequired(INTENT, { ...charge, payment_intent_id: "pi_other" }), {
          name: "ValidationError",
          code: "payment_mismatch",
          field: "charge.payment_intent_id",
        });
        assert.throws(() => paymentRequired({ ...INTENT, amount: { currency: "cny", value: 699 } }), {
          name: "ValidationError",
          field: "currency",
        });
        for (const other of [
          new Response("{}", { status: 200 }),
          new Response("<html>", { status: 402 }),
          new Response("null", { status: 402 }),
        ])
          assert.equal(await parsePaymentRequired(other), null);
      },
    ],
    [
      "an intent that has its code is asked for without a charge",
      async () => {
        const qr = { charge_id: "qr_1", scan_url: "itpay://pay/pi_1" };
        const response = paymentRequired({ ...INTENT, status: "qr_generated", qr });
        assert.equal((await parsePaymentRequired(response)).qr, "itpay://pay/pi_1");
      },
    ],
    [
      "paymentScheme names the protocol of a 402, and parsePaymentRequired reads ItPay's alone",
      async () => {
        const x402 = { x402Version: 1, error: "X-PAYMENT header is required", accepts: [] };
        const paymentIntent = { payment_intent: { id: "pi_1" } };
        for (const [scheme, headers, body, status = 402] of [
          ["itpay", { "X-Payment-Intent": "pi_1" }, "<html>"],
          ["itpay", { "X-Payment-QR": "itpay://pay/pi_1", "PAYMENT-REQUIRED": "e30=" }, ""],
          ["itpay", {}, paymentIntent],
          ["itpay", { "WWW-Authenticate": "Payment id=1" }, paymentIntent],
          ["x402", {}, x402],
          ["x402", { "PAYMENT-REQUIRED": "e30=" }, {}],
          ["x402", { "payment-required": "e30=", "Payment-Needed": "e30=" }, "not JSON"],
          ["alipay", { "Payment-Needed": "e30=" }, {}],
          ["mpp", { "WWW-Authenticate": 'Payment id="x", realm="api.example.com"' }, { title: "Payment required" }],
          ["mpp", { "WWW-Authenticate": 'Bearer realm="a, b", payment method="stripe"' }, ""],
          ["unknown", { "WWW-Authenticate": 'Bearer realm="Payment, Payment x"' }, ""],
          ["unknown", { "WWW-Authenticate": "Payments a=1" }, ""],
          ["unknown", {}, ""],
          ["unknown", {}, "null"],
          ["unknown", {}, { payment_intent: { id: 7 } }],
          ["unknown", { "X-Payment-Intent": "pi_1" }, "", 200],
        ]) {
          const response = () => json(body, status, headers);
          const shown = JSON.stringify([headers, body]);
          assert.equal(await paymentScheme(response()), scheme, shown);
          assert.equal((await parsePaymentRequired(response())) !== null, scheme === "itpay", shown);
        }
        const read = json(x402, 402);
        await paymentScheme(read);
        assert.deepEqual(await read.json(), x402, "the body is left for the caller");
        const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16 * 1024)) });
        assert.equal(await paymentScheme(new Response(endless, { status: 402 })), "unknown");
        for (const wrong of [undefined, null]) await assert.rejects(paymentScheme(wrong), TypeError);
      },
    ],
    [
      "of a stranger's 402 a part is read, and then its headers count",
      async () => {
        const headers = { "X-Payment-Intent": "pi_1", "X-Payment-Amount": "CNY 6.99" };
        const fromHeaders = {
          paymentIntentId: "pi_1",
          channel: null,
          amount: "CNY 6.99",
          qr: null,
          message: null,
          paymentIntent: null,
        };
        const endless = new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(16 * 1024).fill(32)),
        });
        assert.deepEqual(await parsePaymentRequired(new Response(endless, { status: 402, headers })), fromHeaders);
        assert.deepEqual(
          await parsePaymentRequired(
            new Response(`{"payment_intent":{"id":"pi_1"},"x":"${"x".repeat(70_000)}"}`, { status: 402, headers }),
          ),
          fromHeaders,
        );
        const stalled = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
        });
        const started = Date.now();
        assert.deepEqual(await parsePaymentRequired(new Response(stalled, { status: 402, headers })), fromHeaders);
        assert.ok(Date.now() - started < 9_000);
        await rejects(
          parsePaymentRequired(new Response('{"payment_intent":{"id":"pi_other"}}', { status: 402, headers })),
          { name: "ValidationError", code: "payment_mismatch", field: "payment_intent.id" },
        );
      },
    ],
    [
      "the client verifies webhooks with its own secret",
      () => {
        const client = new ItPayClient({ apiKey: KEY, webhookSecret: "whsec_test_secret" });
        const body =
          '{"id":"evt_01","type":"payment_intent.succeeded","data":{"id":"pi_01","amount":{"currency":"CNY","value":699},"channel":"alipay","status":"succeeded","metadata":{"session_id":"sess_xyz_456"}}}';
        const header = "t=1745712345,v1=a0a5c0532be62cb1af9a38375d49cad21c6a62072182f2dc6651b40b1132c3a0";
        assert.equal(client.webhooks.verifySignature(body, header, { maxAge: Infinity }), true);
        assert.equal(client.webhooks.constructEvent(body, header, { maxAge: Infinity }).id, "evt_01");
        assert.throws(() => new ItPayClient({ apiKey: KEY }).webhooks.verifySignature(body, header), {
          name: "ConfigurationError",
          code: "missing_webhook_secret",
        });
      },
    ],
  ];
}
