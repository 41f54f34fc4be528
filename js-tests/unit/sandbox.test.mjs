// `itpay/sandbox` in process.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { ItPayClient } from "itpay";
import { createSandbox } from "itpay/sandbox";
import { constructEvent, createWebhookHandler } from "itpay/webhooks";

const MANIFEST = {
  name: "S",
  payment_methods: { one_time: true },
  accepted_channels: ["alipay"],
  settlement_currency: "CNY",
  endpoint: "https://shop.example/hook",
};

/** A sandbox, a client of it, a payment with its code, and `receive`, which responds to its webhooks. */
async function shop({ receive = async () => new Response(), ...options } = {}) {
  const posted = [];
  const sandbox = createSandbox({
    deliver: async (url, init) => {
      posted.push({ url, ...init });
      return receive(url, init, posted.length);
    },
    ...options,
  });
  const client = new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch, maxRetries: 0 });
  const service = await client.manifests.create(MANIFEST);
  const pay = () =>
    client.paymentIntents.create({
      service_id: service.id,
      type: "one_time",
      amount: { currency: "CNY", value: 699 },
      payer: { agent_id: "a" },
    });
  const intent = await pay();
  const charge = await client.qr.generate(intent.id);
  return { sandbox, client, service, pay, intent, charge, posted };
}

test("a payment goes from its code to a webhook that verifies", async () => {
  const { sandbox, client, intent, charge, posted } = await shop();
  assert.equal(charge.status, "active");
  assert.equal((await sandbox.scan(intent.id)).status, "scanning");
  assert.equal((await sandbox.pay(intent.id)).status, "succeeded");
  assert.equal((await client.paymentIntents.retrieve(intent.id)).status, "succeeded");
  assert.equal(posted.length, 1);
  const event = constructEvent(posted[0].body, new Headers(posted[0].headers), sandbox.webhookSecret);
  assert.deepEqual(
    [posted[0].url, event.type, event.data.id, event.data.amount],
    [MANIFEST.endpoint, "payment_intent.succeeded", intent.id, { currency: "CNY", value: 699 }],
  );
  assert.equal(sandbox.deliveries[0].attempts.length, 1);
});

test("decline, expiry and cancellation end a payment, with the documented events", async () => {
  for (const [action, status, type] of [
    ["fail", "failed", "payment_intent.failed"],
    ["expire", "expired", "payment_intent.expired"],
    ["cancel", "cancelled", undefined],
  ]) {
    const { sandbox, intent, posted } = await shop();
    assert.equal((await sandbox[action](intent.id, "no money")).status, status);
    assert.deepEqual(
      posted.map(({ body }) => JSON.parse(body).type),
      type === undefined ? [] : [type],
    );
    if (action === "fail") assert.equal(JSON.parse(posted[0].body).data.failure_reason, "no money");
    await assert.rejects(sandbox.pay(intent.id), { name: "ValidationError" });
    sandbox.close();
  }
});

test("an invalid key, signature or body is an error", async () => {
  const { sandbox, client } = await shop();
  await assert.rejects(new ItPayClient({ apiKey: "sk_wrong", fetch: sandbox.fetch }).paymentIntents.retrieve("x"), {
    name: "AuthenticationError",
    code: "INVALID_API_KEY",
  });
  const forged = await sandbox.fetch("https://x/v1/payment-intents/x", {
    headers: { Authorization: `Bearer ${sandbox.apiKey}` },
  });
  assert.equal(forged.status, 401);
  await assert.rejects(
    client.paymentIntents.create({
      service_id: "svc_none",
      type: "one_time",
      amount: { currency: "CNY", value: 1 },
      payer: { agent_id: "a" },
    }),
    { code: "SERVICE_NOT_FOUND", status: 404 },
  );
});

test("the same id and body is the same payment, another body a conflict", async () => {
  const { client, service } = await shop();
  const params = {
    id: "pi_mine",
    service_id: service.id,
    type: "one_time",
    amount: { currency: "CNY", value: 1 },
    payer: { agent_id: "a" },
  };
  const first = await client.paymentIntents.create(params);
  assert.deepEqual(await client.paymentIntents.create(params), first);
  await assert.rejects(client.paymentIntents.create({ ...params, amount: { currency: "CNY", value: 2 } }), {
    status: 409,
  });
});

