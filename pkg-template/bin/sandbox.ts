// `npx itpay sandbox`: the gateways over HTTP, on loopback by default.

import { command, EXIT, UsageError } from "./command.js";
import { httpUrl } from "./input.js";
import { GOPAY } from "./sandbox/api.js";
import { logAsJson, paint } from "./sandbox/log.js";
import { readScenario } from "./sandbox/scenario-file.js";
import { type RunningSandbox, startSandbox } from "./sandbox/start.js";

export { type RunningSandbox, startSandbox } from "./sandbox/start.js";

export const sandbox = command({
  name: "sandbox",
  summary: "Run both gateways on this machine, with a wallet and a dashboard",
  options: {
    port: { type: "string", value: "PORT", default: "8402", help: "The port. 0 takes any free one" },
    webhook: {
      type: "string",
      value: "URL",
      help: "Send all webhooks of ItPay there, instead of to the endpoints of their services",
    },
    state: { type: "string", value: "FILE", help: "Keep the state in a file, across restarts" },
    scenario: {
      type: "string",
      value: "FILE",
      help: "Play a day of payments, outages and redeliveries: see docs/sandbox.md",
    },
    host: {
      type: "string",
      value: "ADDRESS",
      default: "127.0.0.1",
      help: "The address to listen on. 0.0.0.0 lets a phone open the wallet",
    },
    url: {
      type: "string",
      value: "URL",
      help: "The public address of the sandbox, if it differs, as behind a tunnel",
    },
    json: { type: "boolean", help: "Print the log as lines of JSON" },
  },
  notes: "Press Ctrl-C to stop it.",
  examples: [
    "npx itpay sandbox",
    "npx itpay sandbox --webhook http://localhost:3000/webhook --state sandbox.json",
    "npx itpay sandbox --host 0.0.0.0",
  ],
  run: async ({ port = "8402", host = "127.0.0.1", url, webhook, state, scenario: file, json }) => {
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
      throw new UsageError("--port must be a number from 0 to 65535.");
    if (host === "") throw new UsageError("--host must be an address of this machine.");
    if (state === "") throw new UsageError("--state must be the name of a file.");
    if (webhook !== undefined) httpUrl("webhook", webhook);
    if (url !== undefined && new URL(httpUrl("url", url)).origin !== url.replace(/\/$/, "")) {
      throw new UsageError("--url must be an address without a path, such as http://sandbox.test:8402.");
    }
    if (file !== undefined && state !== undefined)
      throw new UsageError("--scenario starts with an empty sandbox: leave out --state.");
    const scenario = file === undefined ? undefined : readScenario(file, webhook);
    if (json) logAsJson();
    const running = await startSandbox({
      host,
      port: Number(port),
      url: url?.replace(/\/$/, ""),
      webhook,
      state,
      scenario,
    });
    const isEnded = new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    });
    process.stdout.write(
      json
        ? `${JSON.stringify({ type: "ready", url: running.url, env: environmentOf(running) })}\n`
        : greeting(running, webhook),
    );
    running.play();
    await isEnded;
    await running.close();
    return EXIT.ok;
  },
});

/** The variables of a program that uses this sandbox. */
function environmentOf({ url, gateway, gopay }: RunningSandbox): Record<string, string> {
  return {
    ITPAY_API_KEY: gateway.apiKey,
    ITPAY_BASE_URL: `${url}/v1`,
    ITPAY_WEBHOOK_SECRET: gateway.webhookSecret,
    ITPAY_SERVICE_ID: "svc_sandbox",
    GOPAY_CLIENT_ID: gopay.clientId,
    GOPAY_CLIENT_SECRET: gopay.clientSecret,
    GOPAY_GO_ID: gopay.goId,
    GOPAY_SANDBOX: "true",
    GOPAY_BASE_URL: `${url}${GOPAY}/api`,
    GOPAY_WEBHOOK_URL: "http://localhost:3000/webhooks/gopay",
  };
}

function greeting(running: RunningSandbox, webhook: string | undefined): string {
  const { url } = running;
  const variables = Object.entries(environmentOf(running)).map(([name, value]) => `${name}=${value}`);
  return `
  The sandbox listens on ${paint("green", url)}: open it to see payments and webhooks.
  Webhooks of svc_sandbox ${webhook === undefined ? "are not sent: start with --webhook http://localhost:3000/webhook" : `go to ${webhook}`}.

  For your .env file:

${variables.join("\n")}

  Without a .env file: new ItPayClient({ baseUrl: "${url}/v1" })
                       new GoPayClient({ baseUrl: "${url}${GOPAY}/api" })

  Pay by program:      curl -X POST ${url}/sandbox/payment-intents/ID/pay
                       curl -X POST ${url}/sandbox/gopay/payments/ID/pay

`;
}
