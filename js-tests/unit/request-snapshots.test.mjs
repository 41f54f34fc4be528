// Method, URL, headers and exact body of each call, against the text files in ../snapshots/. After a wanted change:
//
//   UPDATE=1 node --test unit/request-snapshots.test.mjs

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { ItPayClient } from "itpay";

const MANIFEST = {
  name: "Smart Summary",
  description: "AI-powered document summarization",
  payment_methods: { one_time: true },
  pricing: { one_time: [{ amount: 99, currency: "USD", label: "per summary" }] },
  accepted_channels: ["alipay", "wechat"],
  qr_mode: "dynamic",
  settlement_currency: "USD",
  endpoint: "https://abc123.example/itpay/v1/webhook",
};
const INTENT = {
  id: "pi_01a1fbcb-491b-7153-b3fa-1a7a6b578f05",
  service_id: "01J7XYKZ1A2B3C4D5E6F7G8H9I",
  type: "one_time",
  amount: { currency: "CNY", value: 699 },
  description: "AI document summary (42 pages) 摘要",
  payer: { agent_id: "agent_cli_a1b2c3d4", human_id: "user_abc_789" },
  metadata: { session_id: "sess_xyz_456" },
};

const calls = {
  "payment-intents.create": (client) => client.paymentIntents.create(INTENT),
  "payment-intents.retrieve": (client) => client.paymentIntents.retrieve("pi_01"),
  "qr.generate": (client) => client.qr.generate("pi_01"),
  "manifests.create": (client) => client.manifests.create(MANIFEST),
  "manifests.activate": (client) => client.manifests.activate("svc_01"),
  "manifests.search": (client) => client.manifests.search({ q: "summary & more" }),
  request: (client) =>
    client.request("POST", "/refunds", {
      body: { payment_intent: "pi_01" },
      idempotencyKey: "refund-1",
      headers: { "X-Trace": "7" },
    }),
};

for (const [name, call] of Object.entries(calls)) {
  test(`${name} sends the request in its snapshot`, async () => {
    let sent;
    const fetch = async (url, init) => {
      sent = [
        `${init.method} ${url}`,
        ...Object.entries(init.headers).map(([header, value]) => `${header}: ${value}`),
        "",
        init.body ?? "",
      ].join("\n");
      const id = name.endsWith("activate") ? "svc_01" : "pi_01";
      return Response.json(name.endsWith("search") ? [] : { id, status: "pending", qr_data: "0002" });
    };
    const now = Date.now;
    Date.now = () => 1_745_712_345_000;
    try {
      await call(new ItPayClient({ apiKey: "sk_test_0123456789abcdef", channel: "alipay", fetch }));
    } finally {
      Date.now = now;
    }
    sent = `${sent.replace(/^User-Agent: .*$/m, "User-Agent: itpay-wasm/<version> <runtime>")}\n`;
    const file = new URL(`../snapshots/${name}.txt`, import.meta.url);
    if (process.env.UPDATE) writeFileSync(file, sent);
    assert.equal(sent, readFileSync(file, "utf8"));
  });
}
