// Amounts that the gateway of `itpay/agents` states: checked against the limits, and for what they are.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PURCHASE, startTools } from "../agent-tools.mjs";

test("no code is shown for a payment above a limit, such as one from before a restart", async () => {
  const { sandbox, execute, create, restart } = await startTools();
  const id = await create();
  for (const [maxAmount, code] of [
    ["6.98CNY", "amount_too_large"],
    ["50.00USD", "currency_not_allowed"],
  ]) {
    const result = await execute("itpay_show_qr", { payment_id: id }, {}, restart({ maxAmount }));
    assert.equal(result.structuredContent.error?.code, code);
    assert.equal(result.content.length, 1);
  }
  assert.equal(
    (await execute("itpay_show_qr", { payment_id: id }, {}, restart({ maxAmount: "6.99CNY" }))).isError,
    undefined,
  );
  sandbox.close();
});

test("an amount of the gateway's that is none is an error", async () => {
  for (const amount of [
    { currency: "CNY", value: 0 },
    { currency: "CNY", value: -699 },
    { currency: "cny", value: 699 },
  ]) {
    const { sandbox, execute } = await startTools({
      serviceId: "svc_1",
      client: {
        fetch: async (_, { body }) =>
          new Response(JSON.stringify({ ...JSON.parse(body), status: "pending", amount }), { status: 201 }),
      },
    });
    assert.equal((await execute("itpay_create_payment", PURCHASE)).structuredContent.error?.code, "invalid_response");
    sandbox.close();
  }
});
