// The sandbox's overview of payments and webhooks.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { overflowing, screenshot, startShop, violations } from "./chromium.mjs";

const shop = await startShop();
after(shop.stop);
const { sandbox } = shop;

const row = (page, section, id) => page.locator(`#${section} li`, { hasText: id });

test("at first it shows an empty state", async () => {
  const page = await shop.open(sandbox.url);
  assert.match(await page.locator("main").innerText(), /No payment yet[^]*Nothing was delivered yet/);
  assert.deepEqual(await violations(page), []);
  await shop.close(page);
});

test("payments and deliveries appear live, and an event can be redelivered", async () => {
  const page = await shop.open(sandbox.url);
  const payment = await shop.payment();
  await row(page, "payments", payment.id).getByText("Waiting").waitFor();
  assert.equal(await page.locator("#open").innerText(), "1");
  shop.answer = 500;
  await sandbox.press(`payment-intents/${payment.id}/pay`);
  const delivery = row(page, "deliveries", payment.id);
  await delivery.getByText(" 500 ").waitFor();
  await delivery.getByText(/^Waiting · \d\d:\d\d:\d\d$/).waitFor();
  assert.equal(await page.locator("#paid").innerText(), "1");
  shop.answer = 200;
  await delivery.getByText(" 200 ").waitFor(); // tried again by itself
  await delivery.getByText("Delivered").waitFor();
  await delivery.getByRole("button", { name: "Deliver again" }).click();
  await page.waitForFunction(() => document.querySelectorAll("#deliveries .tries li.ok").length === 2);
  const events = shop.posted.filter(({ data }) => data.id === payment.id);
  assert.deepEqual([events.length, new Set(events.map(({ id }) => id)).size], [3, 1]);
  await row(page, "payments", payment.id).getByRole("link").click();
  assert.match(await page.locator("h1").innerText(), /Smart Summary/);
  await page.getByRole("link", { name: "Payments and webhooks" }).click();
  assert.equal(await page.locator("h1").innerText(), "Payments and webhooks");
  await shop.close(page);
});

test("a button makes a test payment, and requests, events and services are shown", async () => {
  const page = await shop.open(sandbox.url);
  await page.getByRole("button", { name: "Make a test payment" }).click();
  assert.match(page.url(), /\/pay\//);
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.getByText("Payment complete").waitFor();
  await page.getByRole("link", { name: "Payments and webhooks" }).click();
  await row(page, "payments", "Test payment").getByText("Paid").waitFor();
  assert.match(await row(page, "services", "svc_sandbox").innerText(), /active/);
  await assert.rejects(sandbox.client.paymentIntents.retrieve("pi_none"));
  const request = row(page, "requests", "/v1/payment-intents/pi_none");
  await request.waitFor();
  assert.match(await request.innerText(), /PAYMENT_INTENT_NOT_FOUND there is no payment intent/);
  await request.locator("summary").click();
  await sandbox.client.manifests.search({});
  await row(page, "requests", "/v1/services").first().waitFor();
  assert.match(
    await request.locator("pre").innerText(),
    /"code": "PAYMENT_INTENT_NOT_FOUND"/,
    "it stays open when the page is updated",
  );
  const event = page.locator("#deliveries li").first();
  await event.locator("summary").click();
  assert.match(await event.locator("pre").innerText(), /^{\n  "id": "evt_[^]*"type": "payment_intent\.succeeded"/);
  await shop.close(page);
});

test("calls that ItPay documents in part appear, with a sentence on what is invented", async () => {
  const page = await shop.open(sandbox.url);
  assert.match(await page.locator("main").innerText(), /prices and ids in the responses are invented[^]*billed twice/);
  for (let times = 0; times < 2; times += 1) await sandbox.client.preview.cumulative.record({ quantity: 1500 });
  const record = row(page, "preview", "/cumulative/record").first();
  await record.waitFor();
  await record.getByText('"running_total": 3000').waitFor();
  const { id } = await shop.payment();
  await sandbox.press(`payment-intents/${id}/pay`);
  await sandbox.client.preview.refunds.create({ payment_intent: id });
  await row(page, "preview", "/refunds").first().waitFor();
  await row(page, "payments", id).getByRole("link").click();
  assert.match(await page.locator("main").innerText(), /Refunded\s+CN¥6\.99/);
  await shop.close(page);
});

test("a merchant that can't be reached is shown as such", async () => {
  const { id: service_id } = await shop.register({ endpoint: "http://127.0.0.1:9/" });
  const payment = await shop.payment({ service_id });
  await sandbox.press(`payment-intents/${payment.id}/pay`);
  const page = await shop.open(sandbox.url);
  assert.match(await row(page, "deliveries", payment.id).innerText(), /no response/);
  await shop.close(page);
});

test("it works without JavaScript, with a keyboard, in Chinese, on a phone, and axe-core finds nothing", async () => {
  for (const action of ["scan", "fail", "expire", "pay"])
    await sandbox.press(`payment-intents/${(await shop.payment()).id}/${action}`);
  const plain = await shop.open(`${sandbox.url}/?lang=zh`, { javaScriptEnabled: false });
  const before = shop.posted.length;
  await plain.locator("#deliveries button").first().focus();
  await Promise.all([plain.waitForEvent("framenavigated"), plain.keyboard.press("Enter")]);
  assert.equal(shop.posted.length, before + 1);
  assert.equal(await plain.locator("h1").innerText(), "付款与 Webhook 通知");
  await shop.close(plain);
  for (const colorScheme of ["light", "dark"]) {
    const page = await shop.open(sandbox.url, { colorScheme });
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize({ width: 640, height: 480 });
    await screenshot(page, `dashboard-${colorScheme}`);
    await page.setViewportSize({ width: 320, height: 700 });
    assert.deepEqual(await overflowing(page), []);
    assert.deepEqual(await violations(page), []);
    await shop.close(page);
  }
});

test("an unknown event is not redelivered", async () => {
  const response = await fetch(sandbox.url, {
    method: "POST",
    body: new URLSearchParams({ redeliver: "evt_none" }),
    redirect: "manual",
  });
  assert.deepEqual([response.status, response.headers.get("Location")], [303, "/?lang=en&refused"]);
});
