// `npx itpay mcp` with the official MCP client at its other end, for tests.

import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const COMMAND = fileURLToPath(new URL("../pkg/dist/bin/itpay.mjs", import.meta.url));

/** Clients that send `initialize`, and clients of the stateless revision. */
export const ERAS = { "2025-11-25": {}, "2026-07-28": { versionNegotiation: { mode: { pin: "2026-07-28" } } } };

/** Connects a client. `call` resolves with the structured result; `stderr()` returns the server's standard error so far. */
export async function startMcp(
  args = [],
  { env = {}, era = "2025-11-25", cwd, capabilities = {}, handlers = {} } = {},
) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [COMMAND, "mcp", ...args],
    env: { PATH: process.env.PATH, ...env },
    cwd,
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr.on("data", (piece) => (stderr += piece));
  const client = new Client({ name: "itpay-tests", version: "1" }, { capabilities, ...ERAS[era] });
  for (const [method, handle] of Object.entries(handlers)) client.setRequestHandler(method, handle);
  await client.connect(transport);
  const execute = (name, input = {}, options) => client.callTool({ name, arguments: input }, options);
  return {
    client,
    transport,
    execute,
    call: async (...args) => (await execute(...args)).structuredContent,
    stderr: () => stderr,
    /** The first entries of the log. They come through another pipe than the responses. */
    audit: async (count) => {
      const lines = () => stderr.split("\n").slice(0, -1);
      while (lines().length < count) await once(transport.stderr, "data");
      return lines().map((line) => JSON.parse(line));
    },
    close: () => client.close(),
  };
}
