// <itpay-qr> in Chromium, on a merchant's page under a strict CSP, with the sandbox over HTTP as the gateway.

import assert from "node:assert/strict";
import { test } from "node:test";

import { formatMoney } from "itpay";
import { toDataUrl, toSvg } from "itpay/qr";
import { PNG } from "pngjs";

import { scanned } from "../scan.mjs";

import { PHONE, startPages } from "./element-pages.mjs";
import { CSP } from "./merchant.mjs";
import { closeTab, violations } from "./tab.mjs";

const { merchant, browser, open, element, state, status, events, press } = await startPages();

const shown = async (tab) => (await element(tab).locator("[part=card]").innerText()).replaceAll(/\n+/g, "\n");

/** The text that a scanner decodes from the screen. */
async function scan(tab) {
  return scanned(PNG.sync.read(await element(tab).screenshot()));
}

test("a payment is shown, scanned and paid, has an event for each step, and is no longer polled", async () => {
  const attributes = await merchant.payment();
  const tab = await open(attributes);
  await state(tab, "waiting");
  assert.deepEqual(await scan(tab), [attributes.data]);
  assert.match(await shown(tab), /^CN¥6\.99\nSmart Summary\nScan with Alipay to pay\nExpires in \d\d:\d\d$/);
  assert.deepEqual(await violations(tab), []);
  await press("scan");
  await state(tab, "scanned");
  assert.equal(await status(tab), "Scanned. Confirm in Alipay.");
  assert.deepEqual(await scan(tab), []); // nobody else is to scan it
  assert.deepEqual(await violations(tab), []);
  await press("pay");
  await state(tab, "succeeded");
  assert.equal(await status(tab), "Paid. Thank you!");
  assert.deepEqual(await events(tab), [
    ["itpay-scanned", "scanning"],
    ["itpay-succeeded", "succeeded"],
  ]);
  assert.deepEqual(await violations(tab), []);
  const asked = merchant.statuses.length;
  await tab.waitForTimeout(3000);
  assert.equal(merchant.statuses.length, asked);
  await closeTab(tab);
});

test("a declined payment has an event, and a new code can be requested by keyboard", async () => {
  const tab = await open(await merchant.payment());
  await state(tab, "waiting");
  await press("fail");
  await state(tab, "failed");
  assert.equal(await status(tab), "The payment failed.");
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Enter");
  await state(tab, "waiting");
  await press("pay");
  await state(tab, "succeeded");
  assert.deepEqual(
    (await events(tab)).map(([type]) => type),
    ["itpay-failed", "itpay-renew", "itpay-succeeded"],
  );
  await closeTab(tab);
});

test("an expired code shows that it has expired, and can be renewed", async () => {
  const first = await merchant.payment({ "expires-at": new Date(Date.now() + 6000).toISOString() });
  const tab = await open(first);
  assert.match(await shown(tab), /Expires in 00:0[1-6]/);
  assert.match(await element(tab).locator(".visually-hidden").textContent(), /less than a minute/);
  await state(tab, "expired");
  assert.equal(await status(tab), "This code has expired.");
  assert.deepEqual(await scan(tab), []);
  assert.deepEqual(await violations(tab), []);
  await element(tab).getByRole("button", { name: "New code" }).click();
  await state(tab, "waiting");
  const [second] = await scan(tab);
  assert.ok(second && second !== first.data);
  await press("expire"); // the gateway's clock decides
  await state(tab, "expired");
  assert.deepEqual(await events(tab), [
    ["itpay-expired", "expired"],
    ["itpay-renew", null],
    ["itpay-expired", "expired"],
  ]);
  await closeTab(tab);
});

test("a payment in the last moment counts after the code has expired", async () => {
  const tab = await open(await merchant.payment({ "expires-at": new Date(Date.now() + 1000).toISOString() }));
  await state(tab, "expired");
  await press("pay");
  await state(tab, "succeeded");
  await closeTab(tab);
});

