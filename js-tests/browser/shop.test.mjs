// examples/shop, driven in Chromium from the button to the receipt.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { PNG } from "pngjs";

import { startShop } from "../../examples/shop/serve.mjs";
import { scanned } from "../scan.mjs";
import { closeTab, openTab, screenshot, startBrowser, violations } from "./tab.mjs";

const PHONE = {
  viewport: { width: 390, height: 844 },
  userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15",
  hasTouch: true,
  isMobile: true,
};

const shop = await startShop();
const browser = await startBrowser();
after(async () => {
  await browser.close();
  await shop.stop();
});

const order = async (tab) => {
  await tab.locator("itpay-qr[state=waiting] [part=countdown]").waitFor();
  return new URL(tab.url()).hash.slice(1);
};

test("a book is bought: button, code, payment, receipt, download, and a reload keeps the state", async () => {
  const tab = await openTab(browser, shop.url, { viewport: { width: 1100, height: 800 } });
  assert.deepEqual(await violations(tab), []);
  await screenshot(tab, "shop");
  await tab.getByRole("button", { name: "Buy the book" }).click();
  const id = await order(tab);
  assert.deepEqual(await violations(tab), []);
  await screenshot(tab, "shop-pay");
  const [code] = await scanned(PNG.sync.read(await tab.screenshot()));
  assert.match(code, /^0002.*36\.00/);
  assert.equal((await fetch(`${shop.url}/orders/${id}/book`)).status, 402);
  await tab.reload();
  assert.equal(await order(tab), id);
  await shop.press(id, "scan");
  await tab.getByText("Scanned. Confirm in Alipay.").waitFor();
  await shop.press(id, "pay");
  await tab.getByText("Thank you. It’s yours.").waitFor();
  assert.match(await tab.locator("#receipt").innerText(), /CN¥36\.00/);
  assert.deepEqual(await violations(tab), []);
  await screenshot(tab, "shop-receipt");
  await tab.reload();
  const download = tab.waitForEvent("download");
  await tab.getByRole("link", { name: "Download the book" }).click();
  assert.equal((await download).suggestedFilename(), "Notes on Tea.txt");
  await closeTab(tab);
});

test("a declined payment is repeated by keyboard, and the shop delivers by webhook without an open page", async () => {
  const tab = await openTab(browser, shop.url);
  const tabTo = async (name) => {
    for (let presses = 0; presses < 10; presses += 1) {
      await tab.keyboard.press("Tab");
      if (
        await tab.evaluate(
          (text) => (document.activeElement.shadowRoot?.activeElement ?? document.activeElement).textContent === text,
          name,
        )
      )
        return tab.keyboard.press("Enter");
    }
    throw new Error(`no ${name}`);
  };
  await tabTo("Buy the book");
  const first = await order(tab);
  await shop.press(first, "fail");
  await tab.locator("itpay-qr[state=failed]").waitFor();
  await tabTo("Try again");
  await tab.waitForFunction((id) => location.hash !== `#${id}`, first);
  const second = await order(tab);
  await closeTab(tab);
  await shop.press(second, "pay");
  for (
    let tries = 0;
    tries < 50 && (await (await fetch(`${shop.url}/orders/${second}`)).json()).status !== "succeeded";
    tries += 1
  )
    await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await fetch(`${shop.url}/orders/${second}/book`)).status, 200);
  assert.equal((await (await fetch(`${shop.url}/orders/${first}`)).json()).status, "failed");
});

test("a code that has expired is renewed, and a payment in the last moment is not asked for twice", async () => {
  const tab = await openTab(browser, shop.url);
  await tab.getByRole("button", { name: "Buy the book" }).click();
  const first = await order(tab);
  await shop.press(first, "expire");
  await tab.getByRole("button", { name: "New code" }).click({ timeout: 15_000 });
  await tab.waitForFunction((id) => location.hash !== `#${id}`, first);
  const second = await order(tab);
  await tab.reload();
  assert.equal(await order(tab), second);
  await shop.press(second, "pay");
  const renewed = await (await fetch(`${shop.url}/orders/${second}/renew`, { method: "POST" })).json();
  assert.deepEqual([renewed.id, renewed.status], [second, "succeeded"]);
  await tab.getByText("Thank you. It’s yours.").waitFor();
  await closeTab(tab);
});

test("it fits a phone, and the dark", async () => {
  for (const [name, options] of [
    ["shop-phone", PHONE],
    ["shop-dark", { colorScheme: "dark", viewport: { width: 1100, height: 800 } }],
  ]) {
    const tab = await openTab(browser, shop.url, options);
    await tab.getByRole("button", { name: "Buy the book" }).click();
    await order(tab);
    assert.deepEqual(await violations(tab), []);
    assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await screenshot(tab, name);
    await closeTab(tab);
  }
});

test("it shows that the shop is unavailable, and unknown orders lead to the start page", async () => {
  const tab = await openTab(browser, `${shop.url}/#pi_unknown`);
  await tab.getByText("There is no such order.").waitFor();
  await tab.context().setOffline(true);
  await tab.getByRole("button", { name: "Buy the book" }).click();
  await tab.getByText("The shop is not available. Please try again.").waitFor();
  await tab.context().setOffline(false);
  await tab.getByRole("button", { name: "Buy the book" }).click();
  await order(tab);
  await tab.context().close();
});

test("forged webhooks and unknown addresses are refused", async () => {
  const post = await fetch(`${shop.url}/webhook`, { method: "POST", body: "{}" });
  assert.equal(post.status, 401);
  assert.equal((await fetch(`${shop.url}/../worker.js`)).status, 404);
  assert.equal((await fetch(`${shop.url}/orders/pi_x/status`)).status, 404);
});