test("with a seed and a clock the gateway's own ids and times are the same in each run", async () => {
  const run = async (seed) => {
    const { sandbox, intent, charge, service } = await shop({ seed, now: () => 1_745_712_345_000 });
    sandbox.close();
    return [service.id, charge.id, intent.created_at, intent.expires_at];
  };
  assert.deepEqual(await run(1), await run(1));
  assert.notDeepEqual(await run(1), await run(2));
  assert.equal((await run(1))[2], "2025-04-27T00:05:45.000Z");
});

test("a receiver that throws, hangs or is still busy at the end holds nothing up", { timeout: 60_000 }, async () => {
  const thrown = await shop({
    receive: () => {
      throw new Error("no");
    },
  });
  assert.equal((await thrown.sandbox.pay(thrown.intent.id)).status, "succeeded");
  thrown.sandbox.close();
  const deaf = await shop({ receive: () => new Promise(() => undefined) });
  const paying = deaf.sandbox.pay(deaf.intent.id);
  await sleep(20);
  deaf.sandbox.close();
  assert.equal((await paying).status, "succeeded");
  await assert.rejects(deaf.client.paymentIntents.retrieve("x"), {
    name: "ConnectionError",
    code: "connection_refused",
  });
});

test("a webhook is repeated until it gets a 2xx response, and the event is handled once", async () => {
  let handled = 0;
  const statuses = [];
  const { sandbox, intent } = await shop({
    receive: async (url, init, nth) => {
      handler ??= createWebhookHandler({ secret: sandbox.webhookSecret, on: { default: () => void (handled += 1) } });
      const response = nth === 1 ? new Response(null, { status: 503 }) : await handler(new Request(url, init));
      statuses.push(response.status);
      return response;
    },
  });
  var handler;
  await sandbox.pay(intent.id);
  assert.deepEqual(statuses, [503]);
  while (sandbox.deliveries[0].attempts.length < 2) await sleep(20); // the first pause is a second
  assert.deepEqual([statuses, handled], [[503, 200], 1]);
  await sandbox.redeliver(sandbox.deliveries[0].id);
  assert.deepEqual([statuses, handled], [[503, 200, 200], 1]);
  sandbox.close();
});

test("injected faults match their requests, as often as requested", async () => {
  const { sandbox, client, intent } = await shop();
  const retrieve = (options) => client.paymentIntents.retrieve(intent.id, options);
  sandbox.inject({
    method: "get",
    path: "/v1/payment-intents",
    times: 2,
    status: 503,
    headers: { "Retry-After": "0" },
  });
  assert.equal((await retrieve({ maxRetries: 2 })).id, intent.id);
  sandbox.inject({ reset: true });
  await assert.rejects(retrieve(), { name: "ConnectionError" });
  sandbox.inject({ stall: true });
  await assert.rejects(retrieve({ timeout: 50 }), { name: "TimeoutError" });
  sandbox.inject({ stall: "body" });
  await assert.rejects(retrieve({ timeout: 50 }), { name: "TimeoutError" });
  sandbox.inject({ body: "{", method: "GET" });
  await assert.rejects(retrieve(), { code: "unreadable_response" });
  sandbox.inject({ delay: 80 });
  const started = Date.now();
  assert.equal((await retrieve()).id, intent.id);
  assert.ok(Date.now() - started >= 75);
  for (const times of [0, -1, Number.NaN, ""]) assert.throws(() => sandbox.inject({ times }), { field: "times" });
  for (const status of [0, -1, 99, 600, Number.NaN, ""])
    assert.throws(() => sandbox.inject({ status }), { field: "status" });
  for (const delay of [-1, Number.NaN, ""]) assert.throws(() => sandbox.inject({ delay }), { field: "delay" });
  assert.throws(() => sandbox.inject({ body: {} }), { field: "body" });
  // A create whose response was lost is found by a repeated call.
  sandbox.inject({ method: "POST", reset: "after" });
  const params = {
    id: "pi_lost",
    service_id: intent.service_id,
    type: "one_time",
    amount: { currency: "CNY", value: 5 },
    payer: { agent_id: "a" },
  };
  assert.equal((await client.paymentIntents.create(params, { maxRetries: 1 })).id, "pi_lost");
});

