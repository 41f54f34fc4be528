// GoPay in `npx itpay sandbox`, as its users meet it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { GoPayClient } from "itpay/gopay";

import { startCommand, startSandbox } from "../sandbox-command.mjs";

/** A client from the variables that the sandbox prints, and the `baseUrl` that it prints. */
function clientOf({ output, url }) {
  const env = Object.fromEntries([...output.matchAll(/^(GOPAY_\w+)=(.+)$/gm)].map(([, name, value]) => [name, value]));
  assert.equal(env.GOPAY_SANDBOX, "true");
  assert.ok(output.includes(`new GoPayClient({ baseUrl: "${url}/gopay/api" })`));
  return new GoPayClient({ env, baseUrl: `${url}/gopay/api` });
}

const order = (notification_url) => ({
  payer: { contact: { email: "test@test.cz" } },
  amount: 2900,
  currency: "CZK",
  order_number: "1",
  items: [{ name: "Žluťoučký kůň", amount: 2900 }],
  callback: { return_url: "https://shop.example/", notification_url },
});

test("a GoPay payment works over HTTP: the payer acts by POST, and the merchant is notified by GET", async () => {
  const notified = [];
  const shop = createServer((request, response) => {
    notified.push(`${request.method} ${request.url}`);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(shop, "listening");
  const run = await startSandbox();
  try {
    const client = clientOf(run);
    const payment = await client.payments.create(order(`http://127.0.0.1:${shop.address().port}/n?a=1`));
    assert.equal(payment.gw_url, `${run.url}/gopay/pay/${payment.id}`);
    const press = async (path, body) =>
      (await run.press(`gopay/${path}`, body)).map((part) => part.state ?? part.sub_state ?? part.error?.code ?? part);
    assert.deepEqual(await press(`payments/${payment.id}/chooseMethod`, { detail: "PAYMENT_CARD" }), [
      200,
      "PAYMENT_METHOD_CHOSEN",
    ]);
    assert.deepEqual(await press(`payments/${payment.id}/pay`), [200, "PAID"]);
    assert.deepEqual(notified, [`GET /n?a=1&id=${payment.id}`]);
    assert.equal((await client.payments.status(payment.id)).state, "PAID");
    assert.deepEqual(await press(`payments/${payment.id}/pay`), [409, "NOT_POSSIBLE"]);
    assert.deepEqual(await press(`payments/${payment.id}/decline`, { detail: 1 }), [400, "INVALID_BODY"]);
    assert.deepEqual(await press("payments/%ff/pay"), [409, "NOT_POSSIBLE"]);
    assert.deepEqual(await press("notifications/none/redeliver"), [409, "NOT_POSSIBLE"]);
    assert.equal((await press("events/none/redeliver"))[0], 404, "what is ItPay's is not GoPay's");
    assert.equal((await client.payments.refund(payment.id, { amount: 900 })).result, "FINISHED");
    assert.equal((await fetch(`${run.url}/gopay/api/payments/payment/${payment.id}`)).status, 403);
    assert.match(run.output, /is CREATED\n[^]*is PAYMENT_METHOD_CHOSEN\n[^]*is PAID\n/);
    assert.ok(!run.output.includes("Bearer"));
  } finally {
    await run.stop();
    shop.close();
  }
});

test("requests in the form of GoPay's PHP and Java SDKs and of their test suites are accepted over HTTP", async () => {
  const run = await startSandbox();
  try {
    const [goid, id, secret] = ["GO_ID", "CLIENT_ID", "CLIENT_SECRET"].map(
      (name) => new RegExp(`^GOPAY_${name}=(.+)$`, "m").exec(run.output)[1],
    );
    const api = `${run.url}/api`; // they add /api to a gateway's URL
    const form = { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" };
    const send = async (path, headers, body) => {
      const method = body === undefined ? "GET" : "POST";
      const response = await fetch(`${api}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
      return [response.status, await response.json()];
    };
    const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
    const grant = "grant_type=client_credentials&scope=payment-all";
    const [, { access_token }] = await send("/oauth2/token", { ...form, Authorization: basic }, grant);
    const bearer = { ...form, Authorization: `Bearer ${access_token}` };
    const create = (change) =>
      send(
        "/payments/payment",
        { ...bearer, "Content-Type": "application/json" },
        JSON.stringify({ target: { type: "ACCOUNT", goid }, ...order("https://shop.example/n"), ...change }),
      );

    const [status, payment] = await create({
      amount: "2900",
      items: [{ name: "Žluťoučký kůň", amount: "2900", count: "1" }],
      payer: {
        contact: { email: "test@test.cz" },
        allowed_payment_instruments: ["BANK_ACCOUNT"],
        default_payment_instrument: "PAYMENT_CARD",
      },
      lang: "UK",
    });
    assert.deepEqual([status, payment.state, payment.amount], [200, "CREATED", 2900]);
    const read = await send(`/payments/payment/${payment.id}`, bearer); // a GET with the media type of a form
    assert.deepEqual([read[0], read[1].state], [200, "CREATED"]);
    assert.equal((await send(`/eshops/eshop/${goid}/payment-instruments/CZK`, bearer))[0], 200);

    const recurrence = { recurrence_cycle: "MONTH", recurrence_period: "1", recurrence_date_to: "2099-12-31" };
    const [, mandate] = await create({ recurrence });
    assert.deepEqual(
      [mandate.recurrence.recurrence_period, mandate.recurrence.recurrence_date_to],
      [1, recurrence.recurrence_date_to],
    );
    const [, held] = await create({ preauthorization: true });
    await run.press(`gopay/payments/${held.id}/pay`);
    const captured = await send(`/payments/payment/${held.id}/capture`, bearer, ""); // a form without a field
    assert.deepEqual([captured[0], captured[1].result], [200, "FINISHED"]);
  } finally {
    await run.stop();
  }
});

test("with --state GoPay's payments survive a restart, and an invalid file is an error", async () => {
  const folder = mkdtempSync(join(tmpdir(), "itpay-"));
  try {
    const state = join(folder, "state.json");
    const first = await startSandbox("--state", state);
    const { id } = await clientOf(first).payments.create(order(undefined));
    first.child.kill("SIGKILL");
    await first.exit;
    const saved = readFileSync(state, "utf8");
    assert.ok(!saved.includes("gopay_sandbox"));
    const second = await startSandbox("--state", state);
    assert.equal((await clientOf(second).payments.status(id)).state, "CREATED");
    await second.stop();
    for (const broken of ["{}", "null", "[]", "{", JSON.stringify({ ...JSON.parse(saved), gopay: 1 })]) {
      writeFileSync(state, broken);
      const refused = startCommand("sandbox", "--port", "0", "--state", state);
      assert.deepEqual(
        [(await refused.exit)[0], refused.errors.includes("is not the state of a sandbox")],
        [1, true],
        broken,
      );
      assert.equal(readFileSync(state, "utf8"), broken, "it is left as it was");
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
