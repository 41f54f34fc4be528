// The faults that were observed in the published GoPay provider, with their numbers: money is sent, refunded, captured and canceled correctly.

import assert from "node:assert/strict";
import { test } from "node:test";

import { json, PAYMENT, provider } from "../gopay-mock.mjs";
import { CHECKOUT, RECURRENCE, provider_metadata, ORDER, PLAN, rejects, errorBody, shop } from "../paykit-fixtures.mjs";

test("1: a call that moves money is sent once, with any response", async () => {
  for (const status of [429, 500, 502, 503, 504]) {
    const { gopay, calls } = provider([json("", status)], { maxRetries: 3 });
    await rejects(gopay.createPayment(ORDER), {});
    assert.equal(calls.filter(({ method }) => method === "POST").length, 1, String(status));
    const charging = provider([json("", status)], { maxRetries: 0 });
    await rejects(charging.gopay.updateSubscription("1", { provider_metadata: { amount: 1, currency: "CZK" } }));
    assert.equal(charging.calls.filter(({ method }) => method === "POST").length, 1, String(status));
  }
  const { sandbox, gopay, id, posts } = await shop();
  sandbox.inject({ path: `/api/payments/payment/${id}/refund`, method: "POST", reset: "after" });
  // The refund is there, dated to the second of the call: another program may have made it right before.
  const lost = await rejects(gopay.createRefund({ payment_id: id, amount: 900 }));
  assert.deepEqual([posts("/refund"), lost.context.outcome, sandbox.payment(id).refunds.length], [1, "unknown", 1]);
  sandbox.inject({ path: `/api/payments/payment/${id}/refund`, method: "POST", reset: true });
  const unknown = await rejects(gopay.createRefund({ payment_id: id, amount: 100 }), {
    name: "OperationFailedError",
    provider: "gopay",
    method: "createRefund",
  });
  assert.deepEqual([posts("/refund"), unknown.context.outcome, sandbox.payment(id).refunds.length], [2, "unknown", 1]);
  sandbox.close();
});

test("2: a failed refund is an error, an accepted one has that result, and only integers are sent", async () => {
  const { sandbox, gopay, id, posts } = await shop();
  sandbox.answerWith("refund", "FAILED");
  await rejects(gopay.createRefund({ payment_id: id, amount: 100 }), { code: "OPERATION_FAILED" });
  sandbox.answerWith("refund", "ACCEPTED");
  const accepted = await gopay.createRefund({ payment_id: id, amount: 100, reason: "late", metadata: { a: "b" } });
  assert.deepEqual(
    [accepted.custom_fields.result, accepted.custom_fields.state, accepted.reason, accepted.metadata],
    ["ACCEPTED", "REQUESTED", "late", { a: "b" }],
  );
  sandbox.answerWith("refund", "FINISHED");
  const finished = await gopay.createRefund({ payment_id: id, amount: 200 });
  assert.deepEqual([finished.custom_fields.result, finished.currency], ["FINISHED", "CZK"]);
  assert.notEqual(finished.id, accepted.id);
  const sent = posts("/refund");
  for (const amount of [0, 1.5, -1, NaN, Infinity, "", "100", "1e3", 2 ** 53, undefined, null]) {
    await rejects(gopay.createRefund({ payment_id: id, amount }), { name: "ValidationError", field: "amount" });
  }
  assert.equal(posts("/refund"), sent);
  sandbox.close();
});

