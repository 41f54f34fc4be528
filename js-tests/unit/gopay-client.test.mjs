// GoPayClient's calls besides payments in the sandbox: QR payments, cards, calls that are not modeled, options.

import assert from "node:assert/strict";
import { test } from "node:test";

import jsQR from "jsqr";
import { PNG } from "pngjs";

import { describeSubState, GoPayClient } from "itpay/gopay";
import { createGopaySandbox } from "itpay/sandbox";

import { json, TOKEN } from "../gopay-mock.mjs";

const OPTIONS = {
  clientId: "1400000001",
  clientSecret: "secret",
  goId: "8640000001",
  isSandbox: true,
  env: {},
  maxRetries: 0,
};
const ORDER = {
  amount: 2900,
  currency: "CZK",
  order_number: "1",
  items: [{ name: "Shoes", amount: 2900 }],
  callback: { return_url: "https://shop.example/" },
  payer: { contact: { email: "a@example.com" } },
};
const QR = {
  amount: 45000,
  currency: "CZK",
  recipient: {
    name: "Shop * s.r.o.",
    bank_account: {
      local: { prefix: null, account_number: "2000145399", bank_code: "0800", variable_symbol: "1234567890" },
      international: { iban: "CZ65 0800 0000 1920 0014 5399", bic: "GIBACZPX", reference: null },
    },
  },
  qr_code: { spayd: "iVBORw0KGgo=" },
};

function client(reply, options) {
  const calls = [];
  const fetch = async (url, init) => {
    calls.push({ ...init, url });
    return url.endsWith("/oauth2/token") ? json(TOKEN) : reply(calls.at(-1));
  };
  return { calls, client: new GoPayClient({ ...OPTIONS, fetch, ...options }) };
}

const last = (calls) => [calls.at(-1).method, calls.at(-1).url.replace(/^.*\/api/, "")];

test("a QR payment has GoPay's pictures and the codes' texts", async () => {
  const { client: gopay, calls } = client(() => json(QR));
  const payment = await gopay.payments.qrPayment(3000006529);
  assert.deepEqual(last(calls), ["GET", "/payments/payment/3000006529/qr-payment"]);
  assert.equal(payment.qr_code.spayd, QR.qr_code.spayd);
  assert.deepEqual(payment.qr_text, {
    spayd: "SPD*1.0*ACC:CZ6508000000192000145399+GIBACZPX*AM:450.00*CC:CZK*RN:Shop %2A s.r.o.*X-VS:1234567890",
  });
  await gopay.payments.qrPayment("3000006529", { format: "svg" });
  assert.deepEqual(last(calls), ["GET", "/payments/payment/3000006529/qr-payment?format=svg"]);
  const sent = calls.length;
  for (const params of ["svg", 1, true])
    await assert.rejects(gopay.payments.qrPayment("1", params), { name: "ValidationError", field: "params" });
  for (const format of [0, NaN, "", -1, "gif"])
    await assert.rejects(gopay.payments.qrPayment("1", { format }), { name: "ValidationError" });
  assert.equal(calls.length, sent);
});

test("in euros a QR payment has the SEPA code's text", async () => {
  const { client: gopay } = client(() =>
    json({
      ...QR,
      currency: "EUR",
      amount: 1230,
      recipient: {
        ...QR.recipient,
        bank_account: {
          international: { iban: "SK3112000000198742637541", bic: "TATRSKBX", reference: "RF18539007547034" },
        },
      },
    }),
  );
  const { qr_text } = await gopay.payments.qrPayment(1);
  assert.equal(
    qr_text.sepa,
    "BCD\n002\n1\nSCT\nTATRSKBX\nShop * s.r.o.\nSK3112000000198742637541\nEUR12.30\n\nRF18539007547034",
  );
});

function sandboxAndClient() {
  const sandbox = createGopaySandbox({ deliver: async () => new Response() });
  const { clientId, clientSecret, goId, fetch } = sandbox;
  return { sandbox, gopay: new GoPayClient({ ...OPTIONS, clientId, clientSecret, goId, fetch }) };
}

