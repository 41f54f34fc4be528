// Starts each example against the sandbox over HTTP.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { ItPayClient } from "itpay";
import { createSandbox } from "itpay/sandbox";

import { startWorker } from "../workerd.mjs";

const sandbox = createSandbox({ deliver: async () => new Response() });
const server = createServer(async (request, response) => {
  const pieces = await request.toArray();
  const body = pieces.length > 0 ? { body: Buffer.concat(pieces) } : {};
  const answer = await sandbox.fetch(`http://sandbox${request.url}`, { method: request.method, headers: request.headers, ...body });
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => {
  server.close();
  server.closeAllConnections();
});

const ITPAY_BASE_URL = `http://127.0.0.1:${server.address().port}/v1`;
const service = await new ItPayClient({ apiKey: sandbox.apiKey, baseUrl: ITPAY_BASE_URL }).manifests.create({
  name: "S", payment_methods: { one_time: true }, accepted_channels: ["alipay"], settlement_currency: "CNY", endpoint: "https://shop.example/",
});
const env = { ITPAY_BASE_URL, ITPAY_API_KEY: sandbox.apiKey, ITPAY_SERVICE_ID: service.id };

async function script(variables, onOutput = () => undefined) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../../examples/script/pay.mjs", import.meta.url)), "1.50"], { env: { ...process.env, ...variables } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece) => {
      output += piece;
      onOutput(output);
    });
  }
  const [code] = await once(child, "exit");
  return { code, output };
}

test("the script draws a code, sees it paid and ends with 0", async () => {
  let pressed = false;
  const { code, output } = await script(env, (shown) => {
    if (pressed || !shown.includes("Scan to pay")) return;
    pressed = true;
    const { path } = sandbox.requests.findLast(({ path: asked }) => asked.endsWith("/qr"));
    void sandbox.pay(path.split("/").at(-2));
  });
  assert.equal(code, 0, output);
  assert.match(output, /Scan to pay CN¥1\.50[^]*succeeded/);
});

test("the script says in a line what is wrong with its key", async () => {
  const { code, output } = await script({ ...env, ITPAY_API_KEY: "sk_wrong" });
  assert.equal(code, 1);
  assert.match(output, /^AuthenticationError \(INVALID_API_KEY\): .*is the API key right\?\)\n$/);
});

test("the Worker answers with a picture of the code, without nodejs_compat", async () => {
  const worker = await startWorker(fileURLToPath(new URL("../../examples/worker-qr/worker.js", import.meta.url)), { bindings: env });
  try {
    const response = await worker.dispatchFetch("http://worker/");
    assert.deepEqual([response.status, response.headers.get("Content-Type")], [200, "image/svg+xml"]);
    assert.match(await response.text(), /^<svg [^]*<title>Pay CNY 6\.99<\/title>[^]*<\/svg>$/);
    const { path } = sandbox.requests.findLast(({ path: asked }) => asked.endsWith("/qr"));
    assert.equal(path.split("/").at(-2), response.headers.get("X-Payment-Intent"));
  } finally {
    await worker.dispose();
  }
});
