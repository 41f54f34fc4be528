// waitForCompletion. A part of the suite in client.mjs.

import assert from "node:assert/strict";

export const cases = ({ mock, json, rejects, rejectsField }) => [
  [
    "waitForCompletion reports each change once and ends with the payment",
    async () => {
      for (const last of ["succeeded", "expired", "cancelled", "failed"]) {
        const states = ["pending", "pending", "scanning", last];
        const { calls, client } = mock((nth) => json({ id: "pi_1", status: states[nth - 1] }));
        const seen = [];
        const intent = await client.paymentIntents.waitForCompletion("pi_1", {
          pollInterval: 1,
          onUpdate: ({ status }) => seen.push(status),
        });
        assert.deepEqual([intent.status, seen, calls.length], [last, ["pending", "scanning", last], 4]);
      }
    },
  ],
  [
    "waitForCompletion survives transient failures and rejects with others",
    async () => {
      const troubles = [
        () => json("", 503),
        () => json("", 429),
        () => {
          throw new TypeError("fetch failed");
        },
        () => json({ id: "pi_1", status: "succeeded" }),
      ];
      const { client } = mock((nth) => troubles[nth - 1]());
      assert.equal((await client.paymentIntents.waitForCompletion("pi_1", { pollInterval: 1 })).status, "succeeded");
      await rejects(mock(() => json("", 404)).client.paymentIntents.waitForCompletion("pi_1", { pollInterval: 1 }), {
        name: "APIError",
        status: 404,
      });
    },
  ],
  [
    "waitForCompletion ends at its deadline with the last intent, and at once on abort",
    async () => {
      const { client } = mock(() => json({ id: "pi_1", status: "scanning" }));
      const started = Date.now();
      const error = await rejects(
        client.paymentIntents.waitForCompletion("pi_1", { timeout: 1000, pollInterval: 50 }),
        {
          name: "TimeoutError",
          retryable: true,
        },
      );
      assert.deepEqual(error.intent, { id: "pi_1", status: "scanning" });
      assert.ok(Date.now() - started < 20_000);
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      await rejects(client.paymentIntents.waitForCompletion("pi_1", { signal: controller.signal }), {
        name: "AbortError",
      });
      const enough = new AbortController();
      const before = Date.now();
      await rejects(
        client.paymentIntents.waitForCompletion("pi_1", {
          signal: enough.signal,
          pollInterval: 60_000,
          onUpdate: () => enough.abort(),
        }),
        { name: "AbortError" },
      );
      assert.ok(Date.now() - before < 30_000, "an abort before the wait was not seen by it");
      for (const wrong of [0, -1, Number.NaN, ""]) {
        await rejectsField("timeout", client.paymentIntents.waitForCompletion("pi_1", { timeout: wrong }));
        await rejectsField("pollInterval", client.paymentIntents.waitForCompletion("pi_1", { pollInterval: wrong }));
      }
      await assert.rejects(
        client.paymentIntents.waitForCompletion("pi_1", {
          onUpdate: () => {
            throw new RangeError("mine");
          },
        }),
        RangeError,
      );
    },
  ],
];
