// The wallet's page, pressed as people do.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";

import { overflowing, screenshot, startShop, violations } from "./chromium.mjs";

const shop = await startShop();
after(shop.stop);
const { sandbox } = shop;

const state = (page) => page.locator("#state").innerText();
const until = (page, text) =>
  page.waitForFunction((wanted) => document.querySelector("#state").innerText.includes(wanted), text, {
    timeout: 15_000,
  });

test("a payer sees the amount, pays, and returns to the merchant", async () => {
  const payment = await shop.payment();
  assert.ok(payment.scan_url.startsWith(`${sandbox.url}/pay/${payment.id}?channel=alipay`), payment.scan_url);
  const page = await shop.open(payment.scan_url);
  assert.equal(await page.title(), "Waiting · CN¥6.99 · Smart Summary");
  const text = await page.locator("main").innerText();
  for (const shown of [
    "Smart Summary",
    "AI document summary (42 pages)",
    "CN¥6.99",
    "Waiting to be scanned",
    "with Alipay",
    payment.id,
  ])
    assert.ok(text.includes(shown), shown);
  assert.match(await page.locator("#facts").innerText(), /Pay until\s+\d\d:\d\d:\d\d · 1[45]:\d\d left/);
  assert.equal(await page.locator(".code svg path").count(), 1);
  await screenshot(page.locator(".card"), "wallet");
  await page.getByRole("button", { name: "Scan" }).click();
  assert.equal(await state(page), "Scanned: waiting for the payer to agree");
  assert.ok(await page.getByRole("button", { name: "Scan" }).isDisabled());
  await page.getByRole("button", { name: "Pay CN¥6.99" }).click();
  assert.equal(await state(page), "Payment complete");
  assert.equal(await payment.status(), "succeeded");
  assert.equal(await page.getByRole("button").count(), 0);
  assert.equal(
    await page.getByRole("link", { name: "Back to Smart Summary" }).getAttribute("href"),
    `${shop.home}/thanks`,
  );
  assert.deepEqual(
    shop.posted.filter(({ data }) => data.id === payment.id).map(({ type }) => type),
    ["payment_intent.succeeded"],
  );
  await page.waitForFunction(() => document.querySelector("#facts").innerText.includes("Delivered (1 attempt)"));
  await screenshot(page.locator(".card"), "wallet-paid");
  await shop.close(page);
});

test("a payment is declined or expires", async () => {
  for (const [button, shown, status, type] of [
    ["Decline", "The payment was declined\ndeclined", "failed", "payment_intent.failed"],
    ["Let it expire", "The time to pay is up", "expired", "payment_intent.expired"],
  ]) {
    const payment = await shop.payment();
    const page = await shop.open(payment.scan_url);
    await page.getByRole("button", { name: button }).click();
    assert.equal(await state(page), shown);
    assert.equal(await payment.status(), status);
    assert.ok(shop.posted.some((event) => event.type === type && event.data.id === payment.id));
    await shop.close(page);
  }
});

test("the page updates live, keeps the focus, and informs screen readers", async () => {
  const payment = await shop.payment();
  const page = await shop.open(payment.scan_url);
  await page.locator("#pay").focus();
  await sandbox.press(`payment-intents/${payment.id}/scan`);
  await until(page, "Scanned");
  assert.equal(await page.evaluate(() => document.activeElement.id), "pay");
  await sandbox.press(`payment-intents/${payment.id}/fail`, { reason: "insufficient funds <b>" });
  await until(page, "The payment was declined");
  assert.match(await state(page), /insufficient funds <b>/);
  assert.equal(await page.locator("#state").getAttribute("role"), "status");
  assert.equal(await page.evaluate(() => document.activeElement.localName), "main", "its button is gone");
  assert.match(await page.title(), /^Declined/);
  await shop.close(page);
});

test("a late button changes nothing and shows that", async () => {
  const payment = await shop.payment();
  const page = await shop.open(payment.scan_url, { javaScriptEnabled: false });
  await sandbox.press(`payment-intents/${payment.id}/cancel`);
  await page.getByRole("button", { name: "Pay CN¥6.99" }).click();
  assert.equal(await state(page), "The payment was called off");
  assert.match(await page.getByRole("alert").innerText(), /no longer possible/);
  assert.equal(await payment.status(), "cancelled");
  await shop.close(page);
});

test("it works without JavaScript", async () => {
  const payment = await shop.payment();
  const page = await shop.open(payment.scan_url, { javaScriptEnabled: false });
  assert.equal(await page.getByRole("link", { name: "Show the state now" }).count(), 1);
  await sandbox.press(`payment-intents/${payment.id}/scan`);
  await page.getByRole("link", { name: "Show the state now" }).click();
  assert.equal(await state(page), "Scanned: waiting for the payer to agree");
  await page.getByRole("button", { name: "Pay CN¥6.99" }).click();
  assert.equal(await state(page), "Payment complete");
  await shop.close(page);
});

test("it works with a keyboard only", async () => {
  const payment = await shop.payment();
  const page = await shop.open(payment.scan_url);
  const reached = [];
  for (let presses = 0; presses < 20 && reached.at(-1) !== "expire"; presses += 1) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.innerText));
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, "solid", reached.at(-1));
  }
  assert.deepEqual(reached, ["English", "中文", "pay", "scan", "fail", "expire"]);
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press("Shift+Tab");
  await Promise.all([page.waitForURL(/\?lang=en$/), page.keyboard.press("Enter")]);
  assert.equal(await state(page), "Payment complete");
  await shop.close(page);
});

