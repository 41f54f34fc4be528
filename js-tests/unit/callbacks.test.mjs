// Callbacks of the caller's that throw, or reject though their types are synchronous: none ends the process.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ItPayClient } from "itpay";
import { agentTools } from "itpay/agents";
import { GoPayClient } from "itpay/gopay";
import { createGopaySandbox, createSandbox } from "itpay/sandbox";

const failed = new Error("the caller's own");
const ways = {
  throws: () => {
    throw failed;
  },
  rejects: async () => {
    throw failed;
  },
  // biome-ignore lint/suspicious/noThenProperty: it is a thenable
  "is a thenable that rejects": () => ({ then: (_, reject) => reject(failed) }),
};
const deliver = async () => new Response();
const ORDER = {
  service_id: "svc_sandbox",
  type: "one_time",
  amount: { currency: "CNY", value: 1 },
  payer: { agent_id: "a" },
};
const PAYMENT = {
  payer: { contact: { email: "payer@example.com" } },
  amount: 2900,
  currency: "CZK",
  order_number: "1",
  items: [{ name: "Book", amount: 2900 }],
  callback: { return_url: "https://shop.example/back" },
};

/** Runs `use` and returns the rejections that nobody has handled. */
async function unhandled(use) {
  const seen = [];
  const note = (error) => seen.push(error);
  process.on("unhandledRejection", note);
  try {
    await use();
    await new Promise((done) => setTimeout(done, 20));
  } finally {
    process.off("unhandledRejection", note);
  }
  return seen;
}

/** A sandbox, a client of it, and what ends both. */
function shop(options = {}, clientOptions = {}) {
  const sandbox = createSandbox({ deliver, ...options });
  const client = new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch, env: {}, ...clientOptions });
  return { sandbox, client };
}

const callbacks = {
  "a logger": async (fails) => {
    const logger = { debug: fails, info: fails, warn: fails, error: fails };
    const { client, sandbox } = shop({}, { logger, logLevel: "debug" });
    assert.equal((await client.paymentIntents.create(ORDER)).status, "pending");
    sandbox.close();
  },
  "onUpdate, which ends the wait": async (fails) => {
    const { client, sandbox } = shop();
    const { id } = await client.paymentIntents.create(ORDER);
    const start = performance.now();
    await assert.rejects(
      client.paymentIntents.waitForCompletion(id, { onUpdate: fails, timeout: 60_000 }),
      (error) => error === failed,
    );
    assert.ok(performance.now() - start < 30_000, "at once");
    sandbox.close();
  },
  "onChange of a sandbox": async (fails) => {
    const { client, sandbox } = shop({ onChange: fails });
    const { id } = await client.paymentIntents.create(ORDER);
    await client.qr.generate(id);
    await sandbox.pay(id).catch((error) => assert.equal(error, failed));
    assert.equal((await client.paymentIntents.retrieve(id)).status, "succeeded");
    sandbox.close();
  },
  "onChange of GoPay's sandbox": async (fails) => {
    const sandbox = createGopaySandbox({ deliver, onChange: fails });
    const { clientId, clientSecret, goId, fetch } = sandbox;
    const client = new GoPayClient({ clientId, clientSecret, goId, isSandbox: true, fetch, env: {} });
    const { id } = await client.payments.create(PAYMENT);
    await sandbox.pay(id).catch((error) => assert.equal(error, failed));
    assert.equal((await client.payments.status(id)).state, "PAID");
    sandbox.close();
  },
  "a token cache": async (fails) => {
    const sandbox = createGopaySandbox({ deliver });
    const { clientId, clientSecret, goId, fetch } = sandbox;
    const tokenCache = { get: fails, set: fails };
    const client = new GoPayClient({ clientId, clientSecret, goId, isSandbox: true, fetch, tokenCache, env: {} });
    assert.equal((await client.payments.create(PAYMENT)).state, "CREATED");
    sandbox.close();
  },
  "audit of an agent's tools, which stops them": async (fails) => {
    const { client, sandbox } = shop();
    const tools = agentTools({ client, serviceId: "svc_sandbox", audit: fails });
    const search = tools.find(({ name }) => name === "itpay_search_services");
    await search.execute({ query: "" });
    await new Promise((done) => setTimeout(done));
    assert.equal((await search.execute({ query: "" })).structuredContent.error.code, "audit_failed");
    sandbox.close();
  },
};

for (const [name, use] of Object.entries(callbacks))
  for (const [way, fails] of Object.entries(ways))
    test(`a callback that ${way} leaves no unhandled rejection: ${name}`, async (context) => {
      context.mock.method(console, "error", () => {});
      assert.deepEqual(await unhandled(() => use(fails)), []);
    });

test("a token of the cache that no header can have is not sent", async () => {
  const sandbox = createGopaySandbox({ deliver });
  const { clientId, clientSecret, goId, fetch } = sandbox;
  for (const token of ["a\r\nX-Other: 1", "☃", " ", "\0", "a b"]) {
    const tokenCache = { get: () => token, set: () => {} };
    const client = new GoPayClient({ clientId, clientSecret, goId, isSandbox: true, fetch, tokenCache, env: {} });
    assert.equal((await client.payments.create(PAYMENT)).state, "CREATED", JSON.stringify(token));
  }
  sandbox.close();
});

test("the client's webhooks name the missing secret", () => {
  const { webhooks } = new ItPayClient({ apiKey: "sk_test_x", env: {} });
  for (const verify of [webhooks.verifySignature, webhooks.constructEvent])
    assert.throws(() => verify("{}", "t=1,v1=00"), {
      name: "ConfigurationError",
      code: "missing_webhook_secret",
      message: /webhookSecret/,
    });
});
