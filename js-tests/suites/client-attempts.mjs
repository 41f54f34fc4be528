// Attempts: retries, time limits, aborts and network failures. A part of the suite in client.mjs.

import assert from "node:assert/strict";

import { PARAMS, INTENT } from "./client-setup.mjs";

export const cases = ({ mock, json, misbehaving, rejects, serverUrl }) => [
  [
    "maxRetries 0 sends one request, and 2 sends three with the same bytes and key",
    async () => {
      for (const status of [501, 505])
        await rejects(mock(() => json("", status), { maxRetries: 2 }).client.paymentIntents.create(PARAMS), {
          attempts: 1,
          retryable: false,
        });
      for (const status of [520, 530, 561])
        await rejects(mock(() => json("", status), { maxRetries: 1 }).client.paymentIntents.create(PARAMS), {
          attempts: 2,
          retryable: true,
        });
      const none = mock(() => json("", 500));
      await rejects(none.client.paymentIntents.create(PARAMS), { attempts: 1 });
      assert.equal(none.calls.length, 1);
      const two = mock(() => json("", 500, { "retry-after": "0" }), { maxRetries: 2 });
      await rejects(two.client.paymentIntents.create(PARAMS), { attempts: 3, status: 500 });
      assert.equal(two.calls.length, 3);
      for (const field of ["url", "body"]) assert.equal(new Set(two.calls.map((call) => call[field])).size, 1);
      assert.equal(new Set(two.calls.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
    },
  ],
  [
    "a POST without an idempotency key is retried only if it was not processed",
    async () => {
      for (const [status, headers, expected] of [
        [500, { "retry-after": "0" }, 1],
        [503, {}, 1],
        [503, { "retry-after": "0" }, 2],
        [429, { "retry-after": "0" }, 2],
        [409, {}, 1],
      ]) {
        const { calls, client } = mock(() => json("", status, headers), { maxRetries: 1 });
        await rejects(client.qr.generate("pi_1"), { status, attempts: expected });
        assert.equal(calls.length, expected, `${status}`);
      }
      const { calls, client } = mock(() => json("", 500, { "retry-after": "0" }), { maxRetries: 1 });
      await rejects(client.qr.generate("pi_1", { idempotencyKey: "k" }), { attempts: 2 });
      assert.equal(calls.length, 2);
    },
  ],
  [
    "an abort ends a call at any moment: before it, in it, while waiting for the next attempt",
    async () => {
      const reason = new Error("enough");
      const before = mock(() => json(INTENT));
      await rejects(before.client.paymentIntents.retrieve("pi_1", { signal: AbortSignal.abort(reason) }), {
        name: "AbortError",
        code: "aborted",
        attempts: 0,
        cause: reason,
      });
      assert.equal(before.calls.length, 0);
      const during = new AbortController();
      const deaf = mock(() => new Promise(() => undefined));
      const pending = deaf.client.paymentIntents.retrieve("pi_1", { signal: during.signal });
      setTimeout(() => during.abort(reason), 20);
      await rejects(pending, { name: "AbortError", attempts: 1, cause: reason });
      assert.equal(deaf.calls[0].signal.aborted, true);
      const between = new AbortController();
      const slow = mock(() => json("", 500, { "retry-after": "60" }), { maxRetries: 2 });
      const started = Date.now();
      setTimeout(() => between.abort(reason), 20);
      await rejects(slow.client.paymentIntents.retrieve("pi_1", { signal: between.signal }), {
        name: "AbortError",
        attempts: 1,
      });
      assert.ok(Date.now() - started < 30_000);
    },
  ],
  [
    "a stall in the headers or in the body is a TimeoutError",
    async () => {
      for (const how of ["stall-headers", "stall-body"]) {
        const { client } = misbehaving(how, { timeout: 150 });
        await rejects(client.paymentIntents.retrieve("pi_1"), { name: "TimeoutError", code: "timeout", attempts: 1 });
        const own = misbehaving(how);
        await rejects(own.client.paymentIntents.retrieve("pi_1", { timeout: 100 }), { name: "TimeoutError" });
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 50);
        await rejects(misbehaving(how).client.paymentIntents.retrieve("pi_1", { signal: controller.signal }), {
          name: "AbortError",
        });
      }
    },
  ],
  [
    "a reset is a ConnectionError, and is retried only before the response has begun",
    async () => {
      await rejects(misbehaving("reset-before").client.paymentIntents.retrieve("pi_1"), {
        name: "ConnectionError",
        retryable: true,
      });
      const once = misbehaving("reset-once", { maxRetries: 1 });
      assert.deepEqual(await once.client.paymentIntents.create(PARAMS), INTENT);
      assert.equal((await once.seen()).length, 2);
      const broken = misbehaving("reset-after-headers", { maxRetries: 2 });
      await rejects(broken.client.paymentIntents.create(PARAMS), {
        name: "ConnectionError",
        code: "broken_answer",
        attempts: 1,
      });
      assert.equal((await broken.seen()).length, 1);
    },
  ],
  [
    "an unknown host and a refused connection have different codes",
    async () => {
      const failing = (code, nested) =>
        mock(() =>
          Promise.reject(Object.assign(new TypeError("fetch failed"), nested ? { cause: { code } } : { code })),
        );
      for (const nested of [true, false]) {
        for (const code of ["ENOTFOUND", "EAI_AGAIN"]) {
          const error = await rejects(failing(code, nested).client.paymentIntents.retrieve("pi_1"), {
            name: "ConnectionError",
            code: "host_not_found",
            retryable: true,
          });
          assert.match(error.message, /the host name was not found/);
        }
        const error = await rejects(failing("ECONNREFUSED", nested).client.paymentIntents.retrieve("pi_1"), {
          name: "ConnectionError",
          code: "connection_refused",
        });
        assert.match(error.message, /nothing listens at that address/);
      }
    },
  ],
  [
    "500 and then 200 is a success",
    async () => {
      const { client, seen } = misbehaving("500-once", { maxRetries: 2 });
      assert.deepEqual(await client.paymentIntents.create(PARAMS), INTENT);
      const [first, second] = await seen();
      assert.deepEqual(
        [first.body, first.headers["idempotency-key"]],
        [second.body, second.headers["idempotency-key"]],
      );
    },
  ],
  [
    "a 429 response is retried after Retry-After, in seconds or as a date",
    async () => {
      for (const [how, least] of [
        ["429-seconds", 950],
        ["429-date", 800],
      ]) {
        const { client } = misbehaving(how, { maxRetries: 1 });
        const started = Date.now();
        assert.deepEqual(await client.paymentIntents.retrieve("pi_1"), INTENT);
        const took = Date.now() - started;
        assert.ok(took >= least && took < 30_000, `${how} took ${took} ms`);
      }
      await rejects(misbehaving("429-always").client.paymentIntents.retrieve("pi_1"), {
        name: "RateLimitError",
        retryAfter: 7000,
        requestId: "req_429",
        code: "SLOW_DOWN",
      });
    },
  ],
  [
    "a redirect is not followed, because another host must not get the key",
    async () => {
      await rejects(misbehaving("redirect").client.paymentIntents.retrieve("pi_1"), {
        name: "APIError",
        status: 307,
      });
      assert.deepEqual(await (await fetch(`${serverUrl}/seen/stolen/x`)).json(), []);
    },
  ],
  [
    "a hundred calls at once don't disturb each other, one aborted among them",
    async () => {
      const { client } = misbehaving("ok");
      const controller = new AbortController();
      const calls = Array.from({ length: 100 }, (_, index) =>
        client.paymentIntents.create(
          { ...PARAMS, id: `pi_${index}` },
          index === 50 ? { signal: controller.signal } : {},
        ),
      );
      controller.abort();
      const results = await Promise.allSettled(calls);
      results.forEach(({ status, value, reason }, index) => {
        if (index === 50) assert.equal(reason.name, "AbortError");
        else assert.deepEqual([status, value], ["fulfilled", INTENT]);
      });
    },
  ],
];