test("the server's clock counts, where the browser's is wrong", async () => {
  const attributes = await merchant.payment();
  for (const [wrong, expected] of [
    [3_600_000, /Expires in (14|15):/],
    [-3_600_000, /Expires in (14|15):/],
  ]) {
    const context = await browser.newContext({ locale: "en-GB" });
    await context.addInitScript((by) => {
      const now = Date.now;
      Date.now = () => now() + by;
    }, wrong);
    const tab = await context.newPage();
    const answered = tab.waitForResponse(/status$/);
    await tab.goto(merchant.page(attributes));
    await answered;
    await element(tab).getByText(expected).waitFor();
    assert.deepEqual(await events(tab), []);
    await context.close();
  }
});

test("without a network it shows that it is offline, keeps the code, and catches up", async () => {
  const attributes = await merchant.payment();
  const tab = await open(attributes);
  await state(tab, "waiting");
  await tab.context().setOffline(true);
  await element(tab).getByText("No connection. Reconnecting…").waitFor();
  assert.deepEqual(await scan(tab), [attributes.data]);
  assert.deepEqual(await violations(tab), []);
  await press("pay");
  await tab.context().setOffline(false);
  await state(tab, "succeeded");
  tab.troubles = tab.troubles.filter((line) => !line.includes("ERR_INTERNET_DISCONNECTED")); // Chromium's own line
  await closeTab(tab);
});

test("a broken connection is polled again, and unusable responses cause one event", async () => {
  merchant.broken = (request, response) => response.destroy();
  const tab = await open(await merchant.payment());
  await element(tab).getByText("No connection. Reconnecting…").waitFor({ timeout: 15_000 });
  merchant.broken = (request, response) => response.writeHead(503, { "Retry-After": "1" }).end();
  await tab.waitForFunction(() => seen.length > 0, undefined, { timeout: 15_000 });
  const asked = merchant.statuses.length;
  await tab.waitForFunction(() => document.querySelector("itpay-qr"), undefined);
  await tab.waitForTimeout(3500);
  assert.ok(merchant.statuses.length - asked >= 2, "Retry-After is not kept to");
  merchant.broken = (request, response) => response.writeHead(200).end("<html>");
  await tab.waitForTimeout(2500);
  assert.deepEqual(await events(tab), [["itpay-error", "status-url responded with 503"]]);
  merchant.broken = undefined;
  await press("pay");
  await tab.evaluate(() => dispatchEvent(new Event("online")));
  await state(tab, "succeeded");
  await tab.context().close();
});

test("it follows a stream of Server-Sent Events on one request", async () => {
  merchant.streams = true;
  const tab = await open(await merchant.payment());
  await state(tab, "waiting");
  for (const [action, shown] of [
    ["scan", "scanned"],
    ["pay", "succeeded"],
  ]) {
    await press(action);
    await state(tab, shown);
  }
  assert.equal(merchant.statuses.length, 1);
  await closeTab(tab);
});

