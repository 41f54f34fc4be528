// GoPayClient against GoPay's sandbox in process, on every runtime.

import assert from "node:assert/strict";

const ORDER = {
  payer: { contact: { email: "test@test.cz" } },
  amount: 2900,
  currency: "CZK",
  order_number: "1",
  items: [{ name: "Žluťoučký kůň", amount: 2900, count: 1 }],
  additional_params: [{ name: "__paykit", value: '{"item":"a","note":"<&\'>"}' }],
  callback: { return_url: "https://shop.example/back", notification_url: "https://shop.example/n" },
};
const CHARGE = { amount: 500, currency: "CZK", order_number: "2" };

export function cases({ GoPayClient }, { createGopaySandbox }) {
  const shop = async (options = {}) => {
    const notified = [];
    const sandbox = createGopaySandbox({
      deliver: async (url) => {
        notified.push(url);
        return new Response();
      },
      ...options,
    });
    const { clientId, clientSecret, goId, fetch } = sandbox;
    const client = new GoPayClient({ clientId, clientSecret, goId, isSandbox: true, fetch, maxRetries: 0 });
    const paid = async (change = {}) => {
      const { id } = await client.payments.create({ ...ORDER, ...change });
      await sandbox.pay(id);
      return id;
    };
    return { sandbox, client, paid, notified };
  };
  const thrown = (call) =>
    call.then(
      () => assert.fail("it was not refused"),
      (error) => error,
    );

  return [
    [
      "GoPay's sandbox: a payment is created, paid, notified and read, without the oddities of raw responses",
      async () => {
        const { sandbox, client, notified } = await shop();
        for (const _ of [1, 2, 3, 4]) {
          const { id, gw_url, state, additional_params, payer, target } = await client.payments.create(ORDER);
          assert.deepEqual([state, gw_url], ["CREATED", `https://gw.sandbox.gopay.com/gw/v3/${id}`]);
          assert.equal(additional_params[0].value, ORDER.additional_params[0].value);
          assert.deepEqual([payer.contact.email, String(target.goid)], ["test@test.cz", sandbox.goId]);
          await sandbox.pay(id);
          assert.equal((await client.payments.status(id)).state, "PAID");
          assert.equal(notified.at(-1), `https://shop.example/n?id=${id}`);
        }
        assert.equal(sandbox.requests.filter(({ path }) => path.endsWith("/token")).length, 1);
        sandbox.close();
      },
    ],
    [
      "GoPay's sandbox: a payment is refunded in parts, up to its amount",
      async () => {
        const { sandbox, client, paid } = await shop();
        const id = await paid();
        assert.equal((await client.payments.refund(id, { amount: 900 })).result, "FINISHED");
        assert.equal((await thrown(client.payments.refund(id, { amount: 2001 }))).status, 409);
        sandbox.answerWith("refund", "ACCEPTED");
        assert.equal((await client.payments.refund(id, { amount: 2000 })).result, "ACCEPTED");
        await sandbox.settle(id);
        assert.equal((await client.payments.status(id)).state, "REFUNDED");
        assert.deepEqual(
          (await client.payments.refunds(id)).map(({ amount, state }) => [amount, state]),
          [
            [900, "SUCCESS"],
            [2000, "SUCCESS"],
          ],
        );
        sandbox.close();
      },
    ],
    [
      "GoPay's sandbox: a refund whose response is lost is made once, and is unknown because it may be older than the call",
      async () => {
        const { sandbox, client, paid } = await shop();
        const id = await paid();
        await client.payments.status(id);
        sandbox.inject({ method: "POST", path: "/api/payments", reset: "after" });
        const outcome = await client.payments.refund(id, { amount: 100 }).then(
          () => "done",
          (error) => error.outcome,
        );
        // GoPay's dates have seconds: another program may have made this refund right before the call.
        assert.equal(outcome, "unknown");
        assert.deepEqual(
          sandbox.payment(id).refunds.map(({ amount }) => amount),
          [100],
        );
        sandbox.close();
      },
    ],
    [
      "GoPay's sandbox: an authorized amount is captured in part, or voided",
      async () => {
        const { sandbox, client, paid } = await shop();
        const captured = await paid({ preauthorization: true });
        await client.payments.capture(captured, { amount: 1000, items: [{ name: "a", amount: 1000 }] });
        assert.deepEqual([sandbox.payment(captured).state, sandbox.payment(captured).paid], ["PAID", 1000]);
        assert.equal((await client.payments.capture(captured)).result, "FINISHED"); // it was true before
        sandbox.inject({ method: "POST", path: "/api/payments", reset: true });
        const { outcome } = await thrown(client.payments.capture(captured));
        assert.equal(outcome, "unknown", "the part was an earlier call's");
        const voided = await paid({ preauthorization: true });
        await client.payments.voidAuthorization(voided);
        assert.equal((await client.payments.status(voided)).state, "CANCELED");
        sandbox.close();
      },
    ],
    [
      "GoPay's sandbox: a recurrence is charged by its parent's id until it is voided",
      async () => {
        const { sandbox, client, paid, notified } = await shop();
        const parent = await paid({ recurrence: { recurrence_cycle: "ON_DEMAND", recurrence_date_to: "2090-01-01" } });
        const charge = await client.payments.createRecurrence(parent, CHARGE);
        assert.deepEqual([String(charge.parent_id), charge.recurrence], [String(parent), undefined]);
        // It is notified at the next event at the latest.
        await sandbox.tick();
        assert.equal(notified.at(-1), `https://shop.example/n?id=${charge.id}&parent_id=${parent}`);
        assert.equal((await client.payments.status(charge.id)).state, "PAID");
        await client.payments.voidRecurrence(parent);
        assert.equal((await client.payments.status(parent)).recurrence.recurrence_state, "STOPPED");
        assert.equal((await thrown(client.payments.createRecurrence(parent, CHARGE))).status, 409);
        sandbox.close();
      },
    ],
    [
      "GoPay's sandbox: a revoked token is replaced transparently",
      async () => {
        const { sandbox, client, paid } = await shop();
        const id = await paid();
        sandbox.revokeTokens();
        assert.equal((await client.payments.refund(id, { amount: 1 })).result, "FINISHED");
        assert.equal(sandbox.payment(id).refunds.length, 1);
        sandbox.close();
      },
    ],
    [
      "GoPay's sandbox: error responses become the client's errors",
      async () => {
        const { sandbox, client, paid } = await shop();
        const id = await paid();
        const wrong = new GoPayClient({
          clientId: sandbox.clientId,
          clientSecret: "wrong",
          goId: sandbox.goId,
          isSandbox: true,
          fetch: sandbox.fetch,
        });
        assert.equal((await thrown(wrong.payments.status(id))).name, "AuthenticationError");
        assert.equal((await thrown(client.payments.status(1))).status, 404);
        sandbox.inject({ path: "/api/payments", error: 333 });
        assert.equal((await thrown(client.payments.refund(id, { amount: 1 }))).status, 409);
        const { payer: _, ...anonymous } = ORDER;
        const refused = await thrown(client.payments.create(anonymous));
        assert.deepEqual([refused.status, refused.details.errors[0].field], [409, "payer"]);
        sandbox.close();
      },
    ],
    [
      "GoPay's sandbox: the payment instruments and a statement",
      async () => {
        const { sandbox, client, paid } = await shop({ now: () => Date.parse("2026-02-01T12:00:00Z") });
        await paid();
        assert.equal(
          (await client.paymentInstruments("CZK")).enabledPaymentInstruments[0].paymentInstrument,
          "PAYMENT_CARD",
        );
        const bytes = await client.accountStatement({
          date_from: "2026-02-01",
          date_to: "2026-02-01",
          currency: "CZK",
          format: "CSV_A",
        });
        assert.match(new TextDecoder().decode(bytes), /;PAYMENT;\d{10};"1";29\.00;CZK/);
        sandbox.close();
      },
    ],
  ];
}
