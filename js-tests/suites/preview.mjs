// The calls of `client.preview`, on every runtime: one row of the table is one call.

import assert from "node:assert/strict";

const KEY = "sk_test_0123456789abcdef";

/**
 * The method's path in `client.preview`, its route, its parameters as the documentation shows them, what makes a field of
 * them wrong, the documented response, and the fields without which a response isn't of the documented form.
 */
export const PREVIEW_CALLS = [
  {
    method: "payments.oneTime",
    path: "/payments/one-time",
    params: { service_id: "svc_1", amount: { currency: "CNY", value: 699 }, payer: { agent_id: "agent_1" } },
    wrong: [
      ["service_id", undefined],
      ["amount", undefined],
      ["amount.value", { currency: "CNY", value: 6.99 }],
      ["amount.value", { currency: "CNY", value: -1 }],
      ["amount.currency", { currency: "yuan", value: 699 }],
      ["payer", undefined],
      ["payer.agent_id", {}],
    ],
    response: { id: "pay_01", deeplink: "itpay://pay/pay_01", status: "pending" },
    required: ["id", "deeplink", "status"],
  },
  {
    method: "cumulative.record",
    path: "/cumulative/record",
    params: { quantity: 1500 },
    wrong: [
      ["quantity", undefined],
      ["quantity", NaN],
      ["quantity", "1500"],
      ["quantity", 0],
      ["quantity", -1],
    ],
    response: { amount: 1500, running_total: 3000.5 },
    required: ["amount", "running_total"],
  },
  {
    method: "subscriptions.create",
    path: "/subscriptions",
    params: {},
    wrong: [],
    response: { status: "pending", first_payment: { qr: { scan_url: "itpay://pay/qr_1" } } },
    required: ["status", "first_payment", "first_payment.qr"],
  },
  {
    method: "deliveries.create",
    path: "/deliveries",
    params: { type: "signed_url", payment_intent_id: "pi_01", source_url: "https://goods.example/a.pdf" },
    wrong: [
      ["type", undefined],
      ["payment_intent_id", ""],
      ["source_url", 1],
    ],
    response: {},
    required: [],
  },
  {
    method: "webhookEndpoints.create",
    path: "/webhook-endpoints",
    params: {
      url: "https://shop.example/hook",
      description: "orders",
      enabled_events: ["payment_intent.succeeded"],
    },
    wrong: [
      ["url", undefined],
      ["url", "shop.example"],
      ["description", 1],
      ["enabled_events", "all"],
      ["enabled_events[0]", [7]],
    ],
    response: { id: "we_01", secret: "whsec_01" },
    required: [],
  },
  {
    method: "kyc.verify",
    path: "/kyc/verify",
    params: { level: "basic", data: { email: "a@example.com", phone: "+420123456789" } },
    wrong: [
      ["level", undefined],
      ["data", undefined],
      ["data.email", { email: 1 }],
      ["data.phone", { phone: "" }],
    ],
    response: {},
    required: [],
  },
  {
    method: "installs.create",
    path: "/installs",
    params: { auto_pay_limit: 1000, channel: "alipay" },
    wrong: [
      ["auto_pay_limit", undefined],
      ["channel", 1],
    ],
    response: { install_id: "ins_01", status: "active" },
    required: ["install_id", "status"],
  },
  {
    method: "refunds.create",
    path: "/refunds",
    params: {
      payment_intent: "pi_01",
      reason: "customer_request",
      revoke: { targets: [{ type: "access_token", id: "tok_1" }] },
    },
    wrong: [
      ["payment_intent", undefined],
      ["payment_intent", ""],
      ["reason", 7],
      ["revoke", "all"],
      ["revoke.targets", { targets: {} }],
      ["revoke.targets[0].type", { targets: [{}] }],
    ],
    response: { status: "requested" },
    required: [],
  },
];

