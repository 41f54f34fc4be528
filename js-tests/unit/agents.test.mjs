// `itpay/agents`: a payment from its creation to its end.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ItPayClient } from "itpay";
import { agentTools } from "itpay/agents";

import { PURCHASE, registerService, startTools } from "../agent-tools.mjs";
import { freePort } from "../loopback.mjs";

const png = (bytes) => Buffer.from(bytes, "base64").subarray(1, 4).toString();

test("a person pays a payment that the agent created, showed and waited for", async () => {
  const { sandbox, call, execute, service } = await startTools();
  const created = await call("itpay_create_payment", { ...PURCHASE, reference: "order 1" });
  const { payment_id, expires_at, next, ...rest } = created;
  assert.deepEqual(rest, { status: "pending", amount: "6.99", currency: "CNY" });
  assert.ok(Date.parse(expires_at) > Date.now());
  assert.match(next, /itpay_show_qr/);
  const intent = sandbox.intent(payment_id);
  assert.deepEqual(intent.amount, { currency: "CNY", value: 699 });
  assert.deepEqual(
    [intent.service_id, intent.type, intent.payer, intent.metadata],
    [service, "one_time", { agent_id: "itpay-agent" }, { reference: "order 1" }],
  );

  const shown = await execute("itpay_show_qr", { payment_id });
  assert.deepEqual(
    shown.content.map(({ type }) => type),
    ["image", "text"],
  );
  const [image, text] = shown.content;
  assert.equal(png(image.data), "PNG");
  assert.deepEqual([image.mimeType, image.annotations], ["image/png", { audience: ["user"] }]);
  assert.deepEqual(JSON.parse(text.text), shown.structuredContent);
  assert.ok(!text.text.includes(image.data.slice(0, 40)), "no base64 in text");
  assert.equal(shown.structuredContent.scan_url, sandbox.intent(payment_id).qr.scan_url);
  assert.deepEqual(
    [shown.structuredContent.amount, shown.structuredContent.currency, shown.structuredContent.expires_at],
    ["6.99", "CNY", expires_at],
  );
  assert.match(shown.structuredContent.next, /itpay_wait_for_payment/);

  const progress = [];
  const waiting = call("itpay_wait_for_payment", { payment_id }, { onProgress: (step) => progress.push(step) });
  while (progress.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await sandbox.pay(payment_id);
  assert.equal((await waiting).status, "succeeded");
  assert.equal(progress[0].total, 45);
  assert.match(progress[0].message, /qr_generated/);
  const checked = await call("itpay_check_payment", { payment_id });
  assert.equal(checked.status, "succeeded");
  assert.match(checked.next, /confirms that the payment is paid/);
  sandbox.close();
});

test("the same reference is the same payment, also after a restart and with another description", async () => {
  const { sandbox, call, create, restart } = await startTools();
  const first = await create({ reference: "order 1" });
  assert.equal(await create({ reference: "order 1" }), first);
  const { payment_id } = await call(
    "itpay_create_payment",
    { ...PURCHASE, description: "Your summary", reference: "order 1" },
    {},
    restart(),
  );
  assert.equal(payment_id, first);
  assert.notEqual(await create({ reference: "order 2" }), first);
  assert.notEqual(await create(), await create());
  assert.equal(sandbox.intents.length, 4);
  sandbox.close();
});

test("a reference is the same in each Unicode form", async () => {
  const { sandbox, create } = await startTools();
  assert.equal(await create({ reference: "\u00e9tude 1" }), await create({ reference: "e\u0301tude 1" }));
  assert.notEqual(await create({ reference: "\u00e9tude 1" }), await create({ reference: "etude 1" }));
  sandbox.close();
});

test("two agents of one service may use the same reference for payments of their own", async () => {
  const { sandbox, create, call, restart } = await startTools();
  const first = await create({ reference: "order 1" });
  const { payment_id } = await call(
    "itpay_create_payment",
    { ...PURCHASE, reference: "order 1" },
    {},
    restart({ agentId: "agent_2" }),
  );
  assert.match(payment_id, /^pi_/);
  assert.notEqual(payment_id, first);
  sandbox.close();
});

test("a reference of another amount is an error that names that amount", async () => {
  const { sandbox, execute, create } = await startTools();
  await create({ reference: "order 1" });
  const { isError, structuredContent } = await execute("itpay_create_payment", {
    ...PURCHASE,
    amount: "7.00",
    reference: "order 1",
  });
  assert.equal(isError, true);
  assert.equal(structuredContent.error.code, "reference_in_use");
  assert.match(structuredContent.error.message, /6\.99 CNY/);
  sandbox.close();
});

test("a repeated call shows the same code, and after a restart the payment's own link", async () => {
  const { sandbox, execute, create, restart } = await startTools();
  const payment_id = await create();
  const [first, second, third] = [
    await execute("itpay_show_qr", { payment_id }),
    await execute("itpay_show_qr", { payment_id }),
    await execute("itpay_show_qr", { payment_id }, {}, restart()),
  ];
  assert.equal(second.content[0].data, first.content[0].data);
  assert.equal(second.structuredContent.scan_url, first.structuredContent.scan_url);
  assert.equal(third.structuredContent.scan_url, first.structuredContent.scan_url);
  assert.equal(third.content[0].type, "image");
  sandbox.close();
});

test("two calls at once show one code", async () => {
  const { sandbox, execute, create } = await startTools();
  const payment_id = await create();
  const shown = await Promise.all([1, 2, 3].map(() => execute("itpay_show_qr", { payment_id })));
  for (const { isError, structuredContent, content } of shown) {
    assert.equal(isError, undefined);
    assert.equal(structuredContent.scan_url, sandbox.intent(payment_id).qr.scan_url);
    assert.equal(content[0].type, "image");
  }
  sandbox.close();
});

test("no code is shown for a payment that has ended", async () => {
  const { sandbox, execute, create } = await startTools();
  for (const action of ["pay", "expire", "cancel", "fail"]) {
    const payment_id = await create();
    await execute("itpay_show_qr", { payment_id });
    await sandbox.act(payment_id, action);
    const { content, structuredContent } = await execute("itpay_show_qr", { payment_id });
    assert.deepEqual(
      content.map(({ type }) => type),
      ["text"],
      action,
    );
    assert.equal(structuredContent.scan_url, undefined, action);
    assert.match(structuredContent.next, action === "pay" ? /is paid/ : /has ended/);
  }
  sandbox.close();
});

test("a wait ends with its time, and the payment stays open", async () => {
  const { sandbox, execute, create } = await startTools();
  const payment_id = await create();
  const start = performance.now();
  const { isError, structuredContent } = await execute("itpay_wait_for_payment", { payment_id, timeout_seconds: 1 });
  assert.ok(performance.now() - start < 30_000);
  assert.equal(isError, undefined);
  assert.equal(structuredContent.status, "pending");
  assert.match(structuredContent.next, /^Not paid yet/);
  sandbox.close();
});

test("a signal ends a wait", async () => {
  const { sandbox, execute, create, audit } = await startTools();
  const payment_id = await create();
  const abort = new AbortController();
  const waiting = execute("itpay_wait_for_payment", { payment_id, timeout_seconds: 120 }, { signal: abort.signal });
  setTimeout(() => abort.abort(), 50);
  assert.equal((await waiting).structuredContent.error.code, "cancelled");
  assert.equal(audit.at(-1).code, "cancelled");
  sandbox.close();
});

test("after an ambiguous failure the same payment is read, and no second one is created", async () => {
  for (const fault of [{ reset: "after" }, { status: 503 }, { stall: true }]) {
    const { sandbox, call, audit } = await startTools({ client: { timeout: 200 } });
    // The request is processed in the first case only. In the others, the later read finds nothing.
    sandbox.inject({ method: "POST", times: 1, ...fault });
    const created = await call("itpay_create_payment", { ...PURCHASE, reference: "order 1" });
    if (fault.reset) {
      assert.equal(created.status, "pending", JSON.stringify(created));
    } else {
      assert.equal(created.error.code, "not_created");
      assert.equal((await call("itpay_create_payment", { ...PURCHASE, reference: "order 1" })).status, "pending");
    }
    assert.equal(sandbox.intents.length, 1);
    assert.equal(audit[0].outcome, fault.reset ? "ok" : "failed");
    sandbox.close();
  }
});

test("an error response to the second attempt does not prove that the first was not processed", async () => {
  const { sandbox, call } = await startTools({ client: { maxRetries: 1 } });
  sandbox.inject({ method: "POST", times: 1, reset: "after" });
  sandbox.inject({ method: "POST", times: 1, status: 422 });
  assert.equal((await call("itpay_create_payment", PURCHASE)).status, "pending");
  assert.equal(sandbox.intents.length, 1);
  sandbox.close();
});

test("if that read fails as well, the outcome is unknown and the model gets the id", async () => {
  const { sandbox, call, audit } = await startTools();
  sandbox.inject({ times: 1, reset: "after", method: "POST" });
  sandbox.inject({ times: 1, status: 500, method: "GET" });
  const { error, payment_id, next } = await call("itpay_create_payment", PURCHASE);
  assert.equal(error.code, "outcome_unknown");
  assert.match(next, /itpay_check_payment/);
  assert.equal(audit[0].outcome, "unknown");
  assert.equal((await call("itpay_check_payment", { payment_id })).status, "pending");
  sandbox.close();
});

test("an unreachable gateway, a rejected key and a failure have different errors, without details", async () => {
  const { sandbox, call, audit, restart } = await startTools();
  sandbox.inject({ times: 1, status: 401 });
  assert.match((await call("itpay_create_payment", PURCHASE)).error.message, /API key/);
  sandbox.inject({ times: 1, status: 429 });
  assert.match((await call("itpay_create_payment", PURCHASE)).error.message, /too often/);
  sandbox.close();
  const { error, gateway } = await call("itpay_search_services", { query: "x" }, {}, restart());
  assert.match(error.message, /could not be reached/);
  assert.equal(gateway, undefined);
  assert.deepEqual(
    audit.map(({ outcome }) => outcome),
    ["failed", "failed", "failed"],
  );
});

test("after a refused connection nothing is read", async () => {
  const client = new ItPayClient({
    apiKey: "sk_test_sandbox",
    baseUrl: `http://127.0.0.1:${await freePort()}/v1`,
    maxRetries: 0,
  });
  const audit = [];
  const [create] = agentTools({ client, serviceId: "svc_1", audit: (entry) => audit.push(entry) });
  const {
    structuredContent: { error },
  } = await create.execute(PURCHASE);
  assert.equal(error.code, "gateway_error");
  assert.match(error.message, /could not be reached/);
  assert.equal(audit[0].outcome, "failed");
});

test("a search finds services with their prices in major units", async () => {
  const { sandbox, client, call } = await startTools();
  const id = await registerService(client, {
    name: "Translation",
    description: "Any document",
    pricing: {
      one_time: [
        { amount: 990, currency: "CNY", label: "a page" },
        { amount: 500, currency: "JPY" },
      ],
    },
  });
  await client.manifests.activate(id);
  const { services, notice } = await call("itpay_search_services", { query: "Translation" });
  assert.equal(services.length, 1);
  const [{ service_id, ...service }] = services;
  assert.equal(service_id, id);
  assert.deepEqual(service, {
    name: "Translation",
    description: "Any document",
    prices: [
      { amount: "9.90", currency: "CNY", label: "a page" },
      { amount: "500", currency: "JPY" },
    ],
    channels: ["alipay"],
  });
  assert.match(notice, /data/);
  sandbox.close();
});

test("the tools have names, schemas and hints as hosts expect them", async () => {
  const { sandbox, tools } = await startTools({ maxAmount: ["50.00CNY", "7 USD"] });
  assert.deepEqual(
    tools.map(({ name }) => name),
    ["itpay_create_payment", "itpay_show_qr", "itpay_check_payment", "itpay_wait_for_payment", "itpay_search_services"],
  );
  for (const { name, description, inputSchema, annotations } of tools) {
    assert.match(name, /^[a-z_]+$/);
    assert.ok(description.length > 40);
    assert.equal(inputSchema.additionalProperties, false);
    assert.ok(inputSchema.required.every((field) => field in inputSchema.properties));
    assert.equal(annotations.destructiveHint, false);
    assert.equal(annotations.readOnlyHint, /check|wait|search/.test(name), name);
  }
  assert.deepEqual(tools[0].inputSchema.properties.currency.enum, ["CNY", "USD"]);
  assert.match(tools[0].description, /At most 50\.00 CNY or 7\.00 USD/);
  assert.ok(!tools.some(({ name }) => /refund|void|cancel|payout|transfer/.test(name)));
  sandbox.close();
});

test("each option is checked, and undefined is absent", async () => {
  const { sandbox, client } = await startTools();
  const good = {
    client,
    serviceId: "svc_1",
    channel: undefined,
    agentId: undefined,
    allow: undefined,
    maxAmount: undefined,
    maxPerHour: undefined,
    counter: undefined,
    audit: undefined,
  };
  assert.equal(agentTools(good).length, 5);
  assert.deepEqual(
    agentTools({ ...good, allow: ["itpay_show_qr"] }).map(({ name }) => name),
    ["itpay_show_qr"],
  );
  agentTools({ ...good, maxPerHour: 0, maxAmount: { currency: "CNY", value: 5000 } });
  const wrong = {
    client: [undefined, null, {}, 0],
    serviceId: [undefined, "", 0, Number.NaN, null],
    channel: ["", 0, -1, Number.NaN],
    agentId: ["", 0],
    allow: [[], "", 0, ["itpay_refund"], ["__proto__"], "itpay_show_qr"],
    maxAmount: [
      "",
      0,
      -1,
      Number.NaN,
      [],
      "50",
      "-50CNY",
      "0CNY",
      "6.999CNY",
      "50.00XXXX",
      { currency: "CNY", value: 0 },
      { currency: "CNY", value: 0.5 },
      ["1CNY", "2CNY"],
      null,
    ],
    maxPerHour: ["", -1, Number.NaN, 0.5, "3", Infinity, null],
    counter: [0, "", {}, null],
    audit: ["", 0, {}, null],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values)
      assert.throws(
        () => agentTools({ ...good, [field]: value }),
        { name: "ValidationError", field },
        `${field}: ${JSON.stringify(value)}`,
      );
  }
  assert.throws(() => agentTools(undefined), { field: "client" });
  const polluted = Object.create({ serviceId: "svc_other", client });
  assert.throws(() => agentTools(polluted), { field: "client" });
  sandbox.close();
});
