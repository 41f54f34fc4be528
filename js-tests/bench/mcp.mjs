// The time to the first `tools/list`: `npx itpay mcp` beside a bare server of the same MCP package.
//
//   make bench-mcp
//
// Each time is that of a fresh process. The contenders take turns. It fails if itpay takes more than twice the bare server's time.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const ROUNDS = Number(process.argv[2] ?? 21);
const MAX_RATIO = 2;
const root = fileURLToPath(new URL("../..", import.meta.url));

const BARE = `
  import { Server } from "@modelcontextprotocol/server";
  import { serveStdio } from "@modelcontextprotocol/server/stdio";
  serveStdio(() => {
    const server = new Server({ name: "bare", version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/list", () => ({ tools: [{ name: "hello", inputSchema: { type: "object" } }] }));
    return server;
  });`;

const OPENINGS = {
  initialize: [
    {
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
    },
    { method: "notifications/initialized" },
    { id: 2, method: "tools/list" },
  ],
  "2026-07-28": [
    {
      id: 2,
      method: "tools/list",
      params: {
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    },
  ],
};

/** Milliseconds until the tools are there. */
async function start(args, messages) {
  const begin = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"], env: { PATH: process.env.PATH } });
  const closed = once(child, "close");
  for (const message of messages) child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  let output = "";
  for await (const piece of child.stdout) {
    output += piece;
    if (output.includes('"tools":[')) break;
  }
  const taken = performance.now() - begin;
  if (!output.includes('"tools":[')) throw new Error(`${args.join(" ")}: ${output}`);
  child.kill();
  await closed;
  return taken;
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

const folder = mkdtempSync(join(root, "js-tests/node_modules/.bench-mcp-"));
try {
  const [installed, bundled] = [join(folder, "installed.mjs"), join(folder, "bundled.mjs")];
  writeFileSync(installed, BARE);
  await build({ entryPoints: [installed], outfile: bundled, bundle: true, platform: "node", format: "esm" });
  const contenders = {
    itpay: [join(root, "pkg/dist/bin/itpay.mjs"), "mcp"],
    "bare, installed": [installed],
    "bare, bundled": [bundled],
  };
  let isSlow = false;
  for (const [opening, messages] of Object.entries(OPENINGS)) {
    const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [name, args] of Object.entries(contenders)) times[name].push(await start(args, messages));
    console.log(`\n${opening}: to the first tools/list, ms, medians of ${ROUNDS}\n`);
    const own = median(times.itpay);
    for (const [name, taken] of Object.entries(times)) {
      const ms = median(taken);
      console.log(
        `  ${name.padEnd(16)} ${ms.toFixed(1).padStart(8)}${name === "itpay" ? "" : `   itpay takes ${(own / ms).toFixed(2)} of it`}`,
      );
      isSlow ||= own / ms > MAX_RATIO;
    }
  }
  if (isSlow) throw new Error(`more than ${MAX_RATIO} times a bare server's time`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
