// `npx itpay mcp`: the tools of itpay/agents over MCP, on standard input and output. The limits come from this command
// line and the environment. It reads no .env file, because an agent may write one.

import type { AgentToolName } from "../entry/agents.js";
import { isItPayError, ItPayClient } from "../entry/index.js";
import { command, EXIT, UsageError } from "./command.js";
import { auditLog } from "./mcp/audit-log.js";
import { fileCounter } from "./mcp/file-counter.js";
import { checkImageDir } from "./mcp/image-file.js";
import { silenceLog } from "./sandbox/log.js";
import { type RunningSandbox, startSandbox } from "./sandbox/start.js";

/** The service of every sandbox, and the API key of a sandbox that is started without one. */
const SANDBOX_SERVICE = "svc_sandbox";
const SANDBOX_KEY = "sk_test_sandbox";

/** The options of `agentTools` by their names on the command line. */
const OPTION_NAMES: Record<string, string> = {
  agentId: "--agent",
  allow: "--allow",
  apiKey: "ITPAY_API_KEY",
  baseUrl: "ITPAY_BASE_URL",
  channel: "--channel",
  maxAmount: "--max-amount",
  maxPerHour: "--max-per-hour",
  serviceId: "--service",
};

interface Gateway {
  client: ItPayClient;
  serviceId: string;
  close(): Promise<void>;
}

export const mcp = command({
  name: "mcp",
  summary: "Serve tools over MCP with which an agent asks a person to pay",
  readsEnvFile: false,
  options: {
    live: {
      type: "boolean",
      help: "Take real payments, with the key in ITPAY_API_KEY",
    },
    allow: { type: "string", multiple: true, value: "TOOL", help: "Offer only this tool. Repeat it, or use commas" },
    "max-amount": {
      type: "string",
      multiple: true,
      value: "50.00CNY",
      help: "The largest amount of one payment, required by --live. Other currencies are refused. Repeat it for each currency",
    },
    "max-per-hour": { type: "string", value: "N", default: "20", help: "The number of payments within an hour" },
    service: {
      type: "string",
      value: "ID",
      help: "The service of all payments. Default: ITPAY_SERVICE_ID, or the sandbox's own",
    },
    channel: { type: "string", value: "NAME", help: "The channel of all payments, such as alipay" },
    agent: { type: "string", value: "ID", default: "itpay-agent", help: "The payer's agent_id of all payments" },
    state: {
      type: "string",
      value: "FILE",
      help: "Count the payments of the hour in this file, across restarts and processes",
    },
    log: {
      type: "string",
      value: "FILE",
      help: "Write a line of JSON for each call to this file, instead of to standard error",
    },
    "image-dir": {
      type: "string",
      value: "DIR",
      help: "Also write each code to this folder, for hosts that attach files",
    },
    port: { type: "string", value: "PORT", default: "0", help: "The port of its own sandbox. 0 takes any free one" },
  },
  notes:
    "Without --live it uses the sandbox at ITPAY_BASE_URL with ITPAY_API_KEY, or starts one of its own. It reads no .env file, because an agent may write one.",
  examples: [
    "npx itpay mcp --max-amount 50.00CNY",
    "npx itpay mcp --live --service svc_1 --max-amount 50.00CNY --max-per-hour 5 --state payments.json --log payments.jsonl",
  ],
  run: async ({
    live,
    allow,
    "max-amount": maxAmount,
    "max-per-hour": maxPerHour,
    service,
    channel,
    agent: agentId,
    state,
    log,
    "image-dir": imageDir,
    port,
  }) => {
    for (const [name, value] of Object.entries({
      service,
      channel,
      agent: agentId,
      state,
      log,
      "image-dir": imageDir,
    })) {
      if (value === "") throw new UsageError(`--${name} must not be empty.`);
    }
    if (maxPerHour !== undefined && !/^\d{1,9}$/.test(maxPerHour))
      throw new UsageError("--max-per-hour must be a whole number, 0 or more.");
    if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) > 65535))
      throw new UsageError("--port must be a number from 0 to 65535.");
    checkKey(live);
    if (live && maxAmount === undefined)
      throw new UsageError("--live needs --max-amount, the largest amount of one payment: --max-amount 50.00CNY.");
    if (imageDir !== undefined) checkImageDir(imageDir);
    const record = auditLog(log);
    const { agentTools } = await import("../entry/agents.js");
    let gateway: Gateway;
    let tools;
    try {
      gateway = connect(live, service, port);
      tools = agentTools({
        client: gateway.client,
        serviceId: gateway.serviceId,
        channel,
        agentId,
        allow: allow?.flatMap((names) => names.split(",")) as AgentToolName[] | undefined,
        maxAmount,
        maxPerHour: maxPerHour === undefined ? undefined : Number(maxPerHour),
        counter: state === undefined ? undefined : fileCounter(state),
        audit: record,
      });
    } catch (error) {
      throw isItPayError(error)
        ? new UsageError(
            `${error.message.replace(/^`?(\w+)`?/, (word, name: string) => OPTION_NAMES[name] ?? word)}.`.replace(
              /\.\.$/,
              ".",
            ),
          )
        : error;
    }
    const { serve } = await import("./mcp/server.js");
    await serve({ tools, imageDir, isLive: live, refuse: record });
    await gateway.close();
    return EXIT.ok;
  },
});

