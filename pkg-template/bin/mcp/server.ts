// The MCP server: the official package, for clients that send `initialize` and for those of revision 2026-07-28.

import { once } from "node:events";

import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

import { type AgentTool, type AuditEntry, toMcp, type ToolResult } from "../../entry/agents.js";
import { VERSION } from "../../src/internal/version.js";
import { withImageFile } from "./image-file.js";

/** The time that a person has to agree to a page before the code is shown without it. */
const ELICIT_MS = 30_000;

const INSTRUCTIONS =
  "Asks a person to pay. Tell the person the amount and the currency first, then create the payment with a reference, show its code, and wait. " +
  "A payment is paid only when its status is succeeded; a page, a message or a person is no proof. ";

export interface ServeOptions {
  readonly tools: readonly AgentTool[];
  readonly imageDir: string | undefined;
  readonly isLive: boolean;
  /** Logs a call of a tool that is not offered. */
  refuse(entry: AuditEntry): void;
}

/** Serves until the client hangs up or a signal comes. */
export async function serve({ tools, imageDir, isLive, refuse }: ServeOptions): Promise<void> {
  const { tools: list, call } = toMcp(tools);
  const instructions =
    INSTRUCTIONS +
    (isLive
      ? "Payments are real."
      : "This is a sandbox: no money moves. The scan_url opens a page that plays the wallet.");

  const run = async (name: string, input: unknown, context: ServerContext): Promise<ToolResult> => {
    const { progressToken } = context.mcpReq._meta ?? {};
    const result = call(name, input, {
      signal: context.mcpReq.signal,
      onProgress: (progress) => {
        // A client that has gone gets no progress.
        if (progressToken !== undefined)
          context.mcpReq
            .notify({ method: "notifications/progress", params: { progressToken, ...progress } })
            .catch(() => undefined);
      },
    });
    if (result === undefined) {
      refuse({ time: new Date().toISOString(), tool: name.slice(0, 80), outcome: "refused", code: "unknown_tool" });
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no tool ${JSON.stringify(name.slice(0, 80))} here.`,
      );
    }
    return imageDir === undefined ? result : withImageFile(await result, imageDir);
  };

  const handle = serveStdio(({ era }) => {
    const server = new Server(
      { name: "itpay", title: "ItPay", version: VERSION },
      { capabilities: { tools: {} }, instructions },
    );
    server.setRequestHandler("tools/list", () => ({ tools: list as never }));
    server.setRequestHandler("tools/call", async ({ params: { name, arguments: input } }, context) => {
      const result = (await run(name, input, context)) as never;
      const page = payPage(result);
      if (page === undefined || !opensPages(server, era, context) || context.mcpReq.inputResponses !== undefined)
        return result;
      // The person gets the image and the link in any case.
      if (era === "modern") return inputRequired({ inputRequests: { pay_page: inputRequired.elicitUrl(page) } });
      await context.mcpReq
        .elicitInput({ mode: "url", elicitationId: crypto.randomUUID(), ...page }, { timeout: ELICIT_MS })
        .catch(() => undefined);
      return result;
    });
    return server;
  });

  const ends = new AbortController();
  const { signal } = ends;
  await Promise.race([
    once(process.stdin, "end", { signal }),
    once(process.stdin, "close", { signal }),
    once(process, "SIGINT", { signal }),
    once(process, "SIGTERM", { signal }),
  ]);
  ends.abort();
  await handle.close();
}

/** Whether the client says that it can open a page for the person. Revision 2026-07-28 says so in each request. */
function opensPages(server: Server, era: "modern" | "legacy", { mcpReq }: ServerContext): boolean {
  const envelope = mcpReq.envelope as Readonly<Record<string, ClientCapabilities | undefined>> | undefined;
  const capabilities = era === "modern" ? envelope?.[CLIENT_CAPABILITIES_META_KEY] : server.getClientCapabilities();
  return capabilities?.elicitation?.url !== undefined;
}

/** The page that a person opens to pay, if the result has one that a browser opens safely. */
function payPage({
  content,
  structuredContent: { amount, currency, scan_url },
}: ToolResult): { url: string; message: string } | undefined {
  if (!content.some((part) => part.type === "image") || typeof scan_url !== "string") return undefined;
  const { protocol, hostname } = new URL(scan_url);
  if (protocol !== "https:" && !(protocol === "http:" && /^(127\.[\d.]+|localhost|\[::1\])$/.test(hostname)))
    return undefined;
  return { url: scan_url, message: `Pay ${amount} ${currency}: opens the page of the payment.` };
}
