// Wrong code, as TypeScript explains it in an editor.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { compile } from "../compiler.mjs";

const folder = fileURLToPath(new URL("../node_modules/.editor/", import.meta.url));

const INTENT = 'service_id: "svc_1", type: "one_time", payer: { agent_id: "a" }';
const CASES = {
  'new ItPayClient({ baseURL: "https://api.itpay.ai/v1" });':
    /'baseURL' does not exist .* Did you mean to write 'baseUrl'\?/,
  'new ItPayClient({ api_key: "sk_test" });': /'api_key' does not exist .* Did you mean to write 'apiKey'\?/,
  'itpay.paymentIntents.create({ serviceId: "svc_1", type: "one_time", amount: { currency: "CNY", value: 699 }, payer: { agent_id: "a" } });':
    /'serviceId' does not exist .* Did you mean to write 'service_id'\?/,
  [`itpay.paymentIntents.create({ ${INTENT}, amount: "6.99" });`]: /Type 'string' is not assignable to type 'Money'/,
  [`itpay.paymentIntents.create({ ${INTENT}, amount: { currency: "CNY", value: "6.99" } });`]:
    /Type 'string' is not assignable to type 'number'/,
  'createWebhookHandler({ on: { "payment_intent.succeded": () => {} } });':
    /payment_intent\.succeded.* does not exist in type/,
};

test("an editor explains wrong code", async () => {
  mkdirSync(folder, { recursive: true });
  const head =
    'import { ItPayClient } from "itpay";\nimport { createWebhookHandler } from "itpay/webhooks";\nconst itpay = new ItPayClient();\n';
  const files = Object.keys(CASES).map(
    (code, index) => (writeFileSync(`${folder}${index}.ts`, head + code), `${index}.ts`),
  );
  const stdout = await compile(folder, files, ["--types", ""]);
  for (const [index, expected] of Object.values(CASES).entries()) {
    const errors = stdout.split("\n").filter((line) => line.startsWith(`${index}.ts(`));
    assert.equal(errors.length, 1, stdout);
    assert.match(errors[0], expected);
  }
});