test("with a custom clock, tick() expires a payment and repeats a webhook", async () => {
  let now = Date.UTC(2026, 0, 1);
  const statuses = [];
  const handler = createWebhookHandler({ secret: "whsec_sandbox", on: {} });
  const { sandbox, intent, posted } = await shop({
    now: () => now,
    receive: async (url, init, nth) => {
      const { status } = nth === 1 ? new Response(null, { status: 500 }) : await handler(new Request(url, init));
      statuses.push(status);
      return new Response(null, { status });
    },
  });
  assert.equal(await sandbox.tick(), now + 900_000);
  assert.equal(sandbox.intent(intent.id).status, "qr_generated");
  now += 900_000;
  assert.equal(await sandbox.tick(), now + 1000);
  assert.equal(sandbox.intent(intent.id).status, "expired");
  now += 1000;
  assert.equal(await sandbox.tick(), undefined);
  assert.deepEqual(statuses, [500, 200], "the signature is fresh by the receiver's clock");
  assert.deepEqual(
    [posted.length, sandbox.deliveries[0].progress, sandbox.deliveries[0].attempts.map(({ at }) => at)],
    [2, { state: "delivered" }, [now - 1000, now]],
  );
  sandbox.close();
  assert.equal(await sandbox.tick(), undefined);
});

test("every status and every attempt is reported in order", async () => {
  const notified = [];
  const { sandbox, intent, client } = await shop({
    onChange: ({ type, status, id }) => notified.push([type, status, id]),
  });
  await sandbox.pay(intent.id);
  const event = sandbox.deliveries[0].id;
  await client.manifests.search({});
  assert.deepEqual(notified, [
    ...["pending", "qr_generated", "scanning", "authorized", "captured", "succeeded"].map((status) => [
      "intent",
      status,
      intent.id,
    ]),
    ["attempt", 200, event],
  ]);
  const saved = sandbox.intent(intent.id);
  assert.deepEqual([saved.merchant_name, saved.charge.status, saved.history.length], ["S", "consumed", 6]);
  assert.deepEqual(sandbox.intents, [saved]);
  assert.equal(sandbox.intent("pi_none"), undefined);
  // Each change is reported once, and a restored sandbox does not report its past.
  const other = createSandbox({ state: sandbox.snapshot(), onChange: () => assert.fail("nothing changed") });
  await other.tick();
  other.close();
});

test("of a webhook's response 80 characters are read, the rest is canceled, and redirects are not followed", async () => {
  let [pulled, canceled] = [0, false];
  const endless = () =>
    new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("ž".repeat((pulled += 1)))),
      cancel: () => void (canceled = true),
    });
  const notified = [];
  const { sandbox, intent, posted } = await shop({
    receive: async () => new Response(endless()),
    onChange: (change) => change.type === "attempt" && notified.push(change),
  });
  await sandbox.pay(intent.id);
  assert.deepEqual(
    [posted[0].redirect, notified[0].status, notified[0].response, notified[0].url, canceled],
    ["manual", 200, "ž".repeat(80), MANIFEST.endpoint, true],
  );
  assert.ok(pulled < 20, `${pulled} pieces were read`);
  sandbox.close();
});

test("a response that stalls, breaks off or makes no sense still counts by its status, or as none", {
  timeout: 60_000,
}, async () => {
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error("reset")) });
  for (const [response, status] of [
    [new Response(broken), 200],
    [undefined, null],
    [{ status: "200" }, null],
    [{ status: 200 }, 200],
    [{ status: 0 }, null],
  ]) {
    const { sandbox, intent } = await shop({ receive: async () => response });
    assert.equal((await sandbox.pay(intent.id)).status, "succeeded");
    assert.equal(sandbox.deliveries[0].attempts[0].status, status);
    sandbox.close();
  }
});

