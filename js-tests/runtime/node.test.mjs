// The cases of every runtime, on this Node: as ES modules, and once more through require.

import { createRequire } from "node:module";
import { after, describe, test } from "node:test";

import { cases as clientCases } from "../suites/client.mjs";
import { cases as gopayCases } from "../suites/gopay.mjs";
import { cases as gopaySandboxCases } from "../suites/gopay-sandbox.mjs";
import { cases as sandboxCases } from "../suites/sandbox.mjs";
import { cases as webhookCases } from "../suites/webhooks.mjs";
import { cases as webhookHandlerCases } from "../suites/webhook-handler.mjs";
import { misbehavingServer } from "../misbehaving-server.mjs";

const require = createRequire(import.meta.url);
const server = await misbehavingServer();
after(() => server.close());

for (const [kind, load] of [
  ["import", (name) => import(name)],
  ["require", async (name) => require(name)],
]) {
  const [itpay, webhooks, sandbox, gopay] = await Promise.all(
    ["itpay", "itpay/webhooks", "itpay/sandbox", "itpay/gopay"].map(load),
  );
  describe(`itpay/webhooks by ${kind}`, () => webhookCases(webhooks).forEach(([name, run]) => test(name, run)));
  describe(`createWebhookHandler by ${kind}`, () =>
    webhookHandlerCases(webhooks).forEach(([name, run]) => test(name, run)));
  describe(`itpay/sandbox by ${kind}`, () =>
    sandboxCases(itpay, sandbox, webhooks).forEach(([name, run]) => test(name, run)));
  describe(`itpay/gopay by ${kind}`, () => gopayCases(gopay).forEach(([name, run]) => test(name, run)));
  describe(`GoPay in itpay/sandbox by ${kind}`, () =>
    gopaySandboxCases(gopay, sandbox).forEach(([name, run]) => test(name, run)));
  describe(`itpay by ${kind}`, { concurrency: true }, () =>
    clientCases(itpay, server.url).forEach(([name, run]) => test(name, run)),
  );
}
