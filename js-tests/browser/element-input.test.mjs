// The element with unusual attributes, properties and servers.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PNG } from "pngjs";

import { scanned } from "../scan.mjs";

import { startPages } from "./element-pages.mjs";
import { CSP } from "./merchant.mjs";
import { closeTab } from "./tab.mjs";

const { merchant, open, element, state, status, events, press, respond } = await startPages();

const countdown = (tab) =>
  element(tab)
    .locator("[part=countdown]")
    .evaluate((node) => (node.hidden ? "" : node.textContent));
const inHours = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
const scan = async (tab) => scanned(PNG.sync.read(await element(tab).screenshot()));

test("an expiry without a zone is in UTC, wherever the page is", async () => {
  for (const timezoneId of ["Asia/Shanghai", "America/Los_Angeles"]) {
    const time = inHours(0.5);
    for (const written of [
      time.slice(0, 19),
      time.slice(0, 23),
      time.replace("T", " ").slice(0, 19),
      time.replace("Z", "+0000"),
      time.replace(/\.\d+Z/, "123456Z".replace(/^/, ".")),
      time,
    ]) {
      const tab = await open({ data: "x", "expires-at": written }, { timezoneId });
      await state(tab, "waiting");
      assert.match(await countdown(tab), /Expires in (29:|30:00)/, `${written} in ${timezoneId}`);
      await closeTab(tab);
    }
  }
  for (const written of ["", "0", "NaN", "-1", "tomorrow", "2026-13-45T99:99:99Z", "12/1/2030"]) {
    const tab = await open({ data: "x", "expires-at": written });
    await state(tab, "waiting");
    assert.equal(await countdown(tab), "", written);
    await closeTab(tab);
  }
});

test("the countdown runs in the last hour only", async () => {
  for (const [hours, expected] of [
    [0.99, /^Expires in 59:/],
    [1.1, /^$/],
    [30, /^$/],
    [24 * 60, /^$/],
  ]) {
    const tab = await open({ data: "x", "expires-at": inHours(hours) });
    await state(tab, "waiting");
    assert.match(await countdown(tab), expected, String(hours));
    await closeTab(tab);
  }
  const tab = await open({ data: "x", "expires-at": new Date(Date.now() + 3_601_500).toISOString() });
  await state(tab, "waiting");
  await element(tab).getByText("Expires in 59:").waitFor();
  await closeTab(tab);
});

