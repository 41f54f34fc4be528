// The sandbox's pages in Chromium, with a merchant beside them.

import { createServer } from "node:http";

import { GoPayClient } from "itpay/gopay";

import { startSandbox } from "../sandbox-command.mjs";
import { closeTab, openTab, startBrowser } from "./tab.mjs";

export { overflowing, screenshot, violations } from "./tab.mjs";

/** A merchant's endpoint, a sandbox that knows its service, and a browser. */
export async function startShop() {
  const posted = []; // ItPay's webhooks
  const notified = []; // GoPay's notifications
  const shop = { posted, notified, answer: 200 };
  const merchant = createServer(async (request, response) => {
    if (request.method === "POST") posted.push(JSON.parse(Buffer.concat(await request.toArray())));
    else notified.push(request.url);
    response.writeHead(shop.answer).end();
  });
  await new Promise((resolve) => merchant.listen(0, "127.0.0.1", resolve));
  shop.home = `http://127.0.0.1:${merchant.address().port}`;
  const sandbox = await startSandbox();
  const browser = await startBrowser();
  const register = (change) =>
    sandbox.client.manifests.create({
      name: "Smart Summary",
      payment_methods: { one_time: true },
      accepted_channels: ["alipay", "wechat"],
      settlement_currency: "CNY",
      endpoint: `${shop.home}/webhook`,
      ...change,
    });
  const service = await register();

  /** A payment with its code. */
  const payment = async (change = {}) => {
    const intent = await sandbox.client.paymentIntents.create({
      service_id: service.id,
      type: "one_time",
      amount: { currency: "CNY", value: 699 },
      description: "AI document summary (42 pages)",
      payer: { agent_id: "agent_1" },
      metadata: { return_url: `${shop.home}/thanks` },
      ...change,
    });
    const { scan_url } = await sandbox.client.qr.generate(intent.id);
    return {
      id: intent.id,
      scan_url,
      status: async () => (await sandbox.client.paymentIntents.retrieve(intent.id)).status,
    };
  };

  const env = Object.fromEntries(
    [...sandbox.output.matchAll(/^(GOPAY_\w+)=(.+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const gopay = new GoPayClient({ env, baseUrl: `${sandbox.url}/gopay/api` });
  /** A payment at GoPay. */
  const order = async (change = {}) => {
    const payment = await gopay.payments.create({
      payer: { contact: { email: "test@test.cz" } },
      amount: 2950,
      currency: "CZK",
      order_number: "2026-0042",
      order_description: "Káva a dort",
      items: [{ name: "Káva", amount: 2950 }],
      callback: { return_url: `${shop.home}/thanks`, notification_url: `${shop.home}/gopay` },
      ...change,
    });
    return {
      id: payment.id,
      gw_url: payment.gw_url.trim(),
      state: async () => (await gopay.payments.status(payment.id)).state,
    };
  };

  const open = (url, options = {}) => openTab(browser, url, { viewport: { width: 1000, height: 900 }, ...options });

  const stop = async () => {
    await browser.close();
    await sandbox.stop();
    merchant.close();
    merchant.closeAllConnections();
  };
  return Object.assign(shop, { sandbox, browser, gopay, register, payment, order, open, close: closeTab, stop });
}
