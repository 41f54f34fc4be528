// `npx itpay sandbox`: the gateway over HTTP, on loopback unless told otherwise. Here it is started and ended;
// sandbox/server.ts says what it serves.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { createGopaySandbox, createSandbox, type GoPaySandbox, type Sandbox } from "../entry/sandbox.js";
import { dashboardPage } from "./pages/dashboard.js";
import { GOPAY_PATH, gopayPage } from "./pages/gopay.js";
import { WALLET_PATH, walletPage } from "./pages/wallet.js";
import { log, logBy } from "./sandbox/log.js";
import { Clock, play, readScenario, type Scenario } from "./sandbox/scenario.js";
import { GOPAY, listen, type SandboxServer } from "./sandbox/server.js";

/** How much of a receiver's answer the log shows, in characters. */
const MAX_SHOWN = 80;

export interface StartOptions {
  host: string;
  /** 0 takes any that is free. */
  port: number;
  /** The address that it is reached at, if that is another one. */
  url?: string | undefined;
  /** Where all webhooks go. */
  webhook?: string | undefined;
  /** The file that keeps everything across restarts. */
  state?: string | undefined;
  scenario?: Scenario | undefined;
}

export interface RunningSandbox {
  url: string;
  gateway: Sandbox;
  gopay: GoPaySandbox;
  /** Begins the scenario, where there is one. */
  play(): void;
  close(): Promise<void>;
}

export async function sandbox(args: string[]): Promise<number> {
  let options;
  let scenario: Scenario | undefined;
  try {
    options = read(args);
    if (options.scenario !== undefined) scenario = readScenario(options.scenario, options.webhook);
  } catch (error) {
    return complain(`${(error as Error).message} See npx itpay --help.`, 2);
  }
  let running: RunningSandbox;
  try {
    running = await startSandbox({ ...options, scenario });
  } catch (error) {
    return complain((error as Error).message, 1);
  }
  const { url, gateway, gopay } = running;
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  process.stdout.write(
    `\n  The sandbox listens on ${url}: open it to see payments and webhooks. For a .env file:\n\n` +
      `ITPAY_API_KEY=${gateway.apiKey}\nITPAY_WEBHOOK_SECRET=${gateway.webhookSecret}\nITPAY_BASE_URL=${url}/v1\n` +
      `GOPAY_CLIENT_ID=${gopay.clientId}\nGOPAY_CLIENT_SECRET=${gopay.clientSecret}\nGOPAY_GO_ID=${gopay.goId}\nGOPAY_SANDBOX=true\n\n` +
      `  In your code:        new ItPayClient({ baseUrl: "${url}/v1" })\n` +
      `                       new GoPayClient({ baseUrl: "${url}${GOPAY}/api" })\n` +
      `  GoPay's payer:       open a payment's gw_url, or curl -X POST ${url}/sandbox/gopay/payments/ID/pay\n` +
      `  The wallet's button: open an intent's scan_url, or curl -X POST ${url}/sandbox/payment-intents/ID/pay\n\n`,
  );
  running.play();
  await ended;
  await running.close();
  return 0;
}

