// GoPay's payment page, pressed as people do.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { PNG } from "pngjs";

import { scannedByJsQR } from "../scan.mjs";
import { overflowing, screenshot, startShop, violations } from "./chromium.mjs";

const shop = await startShop();
after(shop.stop);
const { sandbox } = shop;

const state = (page) => page.locator("#state").innerText();

test("a payer pays by card, and the merchant is notified", async () => {
  const order = await shop.order();
  assert.equal(order.gw_url, `${sandbox.url}/gopay/pay/${order.id}`);
  const page = await shop.open(order.gw_url);
  assert.equal(await page.title(), `Waiting · CZK 29.50 · ${new URL(shop.home).host}`.replaceAll(" 29", "\u00a029"));
  const text = await page.locator("main").innerText();
  for (const shown of ["Káva a dort", "2026-0042", String(order.id), "Waiting for the payer"])
    assert.ok(text.includes(shown), shown);
  await screenshot(page.locator(".card"), "gopay");
  await page.getByRole("button", { name: "by card" }).click();
  assert.equal(await state(page), "Payment complete");
  assert.equal(await order.state(), "PAID");
  assert.deepEqual(shop.notified, [`/gopay?id=${order.id}`]);
  assert.match(
    await page.getByRole("link", { name: /^Back/ }).getAttribute("href"),
    new RegExp(`^${shop.home}/thanks\\?id=${order.id}$`),
  );
  await shop.gopay.payments.refund(order.id, { amount: 950 });
  await page.waitForFunction(() => document.querySelector("#state").innerText === "A part was given back");
  assert.match(await page.locator("#facts").innerText(), /Refunded\s+CZK\s9\.50/);
  await shop.close(page);
});

test("a payer pays by bank, at once or by a later transfer", async () => {
  for (const later of [false, true]) {
    const order = await shop.order();
    const page = await shop.open(order.gw_url);
    await page.getByRole("button", { name: later ? "Transfer later" : "Pay by bank" }).click();
    if (later) {
      assert.equal(await state(page), "Waiting for the money");
      assert.equal(await order.state(), "PAYMENT_METHOD_CHOSEN");
      await page.getByRole("button", { name: "arrives" }).click();
    }
    assert.equal(await state(page), "Payment complete");
    assert.equal(await order.state(), "PAID");
    await shop.close(page);
  }
});

test("a payment is declined, canceled or times out", async () => {
  for (const [button, shown, ended] of [
    ["The bank declines", /canceled\s+_5006/, "CANCELED"],
    ["Cancel", /canceled\s+_5043/, "CANCELED"],
    ["Let it time out", /time to pay is up\s+_5024/, "TIMEOUTED"],
  ]) {
    const order = await shop.order();
    const page = await shop.open(order.gw_url, { javaScriptEnabled: false });
    await page.getByRole("button", { name: button }).click();
    assert.match(await state(page), shown);
    assert.equal(await order.state(), ended);
    assert.equal(await page.getByRole("button").count(), 0);
    await shop.close(page);
  }
});

test("a QR payment's page shows the code of the answer, which a phone can scan, and the money arrives", async () => {
  const order = await shop.order();
  const { qr_text } = await shop.gopay.payments.qrPayment(order.id);
  const page = await shop.open(order.gw_url);
  const code = PNG.sync.read(await page.locator(".code").screenshot());
  assert.equal(scannedByJsQR(code), qr_text.spayd);
  await page.getByRole("button", { name: "Transfer later" }).click();
  await page.getByRole("button", { name: "arrives" }).click();
  assert.equal(await state(page), "Payment complete");
  assert.equal(await order.state(), "PAID");
  await shop.close(page);
});

test("money that is only blocked is shown as such", async () => {
  const order = await shop.order({ preauthorization: true });
  const page = await shop.open(order.gw_url);
  await page.getByRole("button", { name: "by card" }).click();
  assert.equal(await state(page), "The money is blocked until the merchant takes it");
  await shop.gopay.payments.capture(order.id);
  await page.waitForFunction(() => document.querySelector("#state").innerText === "Payment complete");
  await shop.close(page);
});

test("ways to pay that the merchant doesn't allow can't be chosen", async () => {
  const order = await shop.order({
    payer: { allowed_payment_instruments: ["BANK_ACCOUNT"], contact: { email: "test@test.cz" } },
  });
  const page = await shop.open(order.gw_url);
  assert.ok(await page.getByRole("button", { name: "by card" }).isDisabled());
  assert.ok(await page.getByRole("button", { name: "Pay by bank" }).isEnabled());
  await fetch(order.gw_url, { method: "POST", body: new URLSearchParams({ action: "card" }), redirect: "manual" });
  assert.equal(await order.state(), "CREATED");
  await shop.close(page);
});

test("it speaks the payment's language, or the one that is asked for, on a phone and with a keyboard", async () => {
  const order = await shop.order({ lang: "CS" });
  const page = await shop.open(order.gw_url, { viewport: { width: 320, height: 800 }, isMobile: true });
  assert.equal(await page.locator("html").getAttribute("lang"), "cs");
  assert.match(await page.locator(".amount").innerText(), /^29,50\sKč$/);
  assert.deepEqual(await overflowing(page), []);
  await page.goto(`${order.gw_url}?lang=en`);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.getByRole("link", { name: "Čeština" }).click();
  await page.locator("#card").focus();
  await Promise.all([page.waitForEvent("framenavigated"), page.keyboard.press("Enter")]);
  assert.equal(await state(page), "Platba proběhla");
  await shop.close(page);
});

test("axe-core finds nothing, light and dark; the overview has both gateways' payments", async () => {
  const [open, paid, refused] = [await shop.order(), await shop.order(), await shop.order()];
  await sandbox.press(`gopay/payments/${paid.id}/pay`);
  await sandbox.press(`gopay/payments/${refused.id}/decline`);
  const intent = await shop.payment();
  for (const colorScheme of ["light", "dark"]) {
    for (const { gw_url } of [open, paid, refused]) {
      const page = await shop.open(gw_url, { colorScheme });
      assert.deepEqual(await violations(page), []);
      await shop.close(page);
    }
  }
  const page = await shop.open(`${sandbox.url}/?lang=cs`);
  assert.deepEqual(await violations(page), []);
  const row = (id) => page.locator("#payments li", { hasText: String(id) }).innerText();
  assert.match(await row(paid.id), /Káva a dort[^]*Zaplacena/);
  assert.match(await row(intent.id), /Čeká/);
  const notified = shop.notified.length;
  await page
    .locator("#deliveries li", { hasText: String(paid.id) })
    .getByRole("button", { name: "Doručit znovu" })
    .click();
  await page.waitForFunction(() => document.querySelectorAll("#deliveries .tries li.ok").length >= 2);
  assert.ok(shop.notified.slice(notified).includes(`/gopay?id=${paid.id}`));
  await shop.close(page);
});