export function previewCases({ ItPayClient, isItPayError }) {
  const call = (client, { method, params }, options) => {
    const [resource, name] = method.split(".");
    return client.preview[resource][name](params, options);
  };
  /** A client whose fetch responds with the result of `reply`, and the calls that it received. */
  const mock = (reply, options = {}) => {
    const calls = [];
    const fetch = async (url, init) => {
      calls.push({ url, ...init });
      return reply(calls.length);
    };
    return { calls, client: new ItPayClient({ apiKey: KEY, fetch, maxRetries: 5, ...options }) };
  };
  const json = (body, status = 201, headers = {}) =>
    new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
  const rejection = async (promise) => {
    const error = await promise.then(
      () => assert.fail("it did not fail"),
      (thrown) => thrown,
    );
    assert.ok(isItPayError(error), String(error?.stack ?? error));
    return error;
  };

  return PREVIEW_CALLS.flatMap((row) => [
    [
      `preview.${row.method} sends its params as they are and resolves to the response as it is`,
      async () => {
        const response = { ...row.response, new_field: { big: [1] } };
        const { calls, client } = mock(() => json(response));
        const params = { ...row.params, unknown: { deep: [null] } };
        assert.deepEqual(await call(client, { ...row, params }), response);
        assert.equal(calls.length, 1);
        assert.equal(`${calls[0].method} ${calls[0].url}`, `POST https://api.itpay.ai/v1${row.path}`);
        assert.equal(calls[0].body, JSON.stringify(params));
        assert.equal(calls[0].headers["Idempotency-Key"], undefined);
      },
    ],
    [
      `preview.${row.method} is sent once, whatever maxRetries says, and its error says what is known`,
      async () => {
        const refused = Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } });
        const broken = () => Promise.reject(new TypeError("fetch failed"));
        for (const [outcome, reply] of [
          ["unknown", broken],
          ["unknown", () => json("", 502)],
          ["unknown", () => json({ error: { code: "INTERNAL", message: "no" } }, 500)],
          ["unknown", () => json("<html>filter</html>", 403)],
          ["unknown", () => json("<html>", 200)],
          ["unknown", () => json("", 503, { "Retry-After": "0" })],
          ["not_done", () => Promise.reject(refused)],
          ["not_done", () => json({ error: { code: "TOO_MANY", message: "no" } }, 429, { "Retry-After": "0" })],
          ["not_done", () => json({ error: { code: "BAD", message: "no" } }, 422)],
        ]) {
          const { calls, client } = mock(reply);
          const error = await rejection(call(client, row, { maxRetries: 9 }));
          assert.equal(error.outcome, outcome, String(error.stack));
          assert.deepEqual([calls.length, error.attempts], [1, 1]);
        }
      },
    ],
    [
      `preview.${row.method} is retried with an idempotency key`,
      async () => {
        const { calls, client } = mock((nth) => (nth === 1 ? json("", 503) : json(row.response)));
        await call(client, row, { idempotencyKey: "own-1" });
        assert.deepEqual(
          calls.map(({ headers }) => headers["Idempotency-Key"]),
          ["own-1", "own-1"],
        );
      },
    ],
    [
      `preview.${row.method} refuses wrong params before it sends them, and names the field`,
      async () => {
        const { calls, client } = mock(() => json(row.response));
        for (const [field, value] of row.wrong) {
          const [, name] = /^(\w+)/.exec(field);
          const error = await rejection(call(client, { ...row, params: { ...row.params, [name]: value } }));
          assert.deepEqual([error.name, error.field, error.outcome], ["ValidationError", field, "not_done"]);
        }
        for (const params of [undefined, null, 7, [], "x", { quantity: 1n }]) {
          const error = await rejection(call(client, { ...row, params }));
          assert.deepEqual([error.name, error.field, error.outcome], ["ValidationError", "params", "not_done"]);
        }
        assert.equal(calls.length, 0);
      },
    ],
    [
      `preview.${row.method} names the field of a response that isn't of the documented form`,
      async () => {
        const without = (path) => {
          const copy = structuredClone(row.response);
          const names = path.split(".");
          delete names.slice(0, -1).reduce((object, name) => object[name], copy)[names.at(-1)];
          return copy;
        };
        for (const [field, response] of [
          ["body", "<html>"],
          ["body", []],
          ["body", "null"],
          ...row.required.map((path) => [path, without(path)]),
        ]) {
          const { client } = mock(() => json(response, 200));
          const error = await rejection(call(client, row));
          assert.deepEqual([error.name, error.field, error.outcome], ["APIError", field, "unknown"], error.stack);
        }
      },
    ],
  ]);
}
