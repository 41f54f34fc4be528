// Marked keys and secrets are planted, and everything that leaves is searched for them: logs at every level, errors, what
// inspect and JSON show, what a test runner prints, the package as it is built, and the wasm memory once nobody needs them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";

import { ItPayClient } from "itpay";
import { createGopay, GoPayClient } from "itpay/gopay";
import { PayKit } from "itpay/paykit";
import { constructEvent, createWebhookHandler, generateTestHeader, WebhookVerifier } from "itpay/webhooks";

import { memories } from "../wasm-memories.mjs";

const mark = (name) => `MARKED-${name}-${"0123456789abcdef".repeat(2)}`;
const KEY = mark("api-key");
const WEBHOOK = mark("webhook-secret");
const CLIENT_SECRET = mark("client-secret");
const TOKEN = mark("token");
const BODY = mark("body");
const PLANTED = [KEY, WEBHOOK, CLIENT_SECRET, TOKEN, BODY];

const lines = [];
const note = (line) => void lines.push(line);
const logger = { error: note, warn: note, info: note, debug: note };

/** Everything that a program could print of a value. */
function shown(value) {
  const texts = [
    String(value),
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(value) ?? "",
  ];
  if (value instanceof Error) texts.push(value.stack, ...(value.cause === undefined ? [] : shown(value.cause)));
  return texts;
}

function clean(what, texts) {
  for (const text of texts)
    for (const planted of PLANTED)
      assert.ok(!String(text).includes(planted), `${planted} in ${what}: ${String(text).slice(0, 500)}`);
}

const ANSWERS = [
  () => new Response("{}", { status: 401 }),
  () => new Response(JSON.stringify({ error: { code: "INVALID", message: "no" } }), { status: 422 }),
  () => new Response("<html>", { status: 500 }),
  () => new Response("{"),
  () => {
    throw new TypeError("fetch failed");
  },
];

test("ItPayClient shows no key, secret or body in logs, errors, inspect and JSON", async () => {
  for (const logLevel of ["error", "warn", "info", "debug"]) {
    for (const reply of ANSWERS) {
      const client = new ItPayClient({
        apiKey: KEY,
        webhookSecret: WEBHOOK,
        fetch: async () => reply(),
        maxRetries: 0,
        logger,
        logLevel,
      });
      const params = {
        service_id: "s",
        type: "one_time",
        amount: { currency: "CNY", value: 1 },
        payer: { agent_id: "a" },
        description: BODY,
      };
      await client.paymentIntents.create(params).then(
        (intent) => clean("an intent", shown(intent)),
        (error) => clean("an error", shown(error)),
      );
      await client.request("POST", "/x", { body: { note: BODY } }).then(
        () => undefined,
        (error) => clean("an error", shown(error)),
      );
      clean("the client", shown(client));
    }
  }
  assert.ok(lines.length > 20);
  clean("a log", lines);
});

test("GoPayClient, its provider and PayKit show no secret, token or body", async () => {
  lines.length = 0;
  const order = {
    amount: 1,
    currency: "CZK",
    order_number: "1",
    order_description: BODY,
    items: [{ name: "a", amount: 1 }],
    callback: { return_url: "https://a.example/" },
  };
  for (const reply of ANSWERS) {
    const fetch = async (url) =>
      url.endsWith("/oauth2/token") ? new Response(JSON.stringify({ access_token: TOKEN, expires_in: 1800 })) : reply();
    const options = {
      clientId: "1",
      clientSecret: CLIENT_SECRET,
      goId: "8123456789",
      isSandbox: true,
      fetch,
      maxRetries: 0,
      logger,
      logLevel: "debug",
    };
    const client = new GoPayClient(options);
    await client.payments.create(order).then(
      () => undefined,
      (error) => clean("an error", shown(error)),
    );
    await client.payments.refund(1, { amount: 1 }).then(
      () => undefined,
      (error) => clean("an error", shown(error)),
    );
    const provider = createGopay({ ...options, webhookUrl: "https://shop.example/n" });
    const paykit = new PayKit(provider);
    await paykit.payments.retrieve("1").then(
      () => undefined,
      (error) => clean("an error", shown(error)),
    );
    for (const object of [client, provider, paykit]) clean("an object", shown(object));
  }
  assert.ok(lines.length > 10);
  clean("a log", lines);
});