test("3 and 4: an authorized payment is captured in full or in part, and its new state is returned", async () => {
  const { sandbox, gopay } = await shop();
  const authorize = async () => {
    const { id } = await gopay.createPayment({ ...ORDER, capture_method: "manual" });
    await sandbox.pay(id);
    const payment = await gopay.retrievePayment(id);
    assert.deepEqual([payment.status, payment.requires_action], ["requires_capture", false]);
    return id;
  };
  const whole = await authorize();
  assert.deepEqual((await gopay.capturePayment(whole, { amount: 2900 })).status, "succeeded");
  assert.deepEqual((await gopay.capturePayment(whole, { amount: 2900 })).status, "succeeded");
  const part = await authorize();
  const captured = await gopay.capturePayment(part, { amount: 900 });
  assert.deepEqual([captured.status, sandbox.payment(part).paid], ["succeeded", 900]);
  const none = await authorize();
  for (const amount of [0, -1, 1.5, NaN, "", "2900", 2901, 2 ** 53])
    await rejects(gopay.capturePayment(none, { amount }), { name: "ValidationError", field: "amount" });
  assert.equal(sandbox.payment(none).state, "AUTHORIZED");
  assert.equal((await gopay.cancelPayment(none)).status, "canceled");
  assert.equal((await gopay.cancelPayment(none)).status, "canceled");
  await rejects(gopay.capturePayment("999", { amount: 1 }), { name: "ResourceNotFoundError", statusCode: 404 });
  // Captured, even if the read fails.
  const unseen = provider([{ ...PAYMENT, state: "AUTHORIZED" }, { id: 3000006529, result: "FINISHED" }, json("", 404)]);
  assert.equal((await unseen.gopay.capturePayment("3000006529", { amount: 2900 })).status, "succeeded");
  sandbox.close();
});

test("5: a payment that GoPay did not cancel is not called canceled", async () => {
  const refused = provider([{ ...PAYMENT, state: "AUTHORIZED" }, errorBody(352, "PAYMENT_AUTH_VOID_FAILED")]);
  const error = await rejects(refused.gopay.cancelPayment("3000006529"), {
    name: "OperationFailedError",
    retryable: false,
  });
  assert.deepEqual([error.context.code, error.context.status, error.context.outcome], ["352", 409, "not_done"]);
  const { sandbox, gopay, id, posts } = await shop();
  assert.match((await rejects(gopay.cancelPayment(id), { code: "OPERATION_FAILED" })).message, /PAID/);
  assert.equal(posts("/void-authorization"), 0);
  sandbox.close();
});

test("6: a subscription that GoPay did not stop is not called stopped", async () => {
  const first = { ...PAYMENT, state: "PAID", recurrence: RECURRENCE };
  for (const reply of [errorBody(303), json("", 500)]) {
    const { gopay, calls } = provider([first, reply, first]);
    await rejects(gopay.cancelSubscription("3000006529"), { name: "OperationFailedError" });
    assert.equal(calls.filter(({ method }) => method === "POST").length, 1);
    await rejects(provider([first, reply, first]).gopay.deleteSubscription("3000006529"), {
      name: "OperationFailedError",
    });
  }
});

test("6: a stop that GoPay has only accepted is not called done before it is", async () => {
  const { sandbox, gopay } = await shop();
  const { id } = await gopay.createSubscription(PLAN);
  await sandbox.pay(id);
  sandbox.answerWith("voidRecurrence", "ACCEPTED");
  assert.equal((await gopay.cancelSubscription(id)).status, "active");
  await sandbox.settle(id);
  assert.equal((await gopay.retrieveSubscription(id)).status, "canceled");
  // Stopped, even if the read fails.
  const first = { ...PAYMENT, state: "PAID", recurrence: RECURRENCE };
  assert.equal(
    (
      await provider([first, { id: 3000006529, result: "FINISHED" }, json("", 500)]).gopay.cancelSubscription(
        "3000006529",
      )
    ).status,
    "canceled",
  );
  sandbox.close();
});

test("7: a call that could not begin has the outcome not_done", async () => {
  const { gopay, calls } = provider([]);
  for (const amount of [0, NaN, 1.5, -1])
    for (const call of [
      gopay.createPayment({ ...ORDER, amount }),
      gopay.createCheckout({ ...CHECKOUT, provider_metadata: { amount } }),
      gopay.createSubscription({ ...PLAN, amount }),
      gopay.createRefund({ payment_id: "1", amount }),
      gopay.updateSubscription("1", { provider_metadata: { amount, currency: "CZK" } }),
      gopay.capturePayment({}, { amount: 1 }),
      gopay.cancelSubscription(null),
    ]) {
      const error = await rejects(call, { name: "ValidationError" });
      assert.equal(error.context.outcome, "not_done", error.message);
    }
  assert.equal(calls.length, 0);
  const read = await rejects(gopay.retrievePayment({}), { name: "ValidationError" });
  assert.equal(read.context?.outcome, undefined);
});