test("it is in Chinese for readers who prefer or choose Chinese", async () => {
  const payment = await shop.payment({ description: "文档摘要（42 页）" });
  const page = await shop.open(payment.scan_url, { locale: "zh-CN" });
  assert.equal(await page.locator("html").getAttribute("lang"), "zh");
  assert.equal(await page.locator(".amount").innerText(), "¥6.99");
  assert.match(await page.locator("main").innerText(), /等待扫码[^]*使用支付宝[^]*扫码\s+拒绝付款\s+使其过期/);
  await page.getByRole("button", { name: "支付 ¥6.99" }).click();
  assert.equal(await state(page), "支付成功");
  await page.getByRole("link", { name: "English" }).click();
  assert.equal(await state(page), "Payment complete");
  await page.goto(`${payment.scan_url}&lang=xx`);
  assert.equal(await page.locator("html").getAttribute("lang"), "zh", "an unknown language is none");
  await shop.close(page);
});

test("it fits a phone in light and dark mode, with long words and large amounts", async () => {
  const service = await shop.register({ name: `Donaudampfschifffahrtsgesellschaft${"x".repeat(80)}` });
  const payment = await shop.payment();
  const long = await shop.payment({
    service_id: service.id,
    amount: { currency: "JPY", value: 9_007_199_254_740_991 },
    description: "y".repeat(300),
  });
  for (const width of [320, 390]) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await shop.open(long.scan_url, {
        viewport: { width, height: 800 },
        isMobile: true,
        hasTouch: true,
        colorScheme,
      });
      assert.deepEqual(await overflowing(page), [], `${width}`);
      await page.goto(payment.scan_url);
      assert.deepEqual(await overflowing(page), [], `${width}`);
      for (const button of await page.getByRole("button").all())
        assert.ok((await button.boundingBox()).height >= 44, "too small for a thumb");
      if (width === 390) await screenshot(page, `wallet-phone-${colorScheme}`);
      await shop.close(page);
    }
  }
});

test("axe-core finds nothing, in any state, light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const [action, shown] of [
      [undefined, "Waiting"],
      ["scan", "Scanned"],
      ["pay", "complete"],
      ["fail", "declined"],
      ["expire", "time to pay"],
      ["cancel", "called off"],
    ]) {
      const payment = await shop.payment();
      if (action !== undefined) await sandbox.press(`payment-intents/${payment.id}/${action}`);
      const page = await shop.open(payment.scan_url, { colorScheme });
      assert.match(await state(page), new RegExp(shown));
      assert.deepEqual(await violations(page), [], `${action} ${colorScheme}`);
      await shop.close(page);
    }
  }
});

test("merchants' texts are escaped, and only web addresses become links", async () => {
  const markup = `<img src=x onerror=alert(1)>"'&</title><script>alert(2)</script>`;
  const service = await shop.register({ name: markup });
  for (const return_url of [
    "javascript:alert(3)",
    "data:text/html,x",
    "//evil.example",
    "http:evil",
    "https://",
    'https://shop.example/"><script>',
  ]) {
    const payment = await shop.payment({ service_id: service.id, description: markup, metadata: { return_url } });
    const page = await shop.open(payment.scan_url);
    assert.equal(await page.locator("h1").innerText(), markup);
    assert.equal(await page.locator("img").count(), 0);
    const link = page.getByRole("link", { name: /^Back/ });
    assert.equal(await link.count(), return_url.startsWith("https://s") ? 1 : 0, return_url);
    await shop.close(page);
  }
});

test("an unknown payment has an error page", async () => {
  for (const path of ["/pay/pi_none", "/pay/%ff", "/nowhere"]) {
    const response = await fetch(`${sandbox.url}${path}`);
    assert.equal(response.status, 404);
    assert.match(await response.text(), /There is nothing here/);
  }
  const page = await shop.open(`${sandbox.url}/pay/pi_none`);
  assert.deepEqual(await violations(page), []);
  assert.equal(page.troubles.length, 1, "the browser says it once");
  page.troubles.length = 0;
  await shop.close(page);
});

test("a page from elsewhere can neither press a button nor frame the page", async () => {
  const payment = await shop.payment();
  const foreign = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end(`<form method="post" action="${sandbox.url}/pay/${payment.id}"><button name="action" value="pay">x</button></form>
<iframe src="${payment.scan_url}"></iframe>
<script>fetch("${sandbox.url}/sandbox/payment-intents/${payment.id}/pay", { method: "POST", mode: "no-cors" }).finally(() => { document.title = "tried"; });</script>`);
  });
  foreign.listen(0, "127.0.0.1");
  await once(foreign, "listening");
  try {
    const page = await shop.open(`http://localhost:${foreign.address().port}/`);
    await page.waitForFunction(() => document.title === "tried");
    const frame = page.frames().find((one) => one !== page.mainFrame());
    assert.ok(!(await frame.content()).includes("Smart Summary"));
    await page.getByRole("button").click();
    await page.waitForURL(`${sandbox.url}/**`);
    assert.match(await page.innerText("body"), /FOREIGN_ORIGIN/);
    assert.equal(await payment.status(), "qr_generated");
    await page.context().close();
  } finally {
    foreign.close();
    foreign.closeAllConnections();
  }
});
