// A merchant's server with <itpay-qr> in its page, and the sandbox over HTTP, as a gateway, behind it.

import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { startSandbox } from "../sandbox-command.mjs";
import { bundled } from "./tab.mjs";

/** Nothing inline, nothing from elsewhere, trusted types; the encoder's wasm, and its picture. */
export const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";

export async function startMerchant() {
  const gateway = await startSandbox();
  const { client } = gateway;
  const service = await client.manifests.create({
    name: "Smart Summary",
    payment_methods: { one_time: true },
    accepted_channels: ["alipay", "wechat"],
    settlement_currency: "CNY",
    endpoint: "http://127.0.0.1:9/webhook",
  });
  const script = await bundled(`import "itpay/qr/element";
    document.addEventListener("itpay-renew", async ({ target }) => {
      const attributes = await (await fetch("/payments", { method: "POST" })).json();
      for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, value);
    });
    globalThis.seen = [];
    for (const name of ["scanned", "succeeded", "failed", "expired", "error", "renew"]) document.addEventListener("itpay-" + name, ({ type, detail }) => seen.push([type, detail?.status ?? detail?.error?.message ?? null]));`);

  const merchant = { gateway, client, csp: CSP, streams: false, asked: [], statuses: [], broken: undefined };
  /** The attributes of a payment's element. */
  merchant.payment = async (change = {}) => {
    const intent = await client.paymentIntents.create({
      service_id: service.id,
      type: "one_time",
      amount: { currency: "CNY", value: 699 },
      payer: { agent_id: "agent_1" },
      channel: "alipay",
    });
    const charge = await client.qr.generate(intent.id);
    merchant.latest = intent.id;
    return {
      data: charge.qr_data,
      "scan-url": charge.scan_url,
      "expires-at": charge.expires_at,
      amount: intent.amount.value,
      currency: "CNY",
      merchant: "Smart Summary",
      channel: "alipay",
      "status-url": `/payments/${intent.id}/status`,
      ...change,
    };
  };
  const escaped = (text) => String(text).replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  /** A page with such elements in it. */
  merchant.page = (attributes, { lang = "en", inside = "", html = "" } = {}) => {
    const pairs = Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}="${escaped(value)}"`);
    merchant.html = `<!doctype html><html lang="${lang}"${lang === "ar" ? ' dir="rtl"' : ""}><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Pay</title><link rel="icon" href="/icon"><link rel="stylesheet" href="/style.css"><script type="module" src="/element.js"></script><body><main><h1>Pay</h1><itpay-qr${pairs.join("")}>${inside}</itpay-qr>${html}</main></body></html>`;
    return merchant.url;
  };

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://merchant");
    merchant.asked.push(`${request.method} ${pathname}`);
    const send = (type, body, headers = {}) =>
      response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": merchant.csp, ...headers }).end(body);
    if (pathname === "/") return send("text/html; charset=utf-8", merchant.html);
    if (pathname === "/element.js") return send("text/javascript", script);
    if (pathname === "/style.css")
      return send(
        "text/css",
        ":root{color-scheme:light dark;background:Canvas}body{font-family:sans-serif;display:grid;place-items:center;margin:2rem}main{text-align:center}",
      );
    if (pathname === "/icon") return response.writeHead(204).end();
    if (pathname === "/payments") return send("application/json", JSON.stringify(await merchant.payment()));
    const [, id] = /^\/payments\/([^/]+)\/status$/.exec(pathname) ?? [];
    if (id === undefined) return response.writeHead(404).end();
    merchant.statuses.push(Date.now());
    if (merchant.broken !== undefined) return merchant.broken(request, response);
    const status = async () => (await client.paymentIntents.retrieve(id)).status;
    if (!merchant.streams) return send("application/json", JSON.stringify({ status: await status() }));
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(": hello\n\n");
    for (let last; !response.destroyed; await sleep(100)) {
      const now = await status();
      if (now !== last) response.write(`event: status\r\ndata: {"status":\r\ndata: "${now}"}\r\n\r\n`);
      last = now;
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  merchant.url = `http://127.0.0.1:${server.address().port}/`;
  merchant.stop = async () => {
    server.close();
    server.closeAllConnections();
    await gateway.stop();
  };
  return merchant;
}
