// The client against the sandbox in process, on every runtime.

import assert from "node:assert/strict";

const MANIFEST = {
  name: "Smart Summary",
  payment_methods: { one_time: true },
  accepted_channels: ["alipay"],
  settlement_currency: "CNY",
  endpoint: "https://shop.example/hook",
};

export function cases({ ItPayClient }, { createSandbox }, { createWebhookHandler }) {
  const shop = async () => {
    const events = [];
    let handler;
    const sandbox = createSandbox({ deliver: (url, init) => handler(new Request(url, init)) });
    handler = createWebhookHandler({
      secret: sandbox.webhookSecret,
      on: { default: (event) => void events.push(event.type) },
    });
    const client = new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch, maxRetries: 0 });
    const service = await client.manifests.create(MANIFEST);
    const create = (change = {}) =>
      client.paymentIntents.create({
        service_id: service.id,
        type: "one_time",
        amount: { currency: "CNY", value: 699 },
        payer: { agent_id: "a" },
        ...change,
      });
    return { sandbox, client, service, create, events };
  };

  return [
    [
      "sandbox: a payment is created, shown, paid, read and notified",
      async () => {
        const { sandbox, client, create, events } = await shop();
        const intent = await create({ metadata: { order: "7" } });
        const charge = await client.qr.generate(intent.id);
        const waiting = client.paymentIntents.waitForCompletion(intent.id, { pollInterval: 5, timeout: 5000 });
        await sandbox.pay(intent.id);
        const paid = await waiting;
        assert.deepEqual(
          [paid.status, paid.metadata, charge.display.amount, events],
          ["succeeded", { order: "7" }, "CNY 6.99", ["payment_intent.succeeded"]],
        );
        sandbox.close();
      },
    ],
    [
      "sandbox: an error response becomes the error class of its status",
      async () => {
        const { sandbox, client, create } = await shop();
        const intent = await create();
        await client.qr.generate(intent.id);
        const table = [
          [client.qr.generate(intent.id), { name: "APIError", status: 409 }],
          [client.paymentIntents.retrieve("pi_none"), { name: "APIError", status: 404 }],
          [create({ service_id: "svc_none" }), { name: "APIError", code: "SERVICE_NOT_FOUND" }],
          [create({ channel: "wechat" }), { name: "ValidationError", status: 422 }],
          [create({ id: intent.id, amount: { currency: "CNY", value: 1 } }), { name: "APIError", status: 409 }],
          [
            new ItPayClient({ apiKey: "sk_wrong", fetch: sandbox.fetch }).paymentIntents.retrieve(intent.id),
            { name: "AuthenticationError", status: 401 },
          ],
          [client.request("GET", "/nowhere"), { name: "APIError", status: 404 }],
          [client.request("PUT", "/services"), { name: "APIError", status: 405 }],
        ];
        for (const [call, expected] of table) {
          const error = await call.then(
            () => assert.fail("it was not refused"),
            (thrown) => thrown,
          );
          for (const [field, value] of Object.entries(expected)) assert.equal(error[field], value, error.stack);
          assert.ok(error.requestId.length > 3);
        }
        sandbox.close();
      },
    ],
    [
      "sandbox: a service is activated and found",
      async () => {
        const { sandbox, client, service } = await shop();
        assert.equal(service.status, "draft");
        assert.equal((await client.manifests.activate(service.id)).status, "active");
        assert.deepEqual(
          (await client.manifests.search({ q: "summary" })).map(({ id }) => id),
          [service.id],
        );
        assert.deepEqual(await client.manifests.search({ q: "nothing like it" }), []);
        sandbox.close();
      },
    ],
    [
      "sandbox: a lost response and an outage cause no second payment",
      async () => {
        const { sandbox, create } = await shop();
        sandbox.inject({ method: "POST", path: "/v1/payment-intents", reset: "after" });
        sandbox.inject({ method: "POST", path: "/v1/payment-intents", status: 503, headers: { "Retry-After": "0" } });
        const client = new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch, maxRetries: 3 });
        const { service_id } = await create({ id: "pi_warm" }).catch(() => client.paymentIntents.retrieve("pi_warm"));
        const intent = await client.paymentIntents.create({
          id: "pi_once",
          service_id,
          type: "one_time",
          amount: { currency: "CNY", value: 5 },
          payer: { agent_id: "a" },
        });
        assert.equal(intent.id, "pi_once");
        const bodies = sandbox.requests
          .filter(({ method, body }) => method === "POST" && body.includes("pi_once"))
          .map(({ body }) => body);
        assert.deepEqual([bodies.length, new Set(bodies).size], [2, 1]);
        sandbox.close();
      },
    ],
  ];
}
