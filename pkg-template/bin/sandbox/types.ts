// What the sandbox serves, and its server.

import type { GoPaySandbox, Sandbox } from "../../entry/sandbox.js";
import type { Page } from "../pages/page.js";

/** The gateways and what belongs to them. */
export interface Served {
  gateway: Sandbox;
  gopay: GoPaySandbox;
  pages: readonly Page[];
  /** Saves the state before a response that confirms a change. @throws Error if it cannot be saved */
  save: () => void;
}

export interface SandboxServer {
  /** The address at which the sandbox is reached. */
  readonly url: string;
  /** Starts serving. Before, each response is 503. */
  serve(served: Served): void;
  /** Notifies the pages of a change. */
  changed(): void;
  /** The APIs' fault in place of a response: a status, or a reset of the connection. */
  outage: number | "reset" | undefined;
  /** The number of requests in progress. */
  readonly busy: number;
  close(): Promise<void>;
}
