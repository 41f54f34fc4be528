// GoPay's access token. A part of the suite in gopay.mjs.

import assert from "node:assert/strict";

import { SECRET, TOKEN, BASE, ORDER, PAYMENT } from "./gopay-setup.mjs";

export const cases = ({ json, never, mock, rejects }) => [
  [
    "GoPay: a payment is created with the token, for the e-shop, as raw UTF-8",
    async () => {
      const { calls, client, tokens } = mock(() => json(PAYMENT));
      const payment = await client.payments.create(ORDER);
      assert.equal(payment.gw_url, "https://gw.example/pay");
      assert.equal(tokens[0].body, "grant_type=client_credentials&scope=payment-all");
      assert.equal(tokens[0].headers.Authorization, `Basic ${btoa(`140:${SECRET}`)}`);
      const [{ url, method, headers, body, redirect }] = calls;
      assert.deepEqual([url, method, redirect], [`${BASE}/payments/payment`, "POST", "manual"]);
      assert.equal(headers.Authorization, `Bearer ${TOKEN}-1`);
      assert.equal(headers["Accept-Language"], "en-US");
      assert.ok(body.includes("Žluťoučký kůň"));
      assert.deepEqual(JSON.parse(body), { ...ORDER, target: { type: "ACCOUNT", goid: 8123456789 } });
    },
  ],
  [
    "GoPay: fifty first calls at once ask for one token",
    async () => {
      const { calls, client, tokens } = mock(() => json(PAYMENT));
      await Promise.all(Array.from({ length: 50 }, () => client.payments.status(3000006529)));
      assert.deepEqual([tokens.length, calls.length], [1, 50]);
    },
  ],
  [
    "GoPay: a token that is about to end is renewed, also one that lives for a second",
    async () => {
      for (const [expires_in, expected] of [
        [1800, 1],
        [301, 1],
        [1, 1],
        [0, 2],
      ]) {
        const { client, tokens } = mock(() => json(PAYMENT), {
          token: () => json({ access_token: "t", expires_in }),
        });
        await client.payments.status(3000006529);
        await client.payments.status(3000006529);
        assert.equal(tokens.length, expected, `${expires_in} s`);
      }
    },
  ],
  [
    "GoPay: a rejected token is dropped, and the call is replayed once with a new one",
    async () => {
      for (const status of [401, 403]) {
        const errorBody = { errors: [{ scope: "G", error_code: 200 }] };
        const revoked = mock((_, __, { headers }) =>
          headers.Authorization.endsWith("-1") ? json(errorBody, status) : json({ id: 1, result: "FINISHED" }),
        );
        assert.equal((await revoked.client.payments.refund(1, { amount: 100 })).result, "FINISHED");
        assert.deepEqual([revoked.tokens.length, revoked.calls.length], [2, 2]);
        const forbidden = mock(() => json(errorBody, status));
        await rejects(forbidden.client.payments.refund(1, { amount: 100 }), {
          name: "AuthenticationError",
          status,
          outcome: "not_done",
          attempts: 2,
        });
        assert.deepEqual([forbidden.tokens.length, forbidden.calls.length], [2, 2]);
      }
    },
  ],
  [
    "GoPay: a failed token request fails all waiting calls, and the next call sends another",
    async () => {
      let good = false;
      const { calls, client, tokens } = mock(() => json(PAYMENT), {
        token: () => (good ? undefined : json({ error: "invalid_client" }, 401)),
      });
      const waiting = [1, 2, 3].map((id) => client.payments.refund(id, { amount: 1 }));
      for (const call of waiting)
        await rejects(call, {
          name: "AuthenticationError",
          code: "invalid_client",
          status: 401,
          outcome: "not_done",
        });
      assert.deepEqual([tokens.length, calls.length], [1, 0]);
      good = true;
      await client.payments.status(3000006529);
      assert.deepEqual([tokens.length, calls.length], [2, 1]);
    },
  ],
  [
    "GoPay: a hung token request ends at the timeout or the signal, and the next call sends another",
    async () => {
      let hangs = true;
      const { client } = mock(() => json(PAYMENT), {
        timeout: 60,
        token: (_, { signal }) => (hangs ? never(signal) : undefined),
      });
      const error = await rejects(client.payments.status(3000006529), { name: "TimeoutError", outcome: "not_done" });
      assert.match(error.message, /so the call was not sent/);
      await new Promise((done) => setTimeout(done, 80));
      const controller = new AbortController();
      const aborted = client.payments.status(3000006529, { signal: controller.signal, timeout: 5000 });
      controller.abort("enough");
      await rejects(aborted, { name: "AbortError", cause: "enough" });
      hangs = false;
      await new Promise((done) => setTimeout(done, 80));
      assert.equal((await client.payments.status(3000006529)).state, "PAID");
    },
  ],
];