test("7: NaN is not the same as nothing", async () => {
  const { gopay, calls } = provider([PAYMENT]);
  for (const wrong of [NaN, Infinity, -Infinity]) {
    await rejects(gopay.createCheckout({ ...CHECKOUT, quantity: wrong }), {
      name: "ValidationError",
      field: "quantity",
    });
    await rejects(
      gopay.createSubscription({ ...PLAN, provider_metadata: { ...provider_metadata, recurrence_period: wrong } }),
      { name: "ValidationError", field: "recurrence_period" },
    );
    await rejects(gopay.updateSubscription("1", { provider_metadata: { amount: wrong } }), {
      name: "ValidationError",
      field: "amount",
    });
  }
  assert.equal(calls.length, 0);
});

test("7: an amount is an integer above zero, or nothing is sent", async () => {
  const { gopay, calls, tokens } = provider([PAYMENT]);
  for (const amount of [
    "29.5",
    -1,
    0,
    NaN,
    "1e3",
    2 ** 53,
    "9007199254740993",
    -5,
    "0",
    " 12 ",
    "abc",
    "",
    29.99,
    Infinity,
    null,
    undefined,
    {},
    true,
  ]) {
    await rejects(gopay.createCheckout({ ...CHECKOUT, provider_metadata: { amount } }), {
      name: "ValidationError",
      statusCode: 400,
    });
    await rejects(gopay.createPayment({ ...ORDER, amount }), { name: "ValidationError" });
    await rejects(gopay.createSubscription({ ...PLAN, amount }), { name: "ValidationError" });
  }
  await rejects(gopay.createPayment({ ...ORDER, amount: 5n }), { name: "ValidationError" });
  for (const params of [undefined, null, 0, NaN, "", "text", []])
    await rejects(gopay.createPayment(params), { name: "ValidationError", field: "params" });
  assert.deepEqual([calls.length, tokens.length], [0, 0]);
  await gopay.createCheckout({ ...CHECKOUT, provider_metadata: { amount: 2 ** 53 - 1 } });
  assert.equal(JSON.parse(calls[0].body).amount, 2 ** 53 - 1);
});

test("an unsupported change is an error, and an unchanged amount reads", async () => {
  const { gopay } = provider([PAYMENT]);
  assert.equal(
    (await gopay.updatePayment("3000006529", { amount: 2900, currency: "czk", metadata: { a: "b" } })).amount,
    2900,
  );
  await rejects(gopay.updatePayment("3000006529", { amount: 100 }), { name: "ProviderNotSupportedError" });
  await rejects(gopay.updatePayment("3000006529", { currency: "EUR" }), { name: "ProviderNotSupportedError" });
  assert.equal((await gopay.updateCheckout("3000006529", { provider_metadata: { amount: "2900" } })).amount, 2900);
  await rejects(gopay.updateCheckout("3000006529", { provider_metadata: { amount: "1" } }), {
    name: "ProviderNotSupportedError",
  });
});

test("a charge without a currency is in the mandate's, not in CZK", async () => {
  const first = { ...PAYMENT, id: 7, currency: "EUR", state: "PAID", recurrence: RECURRENCE };
  const { gopay, calls } = provider([
    first,
    { id: 8, parent_id: 7, state: "CANCELED", sub_state: "_5006", amount: 500, currency: "EUR" },
  ]);
  const subscription = await gopay.updateSubscription("7", {
    provider_metadata: { amount: "500", order_number: "MAY" },
  });
  assert.deepEqual(
    [calls.length, JSON.parse(calls[1].body).currency, JSON.parse(calls[1].body).order_number],
    [2, "EUR", "MAY"],
  );
  // The charge was declined, which is an event.
  assert.deepEqual([subscription.status, subscription.custom_fields.charge.sub_state], ["past_due", "_5006"]);
});