test("a callback that throws is an error of the caller's, and holds up no delivery", async () => {
  const { sandbox, intent, posted } = await shop({
    onChange: ({ status }) => {
      if (status === "captured") throw new Error("mine");
    },
  });
  await assert.rejects(sandbox.pay(intent.id), /mine/);
  assert.deepEqual([posted.length, sandbox.deliveries[0].progress.state], [1, "delivered"]);
  sandbox.close();
  for (const time of [Number.NaN, -1, "1", undefined, Infinity]) {
    const late = createSandbox({ now: () => time });
    await assert.rejects(late.tick(), { name: "ValidationError", field: "now" });
    late.close();
  }
});

test("a fault is checked when it is injected", () => {
  const sandbox = createSandbox();
  const wrong = {
    times: [0, -1, 1.5, Number.NaN, "1"],
    status: [0, 199, 600, "500"],
    headers: ["x", null, { "a b": "c" }, { a: 1 }],
    body: [1, {}],
    delay: [-1, Infinity, 2 ** 31, "1"],
    stall: ["head", 1],
    reset: ["before", 1],
    method: [1],
    path: [1],
    statsu: [500],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values)
      assert.throws(() => sandbox.inject({ [field]: value }), { name: "ValidationError", field }, `${field}: ${value}`);
  }
  assert.throws(() => sandbox.inject({ status: 204, body: "x" }), { field: "body" });
  for (const empty of [undefined, {}])
    sandbox.inject({ times: empty?.times, status: undefined, headers: { "X-Trace": undefined } });
  sandbox.close();
});

test("closing ends stalled responses", { timeout: 60_000 }, async () => {
  const { sandbox, client, intent } = await shop();
  sandbox.inject({ stall: true });
  sandbox.inject({ stall: "body" });
  sandbox.inject({ delay: 60_000 });
  const calls = [1, 2, 3].map(() => client.paymentIntents.retrieve(intent.id));
  await sleep(20);
  sandbox.close();
  for (const call of calls) await assert.rejects(call, { name: "ConnectionError" });
});

test("the service svc_sandbox exists from the start, and accepts every channel", async () => {
  const { sandbox, client, service } = await shop();
  const { id } = await client.paymentIntents.create({
    service_id: "svc_sandbox",
    type: "one_time",
    channel: "promptpay",
    amount: { currency: "THB", value: 5000 },
    payer: { agent_id: "a" },
  });
  await client.qr.generate(id);
  await sandbox.pay(id);
  assert.deepEqual(
    sandbox.services.map((one) => [one.id, one.status]),
    [
      ["svc_sandbox", "active"],
      [service.id, "draft"],
    ],
  );
  assert.equal(sandbox.deliveries[0].url, sandbox.services[0].endpoint);
  sandbox.close();
});

test("the recorded requests are bounded", async () => {
  const { sandbox } = await shop();
  for (let request = 0; request < 10_050; request += 1) await sandbox.fetch(`http://x/v1/${request}`);
  assert.equal(sandbox.requests.length, 10_000);
  assert.equal(sandbox.requests.at(-1).path, "/v1/10049");
  const body = "x".repeat(2 ** 16 + 1);
  for (let request = 0; request < 200; request += 1)
    await sandbox.fetch(`http://x/v1/${request}`, { method: "POST", body });
  assert.ok(sandbox.requests.length < 65, `${sandbox.requests.length} requests`);
  assert.equal(sandbox.requests.at(-1).body.length, 2 ** 16);
  assert.equal(JSON.parse(sandbox.requests.at(-1).errorBody).error.code, "INVALID_API_KEY");
});

test("a restored sandbox continues, and a snapshot has neither key nor secret", async () => {
  const { sandbox, intent } = await shop();
  const state = sandbox.snapshot();
  assert.ok(!state.includes(sandbox.apiKey) && !state.includes(sandbox.webhookSecret));
  const other = createSandbox({ state, deliver: async () => new Response() });
  assert.equal((await other.pay(intent.id)).status, "succeeded");
  for (const wrong of ["{", "[]", '{"x":1}'])
    assert.throws(() => createSandbox({ state: wrong }), { name: "ValidationError" });
});