test("a saved card is read and deleted", async () => {
  const { sandbox, gopay } = sandboxAndClient();
  const { id } = await gopay.payments.create({ ...ORDER, payer: { ...ORDER.payer, request_card_token: true } });
  await sandbox.pay(id);
  const { card_id, card_token } = (await gopay.payments.status(id)).payer.payment_card;
  assert.equal(typeof card_token, "string");
  assert.equal((await gopay.cards.retrieve(card_id)).status, "ACTIVE");
  assert.equal(await gopay.cards.delete(card_id), undefined);
  assert.equal((await gopay.cards.retrieve(card_id)).status, "DELETED");
  await assert.rejects(gopay.cards.retrieve(1), { status: 404 });
  for (const wrong of ["", "../1", NaN, -1, undefined])
    await assert.rejects(gopay.cards.delete(wrong), (error) => {
      assert.equal(error.name, "ValidationError");
      assert.doesNotMatch(error.message, /payment/);
      return true;
    });
  sandbox.close();
});

test("request() makes any call with a token, and sends a change once", async () => {
  const { client: gopay, calls } = client(({ method }) => (method === "GET" ? json({ id: " 7 " }) : json("", 500)), {
    maxRetries: 2,
  });
  assert.deepEqual(await gopay.request("GET", "/payments/payment/7", { query: { a: 1, b: undefined } }), { id: "7" });
  assert.deepEqual(last(calls), ["GET", "/payments/payment/7?a=1"]);
  assert.equal(calls.at(-1).headers.Authorization, `Bearer ${TOKEN.access_token}`);
  const sent = calls.length;
  await assert.rejects(gopay.request("POST", "/payments/new", { body: { amount: 1 } }), {
    status: 500,
    outcome: "unknown",
    attempts: 1,
  });
  assert.deepEqual([calls.length, calls.at(-1).body], [sent + 1, '{"amount":1}']);
  for (const [method, path] of [
    ["TRACE", "/x"],
    ["", "/x"],
    ["GET", "x"],
    ["GET", "/../x"],
    ["GET", ""],
    [0, "/x"],
    ["GET", NaN],
  ]) {
    await assert.rejects(gopay.request(method, path), { name: "ValidationError" });
  }
  const half = "\ud83c";
  for (const options of [{ body: { a: half } }, { query: { a: half } }])
    await assert.rejects(gopay.request("POST", "/x", options), {
      name: "ValidationError",
      field: Object.keys(options)[0],
    });
  assert.equal(calls.length, sent + 1);
});

test("refunds and captures with items are JSON, and the items add up to the amount", async () => {
  const { client: gopay, calls } = client(() => json({ id: 7, result: "FINISHED" }));
  const params = { amount: 100, items: [{ name: "Shoes", amount: 100 }] };
  for (const call of [() => gopay.payments.refund(7, params), () => gopay.payments.capture(7, params)]) {
    await call();
    assert.deepEqual(
      [JSON.parse(calls.at(-1).body), calls.at(-1).headers["Content-Type"]],
      [params, "application/json"],
    );
  }
  await gopay.payments.refund(7, { amount: 100 });
  assert.deepEqual(
    [calls.at(-1).body, calls.at(-1).headers["Content-Type"]],
    ["amount=100", "application/x-www-form-urlencoded"],
  );
  await assert.rejects(gopay.payments.refund(7, { ...params, amount: 99 }), {
    name: "ValidationError",
    field: "items",
  });
});

test("the language is that of payments and of error messages, and the scope that of the token", async () => {
  const { client: gopay, calls } = client(() => json({ id: 7, state: "CREATED" }), {
    language: "cs-CZ",
    scope: "payment-create",
  });
  await gopay.payments.create(ORDER);
  await gopay.payments.create({ ...ORDER, lang: "DE" });
  assert.match(calls[0].body, /scope=payment-create$/);
  assert.deepEqual(
    calls.slice(1).map(({ body }) => JSON.parse(body).lang),
    ["CS", "DE"],
  );
  assert.equal(calls[1].headers["Accept-Language"], "cs-CZ");
  const plain = client(() => json({ id: 7, state: "CREATED" }));
  await plain.client.payments.create(ORDER);
  assert.deepEqual(
    ["lang" in JSON.parse(plain.calls[1].body), plain.calls[1].headers["Accept-Language"]],
    [false, "en-US"],
  );
  for (const [option, wrong] of ["language", "scope"].flatMap((name) =>
    [0, NaN, "", -1, "czech"].map((value) => [name, value]),
  )) {
    assert.throws(() => client(undefined, { [option]: wrong }), { name: "ValidationError", field: option });
  }
});

test("the inline gateway's script lies beside the API, not below it", () => {
  for (const [options, url] of [
    [{}, "https://gw.sandbox.gopay.com/gp-gw/js/embed.js"],
    [{ isSandbox: false }, "https://gate.gopay.cz/gp-gw/js/embed.js"],
    [{ baseUrl: "https://gate.gopay.com/api/" }, "https://gate.gopay.com/gp-gw/js/embed.js"],
    [{ env: { GOPAY_BASE_URL: "http://127.0.0.1:8080/api" } }, "http://127.0.0.1:8080/gp-gw/js/embed.js"],
  ])
    assert.equal(client(undefined, options).client.embedScriptUrl, url);
});