test("texts that a script sets before or after the element is defined are used", async () => {
  const tab = await open({ data: "x" });
  const early = await tab.evaluate(async () => {
    // The class under another name, which is defined after an element of that name has got its texts.
    const late = document.createElement("itpay-late");
    late.setAttribute("data", "x");
    late.texts = { waiting: "Before" };
    document.body.append(late);
    customElements.define("itpay-late", class extends customElements.get("itpay-qr") {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    const text = () => late.shadowRoot.querySelector("[part=status]").textContent;
    const first = text();
    late.texts = { waiting: "After" };
    await new Promise((resolve) => setTimeout(resolve, 50));
    return [first, text()];
  });
  assert.deepEqual(early, ["Before", "After"]);
  await closeTab(tab);
});

test("names from Object.prototype and texts that are none change nothing", async () => {
  for (const attributes of [
    { lang: "constructor" },
    { lang: "__proto__" },
    { channel: "constructor" },
    { channel: "__proto__", lang: "zh" },
    { texts: '{"waiting":5,"constructor":"x","toString":"y"}' },
    { texts: "null" },
    { texts: "[1]" },
    { texts: '"text"' },
    { texts: "{" },
  ]) {
    const tab = await open({ data: "x", ...attributes });
    await state(tab, "waiting");
    assert.match(
      await status(tab),
      /^(Scan with (your wallet|constructor|__proto__) to pay|请用__proto__扫码付款)$/,
      JSON.stringify(attributes),
    );
    await closeTab(tab);
  }
  const tab = await open({ data: "x" });
  for (const texts of [undefined, null, 0, Number.NaN, "", -1, true, { waiting: undefined }, { waiting: 7 }]) {
    await element(tab).evaluate((node, value) => (node.texts = value), texts);
    assert.equal(await status(tab), "Scan with your wallet to pay");
  }
  await closeTab(tab);
});

test("an unknown status is an event and one warning, and polling continues", async () => {
  for (const body of ['{"status":"paid"}', '{"status":7}', "null", "<html>", "", '{"status":"constructor"}']) {
    merchant.broken = (request, response) => response.writeHead(200, { "Content-Type": "application/json" }).end(body);
    const tab = await open(await merchant.payment());
    await state(tab, "waiting");
    await tab.waitForFunction(() => seen.length > 0);
    const polls = merchant.statuses.length;
    await tab.waitForTimeout(4000);
    assert.ok(merchant.statuses.length > polls, "polling ended");
    const reported = await events(tab);
    assert.equal(reported.length, 1, body);
    assert.match(reported[0][1], /^status-url (must respond with JSON|responded with the unknown status)/);
    assert.equal(await status(tab), "Scan with Alipay to pay");
    respond("succeeded");
    await state(tab, "succeeded");
    await closeTab(tab, [`<itpay-qr>: ${reported[0][1]}`]);
  }
});

test("Retry-After has a floor and a cap, in seconds and as a date", async () => {
  for (const [retryAfter, most] of [
    ["0.001", 5],
    ["0", 3],
    ["-1", 3],
    ["NaN", 3],
    ["1e-9", 3],
    [new Date(Date.now() - 1000).toUTCString(), 3],
  ]) {
    merchant.statuses = [];
    merchant.broken = (request, response) => response.writeHead(503, { "Retry-After": retryAfter }).end();
    const tab = await open(await merchant.payment());
    await tab.waitForTimeout(3500);
    assert.ok(
      merchant.statuses.length >= 1 && merchant.statuses.length <= most,
      `${retryAfter}: ${merchant.statuses.length}`,
    );
    await tab.context().close();
  }
  merchant.statuses = [];
  merchant.broken = (request, response) =>
    response.writeHead(429, { "Retry-After": new Date(Date.now() + 30_000).toUTCString() }).end();
  const tab = await open(await merchant.payment());
  await tab.waitForTimeout(5000);
  assert.equal(merchant.statuses.length, 1);
  await tab.context().close();
});

test("a response without an end is cut off, as JSON and as a stream of events", async () => {
  for (const type of ["application/json", "text/event-stream"]) {
    let sent = 0;
    merchant.broken = (request, response) => {
      response.writeHead(200, { "Content-Type": type });
      const piece = "x".repeat(64 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(piece)) sent += piece.length;
      };
      response.on("drain", more);
      more();
    };
    const tab = await open(await merchant.payment());
    await tab.waitForFunction(() => seen.length > 0);
    await tab.waitForTimeout(1000);
    assert.ok(sent < 20 * 1024 * 1024, `${sent} bytes of ${type}`);
    assert.deepEqual(await events(tab), [["itpay-error", "status-url responded with more than a status"]]);
    await tab.context().close();
  }
});

test("the code is a picture, and inline where a policy forbids pictures as data", async () => {
  const attributes = await merchant.payment();
  const picture = await open(attributes);
  await state(picture, "waiting");
  const img = element(picture).locator("img");
  assert.match(await img.getAttribute("src"), /^data:image\/svg\+xml,/);
  assert.deepEqual(await img.evaluate((node) => [node.naturalWidth, node.naturalHeight, node.alt]), [
    720,
    720,
    "QR code",
  ]);
  assert.deepEqual(await scan(picture), [attributes.data]);
  await closeTab(picture);

  merchant.csp = CSP.replace("img-src 'self' data:", "img-src 'none'");
  const inline = await open(attributes, { html: '<itpay-qr data="another"></itpay-qr>' });
  await element(inline).locator("svg[part=svg]").waitFor();
  assert.equal(await element(inline).locator("img").count(), 0);
  assert.deepEqual(await scan(inline), [attributes.data]);
  await press("pay");
  await state(inline, "succeeded");
  assert.deepEqual(
    (await events(inline)).map(([type]) => type),
    ["itpay-succeeded"],
  );
  // The policy's own line for each attempt, and nothing else.
  assert.ok(
    inline.troubles.every((line) =>
      /violates the following Content Security Policy directive: "img-src 'none'"/.test(line),
    ),
    inline.troubles.join("\n"),
  );
  await inline.context().close();
});

test("the image uses the page's colors for the code", async () => {
  const tab = await open({ data: "x" });
  await state(tab, "waiting");
  await element(tab).evaluate((node) => {
    node.style.setProperty("--itpay-qr-dark", "oklch(0.3 0.1 240)");
    node.style.setProperty("--itpay-qr-light", "rgb(255 250 240)");
    node.setAttribute("amount", "1");
  });
  await tab.waitForFunction(() =>
    decodeURIComponent(document.querySelector("itpay-qr").shadowRoot.querySelector("img").src).includes(
      "rgb(255, 250, 240)",
    ),
  );
  assert.deepEqual(await scan(tab), ["x"]);
  await closeTab(tab);
});
