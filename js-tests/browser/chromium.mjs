// Headless Chromium at the sandbox's pages. A page that asks for anything elsewhere, or has something to say on its
// console, fails its test.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { GoPayClient } from "itpay/gopay";
import { chromium } from "playwright-core";

import { startSandbox } from "../sandbox-command.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

/** A merchant's endpoint, a sandbox that knows its service, and a browser. */
export async function startShop() {
  const posted = []; // ItPay's webhooks
  const told = []; // GoPay's notifications
  const shop = { posted, told, answer: 200 };
  const merchant = createServer(async (request, response) => {
    if (request.method === "POST") posted.push(JSON.parse(Buffer.concat(await request.toArray())));
    else told.push(request.url);
    response.writeHead(shop.answer).end();
  });
  await new Promise((resolve) => merchant.listen(0, "127.0.0.1", resolve));
  shop.home = `http://127.0.0.1:${merchant.address().port}`;
  const sandbox = await startSandbox();
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
  const register = (change) =>
    sandbox.client.manifests.create({
      name: "Smart Summary", payment_methods: { one_time: true }, accepted_channels: ["alipay", "wechat"], settlement_currency: "CNY", endpoint: `${shop.home}/webhook`, ...change,
    });
  const service = await register();

  /** A payment with its code. */
  const payment = async (change = {}) => {
    const intent = await sandbox.client.paymentIntents.create({
      service_id: service.id, type: "one_time", amount: { currency: "CNY", value: 699 }, description: "AI document summary (42 pages)", payer: { agent_id: "agent_1" }, metadata: { return_url: `${shop.home}/thanks` }, ...change,
    });
    const { scan_url } = await sandbox.client.qr.generate(intent.id);
    return { id: intent.id, scan_url, status: async () => (await sandbox.client.paymentIntents.retrieve(intent.id)).status };
  };

  const env = Object.fromEntries([...sandbox.output.matchAll(/^(GOPAY_\w+)=(.+)$/gm)].map(([, name, value]) => [name, value]));
  const gopay = new GoPayClient({ env, baseUrl: `${sandbox.url}/gopay/api` });
  /** A payment at GoPay. */
  const order = async (change = {}) => {
    const payment = await gopay.payments.create({
      payer: { contact: { email: "test@test.cz" } }, amount: 2950, currency: "CZK", order_number: "2026-0042", order_description: "Káva a dort", items: [{ name: "Káva", amount: 2950 }],
      callback: { return_url: `${shop.home}/thanks`, notification_url: `${shop.home}/gopay` }, ...change,
    });
    return { id: payment.id, gw_url: payment.gw_url.trim(), state: async () => (await gopay.payments.status(payment.id)).state };
  };

  /** A tab of its own; whatever it asks for elsewhere or says is kept. */
  const open = async (url, options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, locale: "en-GB", reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    page.troubles = [];
    page.on("console", (message) => page.troubles.push(message.text()));
    page.on("pageerror", (error) => page.troubles.push(String(error)));
    page.on("request", (request) => {
      const asked = request.url();
      if (!asked.startsWith(sandbox.url) && !asked.startsWith("data:")) page.troubles.push(asked);
    });
    await page.goto(url);
    return page;
  };

  /** Ends a tab that should have had nothing to complain about. */
  const close = async (page) => {
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  };

  const stop = async () => {
    await browser.close();
    await sandbox.stop();
    merchant.close();
    merchant.closeAllConnections();
  };
  return Object.assign(shop, { sandbox, browser, gopay, register, payment, order, open, close, stop });
}

/** What axe-core objects to, in words. */
export async function violations(page) {
  const { violations: found } = await page.evaluate(`${AXE}; axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** What sticks out of the page's width. */
export function overflowing(page) {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > clientWidth && element.closest(".line") === null).map((element) => element.outerHTML);
  });
}

/** For the documentation, and only if ITPAY_SCREENSHOTS is set: a test run must not change the tree. */
export async function screenshot(shown, name) {
  if (!process.env.ITPAY_SCREENSHOTS) return;
  const folder = fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  await shown.screenshot({ path: `${folder}${name}.png` });
}