test("an error's code is GoPay's number, or OAuth's name", async () => {
  const errorBody = {
    errors: [{ scope: "G", field: null, error_code: 333, error_name: "PAYMENT_REFUND_INSUFFICIENT", message: null }],
  };
  await assert.rejects(client(() => json(errorBody, 409)).client.payments.refund(7, { amount: 1 }), {
    code: "333",
    details: errorBody,
  });
  const oauth = new GoPayClient({ ...OPTIONS, fetch: async () => json({ error: "invalid_client" }, 401) });
  await assert.rejects(oauth.payments.status(7), { name: "AuthenticationError", code: "invalid_client" });
});

test("a sub-state has a sentence, and an unknown one has none", () => {
  assert.match(describeSubState("_5006"), /not enough money/);
  for (const unknown of ["_9999", "", undefined, "constructor", "__proto__"])
    assert.equal(describeSubState(unknown), undefined);
});

test("of a sub-state that GoPay does not document, the sentence does not claim that the payment failed", () => {
  const codes = ["_5048", "_5049", "_5050", "_6001", "_6002", "_6003", "_6004", "_6005", "_6501"];
  for (const code of codes) assert.match(describeSubState(code), /^GoPay does not document this reason/, code);
});

test("instances share a token through a cache, and a cache that fails or hangs does no harm", async () => {
  const entries = new Map();
  const tokenCache = {
    get: async (key) => entries.get(key),
    set: (key, token, ttlMs) => void (entries.set(key, token), assert.ok(ttlMs > 0 && ttlMs <= 1_800_000)),
  };
  const counts = [];
  for (let instance = 0; instance < 3; instance += 1) {
    const { client: gopay, calls } = client(() => json({ id: 7, state: "PAID" }), { tokenCache });
    await gopay.payments.status(7);
    counts.push(calls.filter(({ url }) => url.endsWith("/token")).length);
  }
  assert.deepEqual([counts, [...entries.values()]], [[1, 0, 0], [TOKEN.access_token]]);
  const fails = () => {
    throw new Error("no cache");
  };
  for (const broken of [
    { get: fails, set: fails },
    { get: async () => fails(), set: async () => fails() },
    { get: () => 7, set: () => undefined },
    { get: () => new Promise(() => undefined), set: () => new Promise(() => undefined) },
  ]) {
    const { client: gopay } = client(() => json({ id: 7, state: "PAID" }), { tokenCache: broken });
    assert.equal((await gopay.payments.status(7)).state, "PAID");
  }
  for (const wrong of [0, NaN, "", -1, {}, { get: fails }])
    assert.throws(() => client(undefined, { tokenCache: wrong }), { name: "ValidationError", field: "tokenCache" });
});

test("the sandbox's QR payments are pictures of their texts, while a bank transfer can pay", async () => {
  const { sandbox, gopay } = sandboxAndClient();
  const create = (change) => gopay.payments.create({ ...ORDER, ...change });
  for (const [currency, names] of [
    ["CZK", ["spayd"]],
    ["EUR", ["paybysquare", "sepa"]],
    ["HUF", ["mnb_qr"]],
  ]) {
    const { id } = await create({ currency });
    const payment = await gopay.payments.qrPayment(id);
    assert.deepEqual([payment.amount, payment.currency, Object.keys(payment.qr_code).sort()], [2900, currency, names]);
    for (const name of names.filter((name) => payment.qr_text[name] !== undefined)) {
      const { data, width, height } = PNG.sync.read(Buffer.from(payment.qr_code[name], "base64"));
      assert.equal(jsQR(new Uint8ClampedArray(data), width, height).data, payment.qr_text[name]);
    }
    const { qr_code } = await gopay.payments.qrPayment(id, { format: "svg" });
    assert.match(Buffer.from(qr_code[names[0]], "base64").toString(), /^<svg /);
    await sandbox.pay(id);
    await assert.rejects(gopay.payments.qrPayment(id), { status: 409 });
  }
  const card = await create({ payer: { ...ORDER.payer, allowed_payment_instruments: ["PAYMENT_CARD"] } });
  await assert.rejects(gopay.payments.qrPayment(card.id), { status: 409, code: "302" });
  await assert.rejects(gopay.payments.qrPayment(1), { status: 404 });
  sandbox.close();
});