/** Starts both gateways behind one server. @throws Error that says in a sentence why it can't start */
export async function startSandbox({ host, port, url: ownUrl, webhook, state, scenario }: StartOptions): Promise<RunningSandbox> {
  let server: SandboxServer;
  try {
    // First, because a code holds the address of its wallet.
    server = await listen({ host, port, url: ownUrl });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(code === "EADDRINUSE" ? `Port ${port} is in use; choose another with --port, or 0 for any.` : `Cannot listen on ${host}, port ${port}: ${code}.`);
  }
  const end = async (sentence: string): Promise<never> => {
    await server.close();
    throw new Error(sentence);
  };

  const clock = scenario && new Clock(scenario);
  if (clock !== undefined) logBy(clock.now);
  let changed = (): void => undefined;
  let gateway: Sandbox;
  let gopay: GoPaySandbox;
  try {
    const kept = state !== undefined && existsSync(state) ? (JSON.parse(readFileSync(state, "utf8")) as { itpay?: object; gopay?: object }) : undefined;
    const alike = {
      ...(scenario === undefined ? {} : { seed: scenario.seed }),
      ...(clock === undefined ? {} : { now: clock.now }),
      deliver: logged,
    };
    gateway = createSandbox({
      ...alike,
      ...(webhook === undefined ? {} : { webhookUrl: webhook }),
      ...(kept === undefined ? {} : { state: JSON.stringify(kept.itpay ?? null) }),
      walletUrl: `${server.url}${WALLET_PATH}`,
      onChange: (change) => {
        if (change.type === "intent") log("cyan", "●", `${change.id} is ${change.status}`);
        server.changed();
        changed();
      },
    });
    gopay = createGopaySandbox({
      ...alike,
      ...(kept === undefined ? {} : { state: JSON.stringify(kept.gopay ?? null) }),
      payUrl: `${server.url}${GOPAY_PATH}`,
      onChange: (change) => {
        if (change.type === "payment") log("cyan", "●", `GoPay's ${change.id} is ${change.state}`);
        server.changed();
        changed();
      },
    });
  } catch (error) {
    return end(state === undefined ? (error as Error).message : `${state} is not the state of a sandbox.`);
  }
  const save = (): void => {
    if (state === undefined) return;
    // Beside it first: an interruption must not leave half a file.
    writeFileSync(`${state}.part`, `{"itpay":${gateway.snapshot()},"gopay":${gopay.snapshot()}}`);
    renameSync(`${state}.part`, state);
  };
  try {
    save();
  } catch {
    return end(`${state} cannot be written.`);
  }
  server.serve({ gateway, gopay, pages: [dashboardPage(gateway, gopay), walletPage(gateway), gopayPage(gopay)], save });
  return {
    url: server.url,
    gateway,
    gopay,
    play: () => {
      if (scenario !== undefined && clock !== undefined) changed = play(scenario, clock, gateway, gopay, server).changed;
    },
    close: async () => {
      gateway.close();
      gopay.close();
      await server.close();
      save();
    },
  };
}

function read(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: "8402" },
      host: { type: "string", default: "127.0.0.1" },
      url: { type: "string" },
      webhook: { type: "string" },
      scenario: { type: "string" },
      state: { type: "string" },
    },
  });
  const { host, port, scenario, state, url, webhook } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw new Error("--port must be a number from 0 to 65535.");
  if (host === "") throw new Error("--host must be an address of this machine.");
  for (const [name, value] of Object.entries({ url, webhook })) {
    if (value !== undefined && !/^https?:\/\/./.test(value)) throw new Error(`--${name} must be a URL.`);
  }
  if (url !== undefined && !(URL.canParse(url) && new URL(url).origin === url.replace(/\/$/, ""))) {
    throw new Error("--url must be where the sandbox is reached, without a path: http://sandbox.test:8402.");
  }
  if (scenario !== undefined && state !== undefined) throw new Error("--scenario begins with an empty sandbox: leave out --state.");
  return { host, port: Number(port), state, url: url?.replace(/\/$/, ""), scenario, webhook };
}

/** Posts an event, or fetches what GoPay notifies, and says how it went. */
const logged: typeof fetch = async (url, init) => {
  let what = `GET ${String(url)}`;
  if (init?.method === "POST") {
    const { id, type, data } = JSON.parse(String(init.body)) as { id: string; type: string; data: { id: string } };
    what = `${type} ${id} of ${data.id} to ${String(url)}`;
  }
  try {
    const response = await fetch(url, init);
    const answer = (await response.clone().text()).slice(0, MAX_SHOWN);
    log(response.ok ? "magenta" : "red", "→", `${what}: ${response.status} ${answer}`);
    return response;
  } catch (error) {
    log("red", "→", `${what}: no answer`);
    throw error;
  }
};

function complain(sentence: string, code: number): number {
  process.stderr.write(`itpay sandbox: ${sentence}\n`);
  return code;
}
