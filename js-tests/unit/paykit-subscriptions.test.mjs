// Subscriptions of `gopay()`: periods, last days, charges and their end.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { PAYMENT, provider } from "../gopay-mock.mjs";
import { PLAN, RECURRENCE, rejects, sandboxAndProvider } from "../paykit-fixtures.mjs";

const DAY = 86_400_000;

const plan = (provider_metadata, change) => ({
  ...PLAN,
  ...change,
  provider_metadata: { ...PLAN.provider_metadata, ...provider_metadata },
});
const days = ({ current_period_start, current_period_end }) =>
  [current_period_start, current_period_end].map((date) => date.toISOString().slice(0, 10));

/** A sandbox and a provider with the same clock. */
function shop() {
  const clock = { now: Date.now() };
  return { ...sandboxAndProvider({ now: () => clock.now }, { maxRetries: 0 }), clock };
}

test("a period starts on the day of the first payment, with any end date", async () => {
  const { sandbox, gopay } = shop();
  const today = new Date();
  const next = (months) => {
    const date = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months, 1));
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    date.setUTCDate(Math.min(today.getUTCDate(), last));
    return date.toISOString().slice(0, 10);
  };
  for (const [billing_interval, end_date, months] of [
    ["month", `${today.getUTCFullYear() + 1}-05-31`, 1],
    ["year", `${today.getUTCFullYear() + 4}-12-31`, 12],
  ]) {
    const { id } = await gopay.createSubscription(plan({ end_date }, { billing_interval }));
    await sandbox.pay(id);
    assert.deepEqual(days(await gopay.retrieveSubscription(id)), [next(0), next(months)], billing_interval);
    // The creation time is not part of the shop's metadata.
    assert.deepEqual((await gopay.retrieveSubscription(id)).metadata, {});
  }
  sandbox.close();
});

test("a new subscription's period starts now, even if GoPay returns no metadata", async () => {
  const { gopay } = provider([
    { ...PAYMENT, recurrence: { ...RECURRENCE, recurrence_state: "REQUESTED", recurrence_date_to: "2027-05-31" } },
  ]);
  const { current_period_start } = await gopay.createSubscription(plan({ end_date: "2027-05-31" }));
  assert.ok(Math.abs(current_period_start - Date.now()) < DAY);
});

test("an end date after GoPay's last is replaced by that one, and an invalid one is an error", async () => {
  const { gopay, calls } = provider([{ ...PAYMENT, recurrence: RECURRENCE }]);
  for (const end_date of ["2099-12-30", "2099-12-31", "2150-01-01", new Date(2199, 0, 1)]) {
    await gopay.createSubscription(plan({ end_date }));
    assert.equal(JSON.parse(calls.at(-1).body).recurrence.recurrence_date_to, "2099-12-30");
  }
  const sent = calls.length;
  for (const end_date of [
    0,
    NaN,
    "",
    -1,
    "soon",
    "2030-02-30",
    "31.12.2030",
    "2001-01-01",
    new Date(NaN),
    new Date(2001, 0, 1),
    {},
  ]) {
    await rejects(gopay.createSubscription(plan({ end_date })), { name: "ValidationError" });
  }
  assert.equal(calls.length, sent);
  await gopay.createSubscription(plan({ end_date: undefined }));
});

test("an end date is a day on the caller's calendar, in any time zone", () => {
  const code = `
    import { provider, PAYMENT } from "./gopay-mock.mjs";
    const { gopay, calls } = provider([PAYMENT]);
    const plan = ${JSON.stringify(PLAN)};
    for (const end_date of [new Date(2030, 11, 31), new Date(2030, 11, 31, 23, 59), new Date(2030, 11, 31).toISOString(), "2030-12-31"]) {
      await gopay.createSubscription({ ...plan, provider_metadata: { ...plan.provider_metadata, end_date } });
      await gopay.createCheckout({ ...plan, session_type: "recurring", subscription: { billing_interval: "month" }, success_url: "https://s.example/", cancel_url: "https://s.example/", provider_metadata: { amount: 1, end_date } });
    }
    console.log(JSON.stringify(calls.map(({ body }) => JSON.parse(body).recurrence.recurrence_date_to)));`;
  for (const TZ of ["Europe/Prague", "America/Los_Angeles", "Pacific/Kiritimati", "UTC"]) {
    const options = { cwd: fileURLToPath(new URL("../", import.meta.url)), env: { ...process.env, TZ } };
    const sent = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", code], options));
    assert.deepEqual(sent, Array(8).fill("2030-12-31"), TZ);
  }
});

test("a charge carries the caller's metadata and an item that the payer understands", async () => {
  const { sandbox, gopay } = shop();
  const { id } = await gopay.createSubscription(plan({}, { metadata: { user: "u1" } }));
  await sandbox.pay(id);
  const charged = await gopay.updateSubscription(id, {
    metadata: { order: "R-2" },
    provider_metadata: { amount: 500, currency: "CZK" },
  });
  assert.deepEqual(charged.metadata, { user: "u1" });
  const { charge } = charged.custom_fields;
  const events = await gopay.handleWebhook(
    { body: "", headersAsObject: {}, fullUrl: `https://shop.example/hook?id=${charge.id}` },
    null,
  );
  assert.deepEqual(
    events.map(({ type, data }) => [type, data.metadata]),
    [
      ["subscription.created", { user: "u1" }],
      ["invoice.generated", { order: "R-2" }],
      ["payment.succeeded", { order: "R-2" }],
    ],
  );
  sandbox.close();

  const first = { ...PAYMENT, id: 7, state: "PAID", recurrence: RECURRENCE };
  const child = { id: 8, parent_id: 7, state: "PAID", amount: 500, currency: "CZK" };
  for (const [provider_metadata, replies, name] of [
    [{ amount: 500, currency: "CZK" }, [child, first], "Subscription"],
    [{ amount: 500 }, [first, child], "my-product"],
    [{ amount: 500, order_description: "May" }, [first, child], "May"],
  ]) {
    const { gopay: mocked, calls } = provider(replies);
    await mocked.updateSubscription("7", { provider_metadata });
    const { body } = calls.find(({ method }) => method === "POST");
    assert.deepEqual(
      JSON.parse(body).items.map((item) => item.name),
      [name],
    );
  }
});

test("a canceled subscription is canceled in all its fields, also when it is read later", async () => {
  const { sandbox, gopay } = shop();
  const { id } = await gopay.createSubscription(PLAN);
  await sandbox.pay(id);
  assert.equal((await gopay.retrieveSubscription(id)).custom_fields.recurrence_state, "STARTED");
  for (const subscription of [
    await gopay.cancelSubscription(id),
    await gopay.retrieveSubscription(id),
    await gopay.cancelSubscription(id),
  ]) {
    assert.deepEqual([subscription.status, subscription.custom_fields.recurrence_state], ["canceled", "STOPPED"]);
  }
  sandbox.close();
});
