// Log lines, money, HTTP 402 and webhooks. A part of the suite in client.mjs.

import assert from "node:assert/strict";

import { INTENT, KEY, PARAMS } from "./client-setup.mjs";

export const cases = ({
  ItPayClient,
  formatMoney,
  money,
  parsePaymentRequired,
  paymentRequired,
  paymentScheme,
  mock,
  json,
  rejects,
}) => [
  [
    "log lines describe each attempt, without key and body",
    async () => {
      const lines = [];
      const logger = Object.fromEntries(
        ["error", "warn", "info", "debug"].map((level) => [level, (line) => lines.push(`${level} ${line}`)]),
      );
      const { client } = mock(
        (nth) => json(nth === 1 ? "" : INTENT, nth === 1 ? 500 : 200, { "retry-after": "0", "x-request-id": "req_5" }),
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
      for (const value of [6.99, 0, -1, Number.NaN, "699", undefined])
        for (const own of [undefined, charge]) {
          const intent = { ...INTENT, amount: { currency: "CNY", value } };
          assert.throws(() => paymentRequired(intent, own), {
            name: "ValidationError",
            field: "intent.amount.value",
          });
        }
      assert.throws(() => paymentRequired({ ...INTENT, id: "" }), { name: "ValidationError", field: "intent.id" });
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
    "paymentRequired needs no charge for an intent with its code",
    async () => {
      const qr = { charge_id: "qr_1", scan_url: "itpay://pay/pi_1" };
      const response = paymentRequired({ ...INTENT, status: "qr_generated", qr });
      assert.equal((await parsePaymentRequired(response)).qr, "itpay://pay/pi_1");
    },
  ],
  [
    "paymentScheme returns the protocol of a 402, and parsePaymentRequired reads only ItPay's",
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
      const paid = (amount, currency, value) =>
        new Response(JSON.stringify({ payment_intent: { id: "pi_1", amount: { currency, value } } }), {
          status: 402,
          headers: { "X-Payment-Intent": "pi_1", "X-Payment-Amount": amount },
        });
      for (const [amount, currency, value] of [
        ["USD 1.00", "USD", 99999],
        ["JPY 5.00", "JPY", 500],
      ])
        await rejects(parsePaymentRequired(paid(amount, currency, value)), {
          code: "payment_mismatch",
          field: "payment_intent.amount",
        });
      for (const [amount, currency, value] of [
        ["USD 1.00", "USD", 100],
        ["USD 1", "USD", 100],
        ["$1", "USD", 500],
        ["USD 1.00", "EUR", 93],
        ["USD 1.00", "USD", "1"],
      ])
        assert.equal((await parsePaymentRequired(paid(amount, currency, value))).amount, amount);
      const twice = [
        ["X-Payment-Intent", "pi_1"],
        ["X-Payment-Intent", "pi_2"],
      ];
      await rejects(parsePaymentRequired(new Response("{}", { status: 402, headers: twice })), {
        code: "payment_mismatch",
        field: "payment_intent.id",
      });
      for (const body of ['{"payment_intent":{"id":""}}', '{"x402Version":null}']) {
        assert.equal(await parsePaymentRequired(new Response(body, { status: 402 })), null);
        assert.equal(await paymentScheme(new Response(body, { status: 402 })), "unknown");
      }
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
