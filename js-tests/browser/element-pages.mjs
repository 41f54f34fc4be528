// Shared by the tests of <itpay-qr>: a merchant, a browser, and its tabs.

import { after, afterEach } from "node:test";

import { CSP, startMerchant } from "./merchant.mjs";
import { openTab, startBrowser } from "./tab.mjs";

export const PHONE = {
  viewport: { width: 390, height: 844 },
  userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15",
  hasTouch: true,
  isMobile: true,
};

export async function startPages() {
  const merchant = await startMerchant();
  const browser = await startBrowser();
  after(async () => {
    await browser.close();
    await merchant.stop();
  });
  afterEach(async () => {
    Object.assign(merchant, { csp: CSP, streams: false, broken: undefined, asked: [], statuses: [] });
    // Also those of a test that failed: they go on polling.
    for (const context of browser.contexts()) await context.close();
  });
  return {
    merchant,
    browser,
    open: async (attributes, { inside, lang, html, ...options } = {}) =>
      openTab(browser, merchant.page(attributes, { inside, lang, html }), options),
    element: (tab) => tab.locator("itpay-qr").first(),
    state: (tab, name) => tab.locator(`itpay-qr[state=${name}]`).first().waitFor({ timeout: 15_000 }),
    status: (tab) => tab.locator("itpay-qr").first().locator("[part=status]").innerText(),
    events: (tab) => tab.evaluate(() => seen),
    press: (action) => merchant.gateway.press(`payment-intents/${merchant.latest}/${action}`),
    /** Every poll gets this status. */
    respond: (status) =>
      (merchant.broken = (request, response) =>
        response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ status }))),
  };
}
