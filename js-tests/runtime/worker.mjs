// Runs the cases of every runtime inside a Worker, the one that the path names.

import * as itpay from "itpay";
import * as gopay from "itpay/gopay";
import * as sandbox from "itpay/sandbox";
import * as webhooks from "itpay/webhooks";

import { cases as clientCases } from "../suites/client.mjs";
import { cases as gopayCases } from "../suites/gopay.mjs";
import { cases as gopaySandboxCases } from "../suites/gopay-sandbox.mjs";
import { cases as sandboxCases } from "../suites/sandbox.mjs";
import { cases as webhookCases } from "../suites/webhooks.mjs";
import { cases as webhookHandlerCases } from "../suites/webhook-handler.mjs";

export default {
  async fetch(request, env) {
    const all = new Map([
      ...webhookCases(webhooks),
      ...webhookHandlerCases(webhooks),
      ...clientCases(itpay, env.SERVER_URL),
      ...gopayCases(gopay),
      ...gopaySandboxCases(gopay, sandbox),
      ...sandboxCases(itpay, sandbox, webhooks),
    ]);
    const name = new URL(request.url).searchParams.get("case");
    if (name === null) return Response.json([...all.keys()]);
    try {
      await all.get(name)();
      return new Response("passed");
    } catch (error) {
      return new Response(String(error.stack ?? error), { status: 500 });
    }
  },
};