test("a webhook's secret, signature and payload are in no error and no response", async () => {
  const payload = JSON.stringify({ id: "evt_1", type: "x", data: { note: BODY } });
  const header = generateTestHeader({ payload, secret: WEBHOOK });
  const verifier = new WebhookVerifier(WEBHOOK);
  clean("a verifier", shown(verifier));
  for (const [body, signature] of [
    [payload, header.replace(/.$/, "0")],
    [`${payload} `, header],
    [payload, ""],
    [payload, "t=1,v1=00"],
    [{ note: BODY }, header],
  ]) {
    try {
      constructEvent(body, signature, WEBHOOK);
    } catch (error) {
      clean("an error", shown(error));
      assert.ok(!shown(error).join().includes(header.split("v1=")[1]), "the signature is shown");
    }
  }
  const notified = [];
  const handler = createWebhookHandler({ secret: WEBHOOK, on: {}, onError: (error) => notified.push(...shown(error)) });
  const reply = await handler(
    new Request("https://a.example/", { method: "POST", body: payload, headers: { "X-ItPay-Signature": "t=1,v1=00" } }),
  );
  clean("an answer", [await reply.text(), inspect(reply.headers), ...notified]);
});

const clients = {
  "an ItPay client's": {
    make: (apiKey, onFetch) =>
      new ItPayClient({
        apiKey,
        fetch: async () => (onFetch(), new Response('{"id":"pi_1","status":"pending"}')),
        env: {},
      }),
    use: (client) => client.paymentIntents.retrieve("pi_1"),
  },
  "a GoPay client's": {
    make: (clientSecret, onFetch) => {
      const fetch = async (url) => (
        onFetch(),
        Response.json(
          url.endsWith("/oauth2/token")
            ? { access_token: mark("first-key-token"), expires_in: 1800 }
            : { id: 1, state: "PAID" },
        )
      );
      return new GoPayClient({ clientId: "1", clientSecret, goId: "8123456789", isSandbox: true, fetch, env: {} });
    },
    use: (client) => client.payments.status(1),
  },
};

/** As it is, and as HTTP Basic sends it. */
const forms = (name) => [
  `MARKED-${name}`,
  Buffer.from(`1:${mark(name)}`)
    .toString("base64")
    .slice(0, 40),
];
const where = (name) =>
  memories.filter(({ buffer }) => forms(name).some((form) => Buffer.from(buffer).includes(form))).length;

for (const [whose, { make, use }] of Object.entries(clients)) {
  test(`${whose} key is in the wasm memory during a call only`, async () => {
    const during = [];
    await use(make(mark("first-key"), () => during.push(where("first-key"))));
    assert.ok(
      during.length > 0 && during.every((places) => places > 0),
      "the key is not where it is searched: this test has shown nothing",
    );
    assert.equal(where("first-key"), 0);
  });
}

test("a webhook's secret is wiped from the wasm memory after each use", () => {
  const payload = '{"id":"evt_1","type":"x"}';
  for (const length of [0, 40, 100, 3000, 20_000]) {
    const secret = mark("webhook-key") + "s".repeat(length);
    const body = payload + " ".repeat(length);
    const header = generateTestHeader({ payload: body, secret });
    constructEvent(body, header, secret);
    new WebhookVerifier([mark("older"), secret]).constructEvent(body, header);
    assert.equal(where("webhook-key"), 0);
  }
  assert.ok(
    memories.some(({ buffer }) => Buffer.from(buffer).includes("evt_1")),
    "the webhook is not where it is searched",
  );
});

test("a test runner's output of a client, a provider and their errors has no key, secret, token or body", () => {
  const program = fileURLToPath(new URL("secrets-printed.mjs", import.meta.url));
  // The runner's own mark would make it report to this test instead of printing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const planted = {
    ITPAY_API_KEY: KEY,
    ITPAY_WEBHOOK_SECRET: WEBHOOK,
    GOPAY_CLIENT_SECRET: CLIENT_SECRET,
    MARKED_TOKEN: TOKEN,
    MARKED_BODY: BODY,
  };
  for (const reporter of ["spec", "tap"]) {
    const { stdout, stderr } = spawnSync(process.execPath, ["--test", `--test-reporter=${reporter}`, program], {
      env: { ...env, ...planted },
      encoding: "utf8",
    });
    assert.match(stdout, /^(# |ℹ )fail 8$/m, stdout);
    assert.match(stdout, /itpay: .*\/x/, "no log line");
    clean("what is printed", [stdout, stderr]);
  }
});

test("the package as it is built holds no key, no secret and no path of the machine that built it", () => {
  const folder = fileURLToPath(new URL("../../pkg/", import.meta.url));
  const home = process.env.HOME ?? "/root";
  const root = fileURLToPath(new URL("../../", import.meta.url));
  for (const name of readdirSync(folder, { recursive: true })) {
    let bytes;
    try {
      bytes = readFileSync(join(folder, name));
    } catch {
      continue; // a folder
    }
    for (const text of [root, join(home, ".cargo"), join(home, ".rustup")])
      assert.ok(!bytes.includes(text), `${name} names ${text}`);
    assert.ok(!/sk_live_\w{8}/.test(bytes.toString("latin1")), `${name} holds a key`);
  }
});