/** @throws UsageError if the key does not belong to where the payments go */
function checkKey(isLive: boolean): void {
  const key = process.env["ITPAY_API_KEY"] ?? "";
  if (isLive && key === "") throw new UsageError("--live needs a live key in ITPAY_API_KEY.");
  if (isLive && key.startsWith("sk_test_"))
    throw new UsageError("--live needs a live key, and ITPAY_API_KEY is a test key.");
  if (!isLive && key.startsWith("sk_liv"))
    throw new UsageError("ITPAY_API_KEY is a live key. Use a test key, or add --live to take real payments.");
  const baseUrl = process.env["ITPAY_BASE_URL"] ?? "";
  if (!isLive && baseUrl !== "" && !isLoopback(baseUrl) && !key.startsWith("sk_test_")) {
    throw new UsageError(
      "ITPAY_BASE_URL is not on this machine, so ITPAY_API_KEY must be a test key. Add --live to take real payments.",
    );
  }
}

function connect(isLive: boolean, service: string | undefined, port: string | undefined): Gateway {
  const baseUrl = process.env["ITPAY_BASE_URL"] || undefined;
  const isElsewhere = isLive || baseUrl !== undefined;
  if (isElsewhere && port !== undefined) throw new UsageError("--port is for a sandbox of its own.");
  const serviceId = service ?? (process.env["ITPAY_SERVICE_ID"] || undefined);
  if (isLive && serviceId === undefined) throw new UsageError("--live needs --service.");
  if (isElsewhere)
    return {
      client: new ItPayClient({ baseUrl }),
      serviceId: serviceId ?? SANDBOX_SERVICE,
      close: async () => undefined,
    };
  // It starts with the first call, because clients start servers only to ask for their tools.
  silenceLog();
  let sandbox: Promise<RunningSandbox> | undefined;
  const running = async (): Promise<RunningSandbox> => {
    sandbox ??= startSandbox({ host: "127.0.0.1", port: Number(port ?? 0) });
    try {
      return await sandbox;
    } catch (error) {
      sandbox = undefined;
      process.stderr.write(`itpay mcp: ${(error as Error).message}\n`);
      throw error;
    }
  };
  return {
    client: new ItPayClient({
      apiKey: SANDBOX_KEY,
      baseUrl: "http://127.0.0.1/v1",
      fetch: async (url, init) => (await running()).gateway.fetch(url, init),
    }),
    serviceId: service ?? SANDBOX_SERVICE,
    close: async () => (await sandbox)?.close(),
  };
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(127\.[\d.]+|localhost|\[::1\])$/.test(new URL(url).hostname);
}