test("it backs off, pauses in a hidden tab, and polls at once when the tab is shown", async () => {
  const tab = await open(await merchant.payment());
  await state(tab, "waiting");
  await tab.waitForTimeout(15_000);
  const [first, second, ...gaps] = merchant.statuses.slice(1).map((at, index) => at - merchant.statuses[index]);
  assert.ok(gaps.at(-1) + gaps.at(-2) > 1.25 * (first + second), String([first, second, ...gaps]));
  const hide = (hidden) =>
    tab.evaluate((now) => {
      Object.defineProperty(document, "hidden", { value: now, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  const asked = merchant.statuses.length;
  await tab.waitForTimeout(4000);
  assert.equal(merchant.statuses.length, asked);
  await hide(false);
  await tab.waitForTimeout(500);
  assert.equal(merchant.statuses.length, asked + 1);
  await element(tab).evaluate((node) => node.remove());
  await tab.waitForTimeout(4000);
  assert.equal(merchant.statuses.length, asked + 1);
  await closeTab(tab);
});

test("on a phone it is a button that opens the wallet, and the code is there on request", async () => {
  const attributes = await merchant.payment();
  const tab = await open(attributes, PHONE);
  await state(tab, "waiting");
  assert.equal(
    await element(tab).getByRole("link", { name: "Open Alipay" }).getAttribute("href"),
    attributes["scan-url"],
  );
  assert.deepEqual(await scan(tab), []);
  assert.deepEqual(await violations(tab), []);
  await element(tab).getByText("Show the code").click();
  assert.deepEqual(await scan(tab), [attributes.data]);
  assert.deepEqual(await violations(tab), []);
  await closeTab(tab);
});

test("the focus moves to the next button when the focused one disappears", async () => {
  const tab = await open(await merchant.payment({ display: "button" }));
  await state(tab, "waiting");
  await tab.keyboard.press("Tab");
  assert.equal(await tab.evaluate(() => document.activeElement.shadowRoot.activeElement.className), "button open");
  await press("fail");
  await state(tab, "failed");
  assert.equal(await tab.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className), "button renew");
  await element(tab).evaluate((node) => node.removeAttribute("display"));
  await tab.keyboard.press("Enter");
  await state(tab, "waiting");
  assert.equal(
    await tab.evaluate(() => document.activeElement.shadowRoot?.activeElement?.getAttribute("role")),
    "group",
  );
  await closeTab(tab);
});

test("a link that is a script is no link", async () => {
  for (const link of [
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    " JavaScript:alert(1)",
    "data:text/html,x",
    "blob:x",
    "x",
    "",
  ]) {
    const tab = await open({ data: "x", "scan-url": link, display: "button" });
    await state(tab, "waiting");
    assert.equal(await element(tab).getByRole("link").count(), 0, link);
    await closeTab(tab);
  }
});

test("no outside text becomes markup", async () => {
  const evil = '"><img src=x onerror=alert(1)>';
  const tab = await open({
    data: evil,
    amount: evil,
    merchant: evil,
    channel: evil,
    currency: evil,
    "expires-at": evil,
    texts: evil,
    lang: evil,
    "scan-url": evil,
  });
  await state(tab, "waiting");
  assert.deepEqual(await scan(tab), [evil]);
  assert.equal(
    await tab.evaluate(
      () => document.querySelector("itpay-qr").shadowRoot.querySelectorAll("img:not([part=img]), script").length,
    ),
    0,
  );
  await closeTab(tab);
});

test("it speaks the page's language, and any other that it is taught", async () => {
  for (const [lang, expected] of [
    ["zh-CN", /¥6\.99\nSmart Summary\n请用支付宝扫码付款/],
    ["cs", /6,99.CN¥\nSmart Summary\nNaskenujte a zaplaťte: Alipay/],
    ["de", /Scan with Alipay to pay/],
  ]) {
    const tab = await open(await merchant.payment(), { lang });
    await state(tab, "waiting");
    assert.match(await shown(tab), expected);
    assert.deepEqual(await violations(tab), []);
    await closeTab(tab);
  }
  const texts = JSON.stringify({
    waiting: "ادفع بمسح الرمز عبر {channel}",
    label: "دفع {amount}",
    remaining: "{time}",
  });
  const tab = await open(await merchant.payment({ texts }), { lang: "ar" });
  await state(tab, "waiting");
  assert.equal(await status(tab), "ادفع بمسح الرمز عبر Alipay");
  assert.deepEqual(await violations(tab), []);
  await element(tab).evaluate((node) => (node.texts = { waiting: "Paga con {channel}" }));
  await element(tab).getByText("Paga con Alipay").waitFor();
  await closeTab(tab);
});

test("it supports dark mode, high contrast and reduced motion, and the code stays black on white", async () => {
  for (const options of [
    { colorScheme: "dark", reducedMotion: null },
    { forcedColors: "active", reducedMotion: null },
    { colorScheme: "dark", forcedColors: "active", reducedMotion: "reduce" },
  ]) {
    const attributes = await merchant.payment();
    const tab = await open(attributes, options);
    await state(tab, "waiting");
    assert.deepEqual(await scan(tab), [attributes.data]);
    // Scanners differ in whether they read light on dark.
    const { data, width } = PNG.sync.read(await element(tab).locator("[part=qr-frame]").screenshot());
    assert.deepEqual([...data.subarray(4 * (10 * width + 10), 4 * (10 * width + 10) + 3)], [255, 255, 255]);
    await press("fail");
    await state(tab, "failed");
    assert.deepEqual(await violations(tab), []);
    const animation = await element(tab).evaluate(
      (node) => getComputedStyle(node.shadowRoot.querySelector(".mark")).animationName,
    );
    assert.equal(animation, options.reducedMotion === "reduce" ? "none" : "in");
    await closeTab(tab);
  }
});

test("amounts are formatted as by the client's formatMoney in each currency", async () => {
  const tab = await open({ data: "x" });
  for (const currency of [...Intl.supportedValuesOf("currency"), "CNY"]) {
    for (const value of [0, 7, 699, 123456789]) {
      await element(tab).evaluate(
        (node, [amount, code]) => (node.setAttribute("amount", amount), node.setAttribute("currency", code)),
        [String(value), currency],
      );
    }
    const written = await element(tab).locator("[part=amount]").innerText();
    const expected = formatMoney({ currency, value: 123456789 }, "en");
    // Node and Chromium may come with other symbols for a currency; the digits are what counts.
    assert.equal(written.replaceAll(/^\D+|\D+$/g, ""), expected.replaceAll(/^\D+|\D+$/g, ""), currency);
  }
  for (const amount of ["CNY 6.99", "-5", "1e3", "NaN", ""]) {
    await element(tab).evaluate((node, text) => node.setAttribute("amount", text), amount);
    assert.equal(
      await element(tab)
        .locator("[part=amount]")
        .evaluate((node) => node.textContent),
      amount,
    );
  }
  await closeTab(tab);
});

test("without 'wasm-unsafe-eval' a code in the slot is shown, and otherwise an error", async () => {
  merchant.csp = CSP.replace(" 'wasm-unsafe-eval'", "");
  for (const inside of [
    (data) => toSvg(data).replace("<svg ", '<svg slot="code" '),
    (data) => `<img slot="code" alt="QR" src="${toDataUrl(data)}">`,
  ]) {
    const attributes = await merchant.payment();
    const tab = await open(attributes, { inside: inside(attributes.data) });
    await state(tab, "waiting");
    assert.deepEqual(await scan(tab), [attributes.data]);
    await press("scan");
    await state(tab, "scanned");
    assert.deepEqual(await scan(tab), []);
    assert.deepEqual(await events(tab), [["itpay-scanned", "scanning"]]);
    await closeTab(tab);
  }
  const tab = await open(await merchant.payment());
  await element(tab).getByText("The code can’t be shown.").waitFor();
  assert.match((await events(tab))[0][1], /script-src 'wasm-unsafe-eval'/);
  await tab.context().close();
});

test("an element without attributes works, and so does one that a script creates, moves and clones", async () => {
  const tab = await open({});
  assert.equal(await status(tab), "The code can’t be shown.");
  assert.deepEqual(await violations(tab), []);
  await tab.evaluate(() => {
    const created = document.createElement("itpay-qr");
    created.setAttribute("data", "x");
    document.querySelector("main").append(created);
    document.querySelector("main").prepend(created);
    document.querySelector("main").append(created.cloneNode(true));
    customElements.get("itpay-qr");
  });
  assert.equal(await tab.locator("itpay-qr").count(), 3);
  assert.deepEqual(await events(tab), []);
  await closeTab(tab);
});
