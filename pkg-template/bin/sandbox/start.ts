// Starts both gateways behind one server, and keeps their state in a file.

import { createGopaySandbox, createSandbox, type GoPaySandbox, type Sandbox } from "../../entry/sandbox.js";
import { dashboardPage } from "../pages/dashboard.js";
import { GOPAY_PATH, gopayPage } from "../pages/gopay.js";
import { signaturePage } from "../pages/signature.js";
import { WALLET_PATH, walletPage } from "../pages/wallet.js";
import { reasonOf } from "../command.js";
import { log, logBy, logEntry } from "./log.js";
import { Clock, play } from "./scenario.js";
import type { Scenario } from "./scenario-file.js";
import { listen } from "./server.js";
import type { SandboxServer } from "./types.js";
import { openStateFile, type StateFile } from "./state-file.js";

export interface StartOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** The address at which the sandbox is reached, if it is another one. */
  url?: string | undefined;
  /** Receives all webhooks. */
  webhook?: string | undefined;
  /** The file that keeps the state across restarts. */
  state?: string | undefined;
  scenario?: Scenario | undefined;
}

export interface RunningSandbox {
  url: string;
  gateway: Sandbox;
  gopay: GoPaySandbox;
  /** Starts the scenario, if there is one. */
  play(): void;
  close(): Promise<void>;
}

/** @throws Error whose message is a sentence for the user */
export async function startSandbox({
  host,
  port,
  url: ownUrl,
  webhook,
  state,
  scenario,
}: StartOptions): Promise<RunningSandbox> {
  let server: SandboxServer;
  try {
    // First, because a code contains the address of its wallet.
    server = await listen({ host, port, url: ownUrl });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EACCES: `this user may not listen on port ${port}: choose another with --port`,
      EADDRINUSE: `port ${port} is in use: choose another with --port, or 0 for any`,
      EADDRNOTAVAIL: `this machine has no address ${host}`,
      ENOTFOUND: `this machine has no address ${host}`,
    };
    throw new Error(`${reasons[code ?? ""] ?? `cannot listen on ${host}, port ${port}: ${code}`}.`, { cause: error });
  }
  let file: StateFile | undefined;
  try {
    file = state === undefined ? undefined : openStateFile(state);
    return serve(server, { webhook, state, scenario }, file);
  } catch (error) {
    file?.close();
    await server.close();
    throw error;
  }
}

function serve(
  server: SandboxServer,
  { webhook, state, scenario }: Pick<StartOptions, "scenario" | "state" | "webhook">,
  file: StateFile | undefined,
): RunningSandbox {
  const clock = scenario && new Clock(scenario);
  if (clock !== undefined) logBy(clock.now);
  let changed = (): void => undefined;
  let isDirty = true;

  const save = (): void => {
    if (file === undefined || !isDirty) return;
    isDirty = false;
    try {
      file.save(gateway.snapshot(), gopay.snapshot());
    } catch (error) {
      isDirty = true;
      throw new Error(`${state} cannot be written: ${reasonOf(error)}.`, { cause: error });
    }
  };
  /** Saves where no response waits for it. */
  const saveInBackground = (): void => {
    try {
      save();
    } catch (error) {
      log("red", "✗", (error as Error).message);
    }
  };
  const touch = (): void => {
    if (!isDirty) setImmediate(saveInBackground);
    isDirty = true;
  };
  /** The events in flight as the log names them, by id. */
  const sending = new Map<string, string>();
  const endpointOfBuiltIn = (): string | undefined => gateway.services.find(({ id }) => id === "svc_sandbox")?.endpoint;
  const deliver: typeof fetch = async (url, init) => {
    // A receiver must not know an event that a restart forgets.
    touch();
    saveInBackground();
    if (init?.method === "POST") {
      const { id, type, data } = JSON.parse(String(init.body)) as { id: string; type: string; data: { id: string } };
      sending.set(id, `${type} ${id} of ${data.id}`);
    }
    if (String(url) === endpointOfBuiltIn()) return new Response("not sent: start the sandbox with --webhook URL");
    return fetch(url, init);
  };
  const notify = (): void => {
    touch();
    server.changed();
    changed();
  };
  const common = {
    ...(scenario === undefined ? {} : { seed: scenario.seed }),
    ...(clock === undefined ? {} : { now: clock.now }),
    deliver,
  };
  const create = <T>(make: () => T): T => {
    try {
      return make();
    } catch (error) {
      throw file?.restored === undefined
        ? error
        : new Error(`${state} is not the state of a sandbox.`, { cause: error });
    }
  };
  const gateway: Sandbox = create(() =>
    createSandbox({
      ...common,
      webhookUrl: webhook,
      state: file?.restored?.itpay,
      walletUrl: `${server.url}${WALLET_PATH}`,
      onChange: (change) => {
        if (change.type === "intent") {
          logEntry({ type: "payment", gateway: "itpay", id: change.id, status: change.status });
        } else {
          const { id, url, status, response = "" } = change;
          logEntry({ type: "webhook", gateway: "itpay", event: sending.get(id) ?? id, url, status, response });
          sending.delete(id);
        }
        notify();
      },
    }),
  );
  const gopay: GoPaySandbox = create(() =>
    createGopaySandbox({
      ...common,
      state: file?.restored?.gopay,
      payUrl: `${server.url}${GOPAY_PATH}`,
      onChange: (change) => {
        if (change.type === "payment")
          logEntry({ type: "payment", gateway: "gopay", id: change.id, status: change.state });
        else
          logEntry({
            type: "webhook",
            gateway: "gopay",
            event: "",
            url: `GET ${change.url}`,
            status: change.status,
            response: change.response ?? "",
          });
        notify();
      },
    }),
  );
  save();
  server.serve({
    gateway,
    gopay,
    pages: [dashboardPage(gateway, gopay), walletPage(gateway), gopayPage(gopay), signaturePage(gateway)],
    save: () => {
      isDirty = true;
      save();
    },
  });
  return {
    url: server.url,
    gateway,
    gopay,
    play: () => {
      if (scenario !== undefined && clock !== undefined)
        changed = play(scenario, clock, gateway, gopay, server).changed;
    },
    close: async () => {
      gateway.close();
      gopay.close();
      await server.close();
      isDirty = true;
      saveInBackground();
      file?.close();
    },
  };
}
