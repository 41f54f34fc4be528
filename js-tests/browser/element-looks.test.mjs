// Each state of the element: images for docs/qr.md (ITPAY_SCREENSHOTS=1), sizes, and axe-core's findings.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PHONE, startPages } from "./element-pages.mjs";
import { CSP } from "./merchant.mjs";
import { closeTab, screenshot, violations } from "./tab.mjs";

const { merchant, open, element, state, status, events, respond } = await startPages();

const STATES = {
  waiting: "pending",
  scanned: "scanning",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "cancelled",
  expired: "expired",
};
const CODE =
  "00020101021226800014A000000615000102156700000000000010339qr_01a1fbfb-214b-792d-9bd3-003a91df1b2152045734530315654046.995802CN5913Smart Summary6007SANDBOX62160512003A91DF1B2163040AF1";
const ATTRIBUTES = {
  data: CODE,
  amount: 699,
  currency: "CNY",
  merchant: "Smart Summary",
  channel: "alipay",
  "scan-url": "itpay://pay/pi_1",
};
const attributesOf = (name) => ({
  ...ATTRIBUTES,
  "expires-at": new Date(Date.now() + 14.6 * 60_000).toISOString(),
  "status-url": `/payments/${STATES[name]}/status`,
});
const markup = (name) =>
  `<itpay-qr${Object.entries(attributesOf(name))
    .map(([key, value]) => ` ${key}="${value}"`)
    .join("")}></itpay-qr>`;

/** The status is in the address. */
const byAddress = () =>
  (merchant.broken = (request, response) => response.end(JSON.stringify({ status: request.url.split("/")[2] })));

const LOOKS = {
  "states-light": { viewport: { width: 1000, height: 600 } },
  "states-dark": { viewport: { width: 1000, height: 600 }, colorScheme: "dark" },
  "states-chinese": { viewport: { width: 1000, height: 600 }, lang: "zh-CN" },
  "states-phone": { ...PHONE, viewport: { width: 1080, height: 600 } },
  "states-phone-chinese-dark": { ...PHONE, viewport: { width: 1080, height: 600 }, colorScheme: "dark", lang: "zh-CN" },
};

for (const [name, { lang = "en", ...options }] of Object.entries(LOOKS)) {
  test(`${name}: every state, without an objection of axe-core's`, async () => {
    byAddress();
    merchant.csp = `${CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")}; frame-src 'self'`;
    const phone = name.includes("phone");
    // In frames of a phone's width, as the style asks how wide the page is.
    const frame = (key) =>
      `<iframe title="${key}" style="border:0;width:340px;height:340px" srcdoc="${`<!doctype html><html lang='${lang}'><link rel='stylesheet' href='/style.css'><script type='module' src='/element.js'></script><body style='display:block;margin:1rem'>${markup(key).replaceAll('"', "'")}`.replaceAll('"', "&quot;")}"></iframe>`;
    const cells = Object.keys(STATES).map((key) => (phone ? frame(key) : markup(key)));
    const html = `<div id="sheet" style="display:grid;grid-template-columns:repeat(3,auto);gap:1rem 2rem;padding:1rem;background:Canvas">${cells.join("")}</div>`;
    const tab = await open({ data: "x", hidden: "" }, { ...options, lang, html });
    for (const [index, key] of Object.keys(STATES).entries()) {
      const root = phone ? tab.frameLocator("iframe").nth(index) : tab.locator("#sheet");
      await root.locator(`itpay-qr[state=${key}]`).waitFor({ timeout: 15_000 });
    }
    await tab.evaluate(() => document.querySelector("h1").remove());
    assert.deepEqual(
      (await violations(tab)).filter((line) => !/page-has-heading-one|frame-tested/.test(line)),
      [],
    );
    await screenshot(tab.locator("#sheet"), name);
    await tab.context().close();
  });
}

test("nothing jumps from one state to the next, on a computer, on a phone and in WeChat", async () => {
  for (const options of [{}, PHONE, { ...PHONE, userAgent: `${PHONE.userAgent} MicroMessenger/8.0.50` }]) {
    for (const end of ["succeeded", "failed", "cancelled", "expired"]) {
      respond("pending");
      const tab = await open({ ...attributesOf("waiting"), "status-url": "/payments/pi_1/status" }, options);
      await state(tab, "waiting");
      const places = () =>
        element(tab).evaluate((node) =>
          [node, ...["[part=status]", ".stage", ".foot"].map((part) => node.shadowRoot.querySelector(part))]
            .map((part) => part.getBoundingClientRect())
            .map(({ top, height }) => [top, height]),
        );
      const before = await places();
      for (const next of ["scanning", end]) {
        respond(next);
        await state(
          tab,
          Object.keys(STATES).find((key) => STATES[key] === next),
        );
        assert.deepEqual(await places(), before, `${next} in ${options.userAgent}`);
      }
      await closeTab(tab);
    }
  }
});

test("on a phone it is centered and as wide as the page", async () => {
  const tab = await open(ATTRIBUTES, { ...PHONE, viewport: { width: 390, height: 844 } });
  await state(tab, "waiting");
  const [left, right, container] = await element(tab).evaluate((node) => [
    node.getBoundingClientRect().left,
    innerWidth - node.getBoundingClientRect().right,
    node.parentElement.clientWidth - node.clientWidth,
  ]);
  assert.ok(Math.abs(left - right) < 1, `${left} and ${right}`);
  assert.equal(container, 0);
  assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await closeTab(tab);
});

test("a canceled payment is not a failed one, and each end has its own button", async () => {
  for (const [sent, shown, text, button] of [
    ["cancelled", "canceled", "The payment was canceled.", "Try again"],
    ["failed", "failed", "The payment failed.", "Try again"],
    ["expired", "expired", "This code has expired.", "New code"],
  ]) {
    respond(sent);
    const tab = await open({ ...ATTRIBUTES, "status-url": "/payments/pi_1/status" });
    await state(tab, shown);
    assert.equal(await status(tab), text);
    assert.equal(await element(tab).getByRole("button").innerText(), button);
    assert.deepEqual(await events(tab), [[shown === "expired" ? "itpay-expired" : "itpay-failed", sent]]);
    await closeTab(tab);
  }
});
