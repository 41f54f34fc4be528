// Calls, their errors and their outcomes. A part of the suite in gopay.mjs.

import assert from "node:assert/strict";

import { SECRET, TOKEN, ORDER, PAYMENT } from "./gopay-setup.mjs";

export const cases = ({ GoPayClient, isItPayError, json, mock, rejects, rejectsField, gopayError }) => [
  [
    "GoPay: a change is not replayed after the page of a filter",
    async () => {
      for (const status of [401, 403]) {
        for (const body of ["<html>Forbidden</html>", "", "{}"]) {
          const { calls, client } = mock((_, __, { method }) => json(method === "POST" ? body : [], status));
          await rejects(client.payments.refund(1, { amount: 100 }), { status, outcome: "unknown", attempts: 1 });
          assert.equal(calls.filter(({ method }) => method === "POST").length, 1);
        }
      }
    },
  ],
  [
    "GoPay: token requests and reads are retried, and changes are sent once",
    async () => {
      const again = { "retry-after": "0" };
      const token = mock(() => json(PAYMENT), {
        maxRetries: 2,
        token: (nth) => (nth === 1 ? json("", 503, again) : undefined),
      });
      await token.client.payments.status(3000006529);
      assert.equal(token.tokens.length, 2);
      for (const status of [429, 500, 502, 503, 504]) {
        const read = mock((nth) => (nth === 1 ? json("", status, again) : json(PAYMENT)), { maxRetries: 2 });
        await read.client.payments.status(3000006529);
        assert.equal(read.calls.length, 2, `${status}`);
        for (const change of [
          (p) => p.create(ORDER),
          (p) => p.refund(1, { amount: 1 }),
          (p) => p.createRecurrence(1, ORDER),
          (p) => p.capture(1),
          (p) => p.voidAuthorization(1),
          (p) => p.voidRecurrence(1),
        ]) {
          const once = mock((_, __, { method }) => json("", method === "POST" ? status : 404, again), {
            maxRetries: 2,
          });
          await rejects(change(once.client.payments), { status });
          assert.equal(once.calls.filter(({ method }) => method === "POST").length, 1, `${status}`);
        }
      }
    },
  ],
  [
    "GoPay: after a refund without a response the history is read, and the error has an outcome",
    async () => {
      // Half a minute ahead: what could be older than the call proves nothing.
      const date = new Date(Date.now() + 30_000).toISOString();
      const history =
        (list) =>
        (_, url, { method }) => {
          if (method === "POST") throw new TypeError("socket hang up");
          return url.endsWith("/refunds")
            ? json(list)
            : json({ ...PAYMENT, id: 7, state: "PARTIALLY_REFUNDED" }, 200, { date: new Date().toUTCString() });
        };
      const refund = { id: 1, amount: 100, currency: "CZK", state: "SUCCESS", date_requested: date };
      for (const [list, outcome] of [
        [[refund], "done"],
        [[], "unknown"],
        [[{ ...refund, amount: 99 }], "unknown"],
        [[{ ...refund, date_requested: "2020-01-01T00:00:00Z" }], "unknown"],
        [[{ ...refund, date_requested: date.slice(0, -1) }], "unknown"], // no time zone
        [[refund, { ...refund, id: 2 }], "unknown"], // one of them is another program's
        [[{ ...refund, date_requested: new Date(Date.now() - 2000).toISOString() }], "unknown"],
        ["<html>", "unknown"],
      ]) {
        const { calls, client } = mock(history(list));
        const error = await rejects(client.payments.refund(7, { amount: 100 }), {
          name: "ConnectionError",
          outcome,
          attempts: 1,
        });
        assert.match(error.message, outcome === "done" ? /don't send it again/ : /not known/);
        assert.equal(calls.filter(({ method }) => method === "POST").length, 1);
      }
      // GoPay itself gives up, or a proxy before it sends an empty response.
      for (const [body, outcome] of [
        [gopayError(500, null), "not_done"],
        ["", "unknown"],
        ["<html>", "unknown"],
      ]) {
        const gaveUp = mock((_, url, { method }) =>
          method === "POST" ? json(body, 500) : url.endsWith("/refunds") ? json([]) : json({ ...PAYMENT, id: 7 }),
        );
        await rejects(gaveUp.client.payments.refund(7, { amount: 100 }), { status: 500, outcome });
      }
    },
  ],
  [
    "GoPay: results are distinguished: finished, accepted, failed",
    async () => {
      for (const result of ["FINISHED", "ACCEPTED", "SOMETHING_NEW"]) {
        assert.deepEqual(await mock(() => json({ id: 1, result })).client.payments.refund(1, { amount: 1 }), {
          id: 1,
          result,
        });
      }
      await rejects(mock(() => json({ id: 1, result: "FAILED" })).client.payments.refund(1, { amount: 1 }), {
        name: "APIError",
        code: "FAILED",
        outcome: "not_done",
      });
      for (const body of ["", "{}", "<html>", "[]"]) {
        const { client } = mock((_, __, { method }) => (method === "POST" ? json(body) : json("", 500)));
        await rejects(client.payments.refund(1, { amount: 1 }), { code: "unreadable_response", outcome: "unknown" });
      }
    },
  ],
  [
    "GoPay: an already-done error is a success if the payment shows it",
    async () => {
      const already = (code, name, payment) =>
        mock((_, __, { method }) =>
          method === "POST" ? json(gopayError(code, name), 409) : json({ ...PAYMENT, id: 7, ...payment }),
        );
      const captured = already(351, null, { preauthorization: { state: "CAPTURED" } });
      assert.deepEqual(await captured.client.payments.capture(7), { id: 7, result: "FINISHED" });
      const voided = already(0, "PAYMENT_AUTH_VOID_DONE", { state: "CANCELED" });
      assert.equal((await voided.client.payments.voidAuthorization("7")).result, "FINISHED");
      const stopped = already(342, "PAYMENT_RECURRENCE_STOPPED", { recurrence: { recurrence_state: "STOPPED" } });
      assert.equal((await stopped.client.payments.voidRecurrence(7)).result, "FINISHED");
      const other = already(351, null, { state: "AUTHORIZED" });
      await rejects(other.client.payments.capture(7), { status: 409, code: "351", outcome: "not_done" });
    },
  ],
  [
    "GoPay: an error keeps its code, its field and its status in every shape",
    async () => {
      const field = {
        errors: [
          {
            scope: "F",
            field: "amount",
            error_code: 111,
            error_name: null,
            message: "Wrong amount",
            description: null,
          },
        ],
      };
      for (const [status, body, expected] of [
        [409, field, { name: "ValidationError", code: "111", field: "amount", details: field }],
        [
          409,
          {
            scope: "G",
            field: null,
            error_code: 303,
            error_name: "PAYMENT_WRONG_STATE",
            message: null,
            description: null,
          },
          { name: "APIError", code: "303" },
        ],
        [404, { errors: [{ error_code: 304 }] }, { name: "APIError", code: "304" }],
        [429, "", { name: "RateLimitError", retryAfter: 5000 }],
        [503, "<html><h1>Maintenance</h1></html>", { name: "APIError", code: "http_503", retryable: true }],
      ]) {
        const { client } = mock(() => json(body, status, { "retry-after": "5" }));
        await rejects(client.payments.status(1), { status, ...expected });
      }
    },
  ],
  [
    "GoPay: invalid parameters name the field before anything is sent",
    async () => {
      const { calls, client, tokens } = mock(() => json(PAYMENT));
      for (const amount of ["29.5", 29.5, -1, 0, Number.NaN, Infinity, "1e3", "2900", 2 ** 53, "", null, undefined]) {
        await rejectsField("amount", client.payments.create({ ...ORDER, items: undefined, amount }));
        await rejectsField("amount", client.payments.refund(1, { amount }));
        await rejectsField("amount", client.payments.createRecurrence(1, { ...ORDER, items: undefined, amount }));
        await rejectsField("amount", client.payments.capture(1, { amount }));
      }
      for (const id of ["../../eshops/eshop/1", "", "1?x=1", "1/refund", Number.NaN, -1, 1.5, {}, null, undefined]) {
        for (const call of ["status", "refunds", "voidRecurrence", "voidAuthorization", "capture"])
          await rejectsField("id", client.payments[call](id));
        await rejectsField("id", client.payments.refund(id, { amount: 1 }));
      }
      // What could not begin was not done.
      const cycle = {};
      cycle.cycle = cycle;
      for (const change of [
        client.payments.create({ ...ORDER, amount: 1n }),
        client.payments.create(ORDER, { timeout: 0 }),
        client.payments.refund(1.5, { amount: 1 }),
        client.payments.refund(1, cycle),
        client.payments.refund(1, { amount: 1 }, { maxRetries: -1 }),
        client.payments.createRecurrence(1, cycle),
        client.payments.capture({}),
        client.payments.capture(1, cycle),
        client.payments.voidAuthorization(null),
        client.payments.voidRecurrence(Number.NaN),
        client.cards.delete(""),
        client.request("POST", "/payments/payment", { body: cycle }),
      ])
        await rejects(change, { name: "ValidationError", outcome: "not_done" });
      await rejects(client.payments.status(1.5), { name: "ValidationError", outcome: undefined });
      await rejectsField("currency", client.paymentInstruments("../x"));
      await rejectsField(
        "format",
        client.accountStatement({ date_from: "2026-01-01", date_to: "2026-01-31", currency: "CZK", format: "EXE" }),
      );
      assert.deepEqual([calls.length, tokens.length], [0, 0]);
    },
  ],
  [
    "GoPay: invalid options are errors at construction, and no typo selects the real gateway",
    async () => {
      const make = (options) =>
        new GoPayClient({ clientId: "1", clientSecret: SECRET, goId: "8", isSandbox: true, env: {}, ...options });
      const thrown = (options) => {
        try {
          make(options);
        } catch (error) {
          assert.ok(isItPayError(error), String(error));
          return error;
        }
        return assert.fail(JSON.stringify(options));
      };
      for (const word of ["TRUE", "1", "Yes", "on", true]) assert.equal(make({ isSandbox: word }).isSandbox, true);
      for (const word of ["FALSE", "0", "no", "Off", false]) assert.equal(make({ isSandbox: word }).isSandbox, false);
      for (const word of ["treu", "", "production", 1, 0, Number.NaN, null])
        assert.equal(thrown({ isSandbox: word }).field, "isSandbox");
      for (const goId of ["abc", "-1", "1.5", "", Number.NaN, -1, 0.5]) assert.equal(thrown({ goId }).field, "goId");
      for (const timeout of [0, -1, Number.NaN, "", "5"]) assert.equal(thrown({ timeout }).field, "timeout");
      for (const maxRetries of [-1, Number.NaN, "", 1.5]) assert.equal(thrown({ maxRetries }).field, "maxRetries");
      for (const baseUrl of [
        "http://gopay.example/api",
        "https://gw.sandbox.gopay.com",
        "https://x/api/v3",
        "https://x:99999/api",
        "https://:443/api",
        "https://[::1/api",
      ])
        assert.equal(thrown({ baseUrl }).field, "baseUrl");
      assert.match(thrown({ baseUrl: "https://gw.sandbox.gopay.com" }).message, /must end in \/api/);
      for (const field of ["clientId", "clientSecret"]) assert.equal(thrown({ [field]: "" }).field, field);
      assert.match(thrown({ clientSecret: undefined }).message, /GOPAY_CLIENT_SECRET/);
      const env = { GOPAY_CLIENT_ID: "1", GOPAY_CLIENT_SECRET: SECRET, GOPAY_GO_ID: "8", GOPAY_SANDBOX: "true" };
      assert.equal(new GoPayClient({ env }).goId, "8");
    },
  ],
  [
    "GoPay: another payment than the one asked for is an error",
    async () => {
      await rejects(mock(() => json({ ...PAYMENT, id: 2 })).client.payments.status(1), {
        code: "unreadable_response",
        message: "the gateway responded with 200, but id is not the requested one",
      });
    },
  ],
  [
    "GoPay: a response of another form, or about something else, is an error that names the field",
    async () => {
      const charge = { ...ORDER, order_number: "2" };
      const statement = { date_from: "2026-01-01", date_to: "2026-01-31", currency: "CZK", format: "CSV_A" };
      const page = () => new Response("<html>", { headers: { "Content-Type": "Text/HTML; charset=utf-8" } });
      for (const [field, respond, call] of [
        // The first payment is no new charge.
        ["id", () => json({ ...PAYMENT, id: 1 }), ({ payments }) => payments.createRecurrence(1, charge)],
        [
          "parent_id",
          () => json({ ...PAYMENT, id: 3, parent_id: 2 }),
          ({ payments }) => payments.createRecurrence(1, charge),
        ],
        ["body", () => json("null"), ({ payments }) => payments.refunds(1)],
        ["body", () => json({ id: 1 }), ({ payments }) => payments.refunds(1)],
        ["body", () => json("null"), (client) => client.paymentInstruments()],
        ["body", () => json([{}]), (client) => client.paymentInstruments("CZK")],
        ["body", page, (client) => client.accountStatement(statement)],
        ["card_id", () => json({ card_id: 2 }), ({ cards }) => cards.delete(1)],
        ["result", () => json({ card_id: 1, result: "FAILED" }), ({ cards }) => cards.delete(1)],
      ]) {
        const error = await rejects(call(mock(respond).client), { name: "APIError", code: "unreadable_response" });
        assert.equal(error.field, field, error.message);
      }
    },
  ],
  [
    "GoPay: a statement is bytes as they are",
    async () => {
      const bytes = new Uint8Array([0xff, 0xd8, 0, 10]);
      const { client } = mock(() => new Response(bytes));
      const file = await client.accountStatement({
        date_from: "2026-01-01",
        date_to: "2026-01-31",
        currency: "CZK",
        format: "PDF_A",
      });
      assert.deepEqual(new Uint8Array(file), bytes);
    },
  ],
  [
    "GoPay: the secret and the token are in no log line, error or listing",
    async () => {
      const { client, lines } = mock((_, __, { method }) => (method === "POST" ? json("", 500) : json("", 500)), {
        maxRetries: 1,
      });
      const error = await rejects(client.payments.refund(1, { amount: 1 }), { status: 500 });
      assert.ok(lines.length > 4, lines.join("\n"));
      const shown = [
        ...lines,
        String(error.stack),
        JSON.stringify(error),
        JSON.stringify(client),
        String(Object.getOwnPropertyNames(client)),
      ];
      for (const text of shown)
        for (const secret of [SECRET, TOKEN, btoa(`140:${SECRET}`)]) assert.ok(!text.includes(secret), text);
    },
  ],
];
