// "Go to definition" in an example, as an editor asks TypeScript's language server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

/** Starts the language server. The result sends a request and resolves to its result. */
function startServer() {
  const server = spawn(process.execPath, [tsc, "--lsp", "--stdio"], {
    cwd: fileURLToPath(root),
    stdio: ["pipe", "pipe", "ignore"],
  });
  after(() => server.kill());
  const pending = new Map();
  let received = Buffer.alloc(0);
  const send = (message) => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    server.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    server.stdin.write(body);
  };
  const receive = (message) => {
    if (message.method === undefined) pending.get(message.id)?.(message.result);
    else if (message.id !== undefined)
      send({
        id: message.id,
        result: message.method === "workspace/configuration" ? message.params.items.map(() => null) : null,
      });
  };
  server.stdout.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const end = received.indexOf("\r\n\r\n") + 4;
      const length = Number(/Content-Length: (\d+)/.exec(received.subarray(0, end).toString())?.[1]);
      if (end < 4 || received.length < end + length) return;
      receive(JSON.parse(received.subarray(end, end + length).toString()));
      received = received.subarray(end + length);
    }
  });
  const request = (method, params) =>
    new Promise((resolve) => {
      const id = pending.size + 1;
      pending.set(id, resolve);
      send({ id, method, params });
    });
  return { request, notify: (method, params) => send({ method, params }) };
}

/** The files, below the repository, of the definition of a name at its first use in a file. */
async function definition({ request, notify }, file, name) {
  const { href: uri } = new URL(file, root);
  const text = readFileSync(new URL(uri), "utf8");
  notify("textDocument/didOpen", { textDocument: { uri, languageId: "javascript", version: 1, text } });
  const lines = text.slice(0, text.indexOf(name)).split("\n");
  const position = { line: lines.length - 1, character: lines.at(-1).length + 1 };
  const found = await request("textDocument/definition", { textDocument: { uri }, position });
  return found.map((place) => place.uri.slice(root.href.length));
}

test("the definition of an import in an example is in the package's source", { timeout: 60_000 }, async () => {
  const server = startServer();
  await server.request("initialize", { processId: process.pid, rootUri: root.href, capabilities: {} });
  server.notify("initialized", {});
  for (const [file, name, source] of [
    ["examples/script/pay.mjs", "ItPayClient", "client/client.ts"],
    ["examples/script/pay.mjs", "toTerminal", "qr/qr.ts"],
    ["examples/demo/worker.js", "createWebhookHandler", "webhooks/webhook-handler.ts"],
    ["examples/scenario/merchant.mjs", "createGopayWebhookHandler", "gopay/webhook-handler.ts"],
    ["examples/scenario/merchant.mjs", "createNodeHandler", "webhooks/node-handler.ts"],
  ])
    assert.deepEqual(await definition(server, file, name), [`pkg-template/src/${source}`], name);
});
