// The README's first program in a terminal: its code can be decoded from the screen. Also the README's image of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { toTerminal } from "itpay/qr";
import { PNG } from "pngjs";

import { scanned } from "../scan.mjs";
import { screenshot, startShop } from "./chromium.mjs";

let shop;
before(async () => void (shop = await startShop()));
after(() => shop.stop());

test("a phone reads the code of the README's program from a dark terminal", async () => {
  const { client } = shop.sandbox;
  const { id: service_id } = await shop.register();
  const intent = await client.paymentIntents.create({
    service_id,
    type: "one_time",
    amount: { currency: "CNY", value: 699 },
    payer: { agent_id: "agent_cli_a1b2c3d4" },
    channel: "alipay",
  });
  const { qr_data, scan_url } = await client.qr.generate(intent.id);
  const lines = `<b>$</b> node --env-file=.env pay.mjs\n${toTerminal(qr_data)}\n<i>${scan_url.replaceAll("&", "&amp;")}</i>\nsucceeded`;
  const html = `<!doctype html><html lang="en"><title>Terminal</title><meta name="viewport" content="width=device-width">
    <style>body { margin: 0; background: #16181d } pre { width: fit-content; margin: 0; padding: 16px 20px; font: 13px/1 "DejaVu Sans Mono", monospace; line-height: 15px; color: #e6e6e6 }
    b { color: #7ee787 } i { color: #79c0ff; font-style: normal }</style><pre>${lines}</pre>`;
  const tab = await shop.open(`${shop.home}/blank`);
  await tab.setContent(html);
  const terminal = tab.locator("pre");
  assert.deepEqual(await scanned(PNG.sync.read(await terminal.screenshot())), [qr_data]);
  await screenshot(terminal, "terminal");
  await tab.context().close();
});
