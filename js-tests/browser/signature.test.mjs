// The page that checks a webhook signature in the browser.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { generateTestHeader } from "itpay/webhooks";

import { overflowing, screenshot, startShop, violations } from "./chromium.mjs";

const shop = await startShop();
after(shop.stop);
const { sandbox } = shop;
const BODY = '{"id":"evt_1","type":"payment_intent.succeeded","data":{"id":"pi_1"}}';

/** Fills in the form. Returns the verdict and each check as a line. */
async function check(page, { header, body = BODY, secret = "whsec_1" }) {
  await page.getByLabel("X-ItPay-Signature header").fill(header);
  await page.getByLabel("Raw body").fill(body);
  await page.getByLabel("Secret", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Check" }).click();
  return [
    await page.locator("#verdict").innerText(),
    ...(await page.locator("#checks li").allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " ")),
  ];
}

test("each check is shown, and the first failure has its reason", async () => {
  const page = await shop.open(`${sandbox.url}/signature`);
  const header = generateTestHeader({ payload: BODY, secret: "whsec_1" });
  const good = await check(page, { header });
  assert.equal(good[0], "The webhook verifies");
  assert.ok(
    good.slice(1).every((line) => line.startsWith("✓")),
    good.join("\n"),
  );
  assert.equal((await check(page, { header: `X-ItPay-Signature: ${header}\n` }))[0], "The webhook verifies");
  for (const [change, failed, reason] of [
    [{ header: "" }, /^✗ Header/, /There is no X-ItPay-Signature header/],
    [{ header: "sha256=1" }, /^✗ Header/, /not of the form t=/],
    [{ header, secret: "" }, /^✗ Secret/, /empty/],
    [{ header, body: JSON.stringify(JSON.parse(BODY), null, 2) }, /^✗ Signature/, /parsed and written again/],
    [{ header, secret: "whsec_1 " }, /^✗ Signature/, /without the white space around it/],
    [
      { header: generateTestHeader({ payload: BODY, secret: "whsec_1", timestamp: 1 }) },
      /^✗ Timestamp/,
      /before this machine's clock/,
    ],
    [
      { header: generateTestHeader({ payload: "[]", secret: "whsec_1" }), body: "[]" },
      /^✗ Event/,
      /id, a type and data/,
    ],
  ]) {
    const [verdict, ...checks] = await check(page, change);
    assert.match(verdict, /does not verify/);
    const line = checks.find((one) => one.startsWith("✗"));
    assert.match(line, failed);
    assert.match(line, reason);
  }
  // Nothing was sent: the tab fails the test on a request elsewhere, and here none goes to the sandbox either.
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await check(page, { header });
  assert.deepEqual(requests, []);
  await shop.close(page);
});

test("an event of the dashboard is filled in and verifies, on a phone and in the dark, and axe-core finds nothing", async () => {
  const payment = await shop.payment();
  await sandbox.press(`payment-intents/${payment.id}/pay`);
  for (const colorScheme of ["light", "dark"]) {
    const page = await shop.open(sandbox.url, { colorScheme });
    await page.locator("#deliveries summary").first().click();
    await page.locator("#deliveries").getByRole("link", { name: "Check a webhook signature" }).first().click();
    await page.getByText("The webhook verifies").waitFor();
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize({ width: 560, height: 560 });
    await page.locator("#checks").scrollIntoViewIfNeeded();
    if (colorScheme === "light") await screenshot(page, "signature");
    await page.setViewportSize({ width: 320, height: 700 });
    assert.deepEqual(await overflowing(page), []);
    await shop.close(page);
  }
});

test("only the package's modules are served", async () => {
  const get = async (path) => (await fetch(sandbox.url + path)).status;
  assert.equal(await get("/itpay/inline/webhooks.js"), 200);
  for (const path of [
    "/itpay/../package.json",
    "/itpay/%2e%2e/package.json",
    "/itpay/..%2fpackage.json",
    "/itpay/inline/none.js",
    "/itpay//etc/passwd.js",
    "/itpay/inline/webhooks",
  ]) {
    assert.equal(await get(path), 404, path);
  }
});
