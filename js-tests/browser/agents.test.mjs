// The person's view of an agent that asks to be paid: the code in a chat, and the wallet's page behind its link. The test
// draws the chat from the MCP server's real results.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { PNG } from "pngjs";

import { PURCHASE } from "../agent-tools.mjs";
import { startMcp } from "../mcp-client.mjs";
import { scanned } from "../scan.mjs";
import { closeTab, openTab, screenshot, startBrowser } from "./tab.mjs";

let browser, mcp;
const chat = { html: "" };
const host = createServer((_, response) =>
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(chat.html),
);
before(async () => {
  [browser, mcp] = await Promise.all([startBrowser(), startMcp(["--max-amount", "50.00CNY"])]);
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  await Promise.all([browser.close(), mcp.close()]);
  host.close();
  host.closeAllConnections();
});

const STYLE = `
  body { margin: 0; padding: 20px; width: 520px; font: 15px/1.45 system-ui, sans-serif; color: #1c1c1e; background: #f4f4f6; }
  p, figure { margin: 0 0 10px; padding: 10px 14px; border-radius: 14px; background: #fff; width: fit-content; max-width: 400px; }
  .person { margin-left: auto; background: #dbeafe; }
  .tool { padding: 0 4px; background: none; color: #6b7280; font: 12px ui-monospace, monospace; }
  img { display: block; width: 190px; image-rendering: pixelated; } a { color: #1d4ed8; overflow-wrap: anywhere; }`;

test("the code in a chat is the payment's, and its link opens the wallet in which the person pays", {
  timeout: 60_000,
}, async () => {
  const payment = await mcp.call("itpay_create_payment", { ...PURCHASE, reference: "order 1" });
  const { payment_id } = payment;
  const {
    content: [image],
    structuredContent: { scan_url, amount, currency, expires_at },
  } = await mcp.execute("itpay_show_qr", { payment_id });
  const [code] = await scanned(PNG.sync.read(Buffer.from(image.data, "base64")));
  assert.match(code, /^0002/);

  const time = new Date(expires_at).toISOString().slice(11, 16);
  const lines = (end) => `<p class="person">Summarize contract.pdf for me.</p>
    <p>It has 42 pages: the summary costs ${amount} ${currency}. Shall I go on?</p><p class="person">Yes.</p>
    <p class="tool">itpay_create_payment · itpay_show_qr</p><figure><img alt="Code to pay" src="data:${image.mimeType};base64,${image.data}"></figure>
    <p>Scan the code to pay <b>${amount} ${currency}</b> until ${time} UTC, or open <a href="${scan_url}">${scan_url.replace(/\?.*/, "").replace(/pi_(.{4}).*/, "pi_$1…")}</a></p>
    <p class="tool">itpay_wait_for_payment</p>${end}`;
  const draw = (end) =>
    (chat.html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Chat</title><link rel="icon" href="data:,"><style>${STYLE}</style><body>${lines(end)}`);
  draw("<p>Waiting…</p>");
  const tab = await openTab(browser, `http://127.0.0.1:${host.address().port}/`, {
    viewport: { width: 560, height: 620 },
  });
  const picture = PNG.sync.read(await tab.locator("img").screenshot());
  assert.deepEqual(await scanned(picture), [code]);

  const waiting = mcp.call("itpay_wait_for_payment", { payment_id, timeout_seconds: 30 });
  const wallet = await openTab(browser, scan_url);
  await wallet.getByRole("button", { name: /^Pay/ }).click();
  await wallet.getByText("Payment complete").waitFor();
  await closeTab(wallet);
  assert.equal((await waiting).status, "succeeded");

  draw(`<p>Paid, thank you. Here is your summary.</p>`);
  await tab.reload();
  await screenshot(tab.locator("body"), "agent");
  await closeTab(tab);
});
