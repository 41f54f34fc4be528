// The requests of `itpay`: parameters, ids, paths and bodies. A part of the suite in client.mjs.

import assert from "node:assert/strict";

import { KEY, PARAMS, INTENT } from "./client-setup.mjs";

export const cases = ({ createPaymentIntentId, mock, json, rejectsField }) => [
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
      await rejectsField("idempotencyKey", client.paymentIntents.create(PARAMS, { idempotencyKey: "order-1" }));
      assert.equal(calls.length, 3);
    },
  ],
  [
    "a lone surrogate is an error in any field",
    async () => {
      const { calls, client } = mock(() => json(INTENT));
      const half = "\u{1f370}".slice(0, 1);
      const assertLone = async (field, promise) =>
        assert.match(
          (await rejectsField(field, promise)).message,
          new RegExp(`${field.replace(".", "\\.")} has a lone surrogate`),
        );
      await assertLone("metadata.note", client.paymentIntents.create({ ...PARAMS, metadata: { note: half } }));
      await assertLone("description", client.paymentIntents.create({ ...PARAMS, description: `a${half}` }));
      await assertLone("id", client.paymentIntents.create({ ...PARAMS, id: half }));
      await assertLone("params", client.paymentIntents.create({ ...PARAMS, unknown: { deep: [half] } }));
      await assertLone("params", client.paymentIntents.create({ ...PARAMS, [half]: 1 }));
      await assertLone("metadata", client.paymentIntents.create({ ...PARAMS, metadata: { [half]: "x" } }));
      await assertLone("body", client.request("POST", "/x", { body: { half } }));
      await assertLone("id", client.paymentIntents.retrieve(half));
      await assertLone("q", client.manifests.search({ q: half }));
      await assertLone("query", client.request("GET", "/x", { query: { a: half } }));
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
        await rejectsField("amount.value", create({ amount: { currency: "CNY", value } }));
      }
      for (const currency of ["", "CN", "CNYY", "cny", 156, null])
        await rejectsField("amount.currency", create({ amount: { currency, value: 1 } }));
      for (const id of ["", 7, {}, []]) await rejectsField("id", create({ id }));
      for (const service_id of ["", undefined, null, 0]) await rejectsField("service_id", create({ service_id }));
      await rejectsField("amount", create({ amount: 699 }));
      await rejectsField("payer.agent_id", create({ payer: {} }));
      await rejectsField("payer.agent_id", create({ payer: { agent_id: "" } }));
      await rejectsField("metadata", create({ metadata: { a: "x".repeat(4096) } }));
      await rejectsField("metadata", create({ metadata: "text" }));
      for (const value of [1, null, true, {}, []]) await rejectsField("metadata.a", create({ metadata: { a: value } }));
      await rejectsField("params", client.paymentIntents.create());
      await rejectsField("params", client.paymentIntents.create([]));
      await rejectsField("params", create({ big: 1n }));
      const circular = {};
      circular.self = circular;
      await rejectsField("params", create({ circular }));
      assert.equal((await create({ amount: { currency: "JPY", value: 1 } })).id, "pi_1");
      assert.equal((await create({ metadata: { a: "x".repeat(4096 - 8) } })).id, "pi_1");
      assert.equal(calls.length, 2);
    },
  ],
  [
    "a query that is no object is an error that names it, before anything is sent",
    async () => {
      const { calls, client } = mock(() => json([]));
      for (const wrong of ["summary", 7, true]) {
        await rejectsField("query", client.manifests.search(wrong));
        await rejectsField("query", client.request("GET", "/services", { query: wrong }));
      }
      assert.equal(calls.length, 0);
    },
  ],
  [
    "an id is encoded into the path and can't leave it",
    async () => {
      const { calls, client } = mock(() => json({ ...INTENT, id: "pi/1?x#y %2e é" }));
      await client.paymentIntents.retrieve("pi/1?x#y %2e é");
      assert.equal(calls[0].url, "https://api.itpay.ai/v1/payment-intents/pi%2F1%3Fx%23y%20%252e%20%C3%A9");
      for (const id of ["", ".", "..", 7, undefined]) await rejectsField("id", client.paymentIntents.retrieve(id));
      await rejectsField("paymentIntentId", client.qr.generate(""));
    },
  ],
  [
    "each call has its method, path and body",
    async () => {
      const { calls, client } = mock((_, url) =>
        json(
          url.includes("?q=")
            ? [{ id: "svc_1" }]
            : { id: url.endsWith("/activate") ? "svc_1" : "pi_1", status: "pending", qr_data: "x" },
        ),
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
        await rejectsField("path", client.request("GET", path));
      await rejectsField("method", client.request("TRACE", "/x"));
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
];
