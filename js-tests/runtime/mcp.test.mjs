// `npx itpay mcp` with the official MCP client over stdio, in both eras of the protocol. A whole purchase is made, in which
// the wallet pays over HTTP.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { PURCHASE, registerService } from "../agent-tools.mjs";
import { ENVIRONMENT } from "../command-line.mjs";
import { ERAS, startMcp } from "../mcp-client.mjs";
import { startSandbox } from "../sandbox-command.mjs";

const folder = mkdtempSync(join(tmpdir(), "itpay-mcp-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Presses the button of the wallet's page, as a person would. */
const press = (scanUrl, action) =>
  fetch(scanUrl, { method: "POST", body: new URLSearchParams({ action }), redirect: "manual" });

for (const era of Object.keys(ERAS)) {
  test(`${era}: an agent is paid on a sandbox of its own, by a wallet over HTTP`, { timeout: 60_000 }, async () => {
    const { client, call, execute, audit, close } = await startMcp([], { era });
    assert.equal(client.getServerVersion()?.name, "itpay");
    assert.match(client.getInstructions(), /sandbox/);
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).sort(), [
      "itpay_check_payment",
      "itpay_create_payment",
      "itpay_search_services",
      "itpay_show_qr",
      "itpay_wait_for_payment",
    ]);
    assert.deepEqual(tools[0].annotations, {
      title: "Create a payment",
      readOnlyHint: false,
      idempotentHint: false,
      destructiveHint: false,
      openWorldHint: true,
    });
    assert.deepEqual(await audit(0), []);

    const { payment_id, amount, currency, status } = await call("itpay_create_payment", {
      ...PURCHASE,
      reference: "order 1",
    });
    assert.deepEqual([amount, currency, status], ["6.99", "CNY", "pending"]);
    const { content, structuredContent } = await execute("itpay_show_qr", { payment_id });
    const [image, text] = content;
    assert.deepEqual([image.type, image.mimeType, image.annotations], ["image", "image/png", { audience: ["user"] }]);
    assert.deepEqual(JSON.parse(text.text), structuredContent);
    assert.match(structuredContent.scan_url, /^http:\/\/127\.0\.0\.1:\d+\//);
    const page = await fetch(structuredContent.scan_url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /6\.99/);

    const progress = [];
    const waiting = call(
      "itpay_wait_for_payment",
      { payment_id, timeout_seconds: 30 },
      { onprogress: (step) => progress.push(step) },
    );
    while (progress.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal((await press(structuredContent.scan_url, "pay")).status, 303);
    assert.equal((await waiting).status, "succeeded");
    assert.deepEqual([progress[0].total, progress[0].message], [30, "The payment is qr_generated."]);
    const again = await execute("itpay_show_qr", { payment_id });
    assert.deepEqual(
      again.content.map(({ type }) => type),
      ["text"],
    );
    assert.equal((await call("itpay_create_payment", { ...PURCHASE, reference: "order 1" })).status, "succeeded");

    assert.deepEqual(
      (await audit(5)).map(({ tool, outcome, payment, amount: paid }) => [tool, outcome, payment, paid]),
      [
        ["itpay_create_payment", "ok", payment_id, "6.99 CNY"],
        ["itpay_show_qr", "ok", payment_id, "6.99 CNY"],
        ["itpay_wait_for_payment", "ok", payment_id, "6.99 CNY"],
        ["itpay_show_qr", "ok", payment_id, "6.99 CNY"],
        ["itpay_create_payment", "ok", payment_id, "6.99 CNY"],
      ],
    );
    await close();
  });

  test(`${era}: a client that opens pages is asked to open the payment's, and gets the image and the link in any case`, async () => {
    for (const respond of [() => ({ action: "accept" }), () => ({ action: "decline" }), () => ({ action: "cancel" })]) {
      const asked = [];
      const { call, execute, close } = await startMcp([], {
        era,
        capabilities: { elicitation: { url: {} } },
        handlers: { "elicitation/create": ({ params }) => (asked.push(params), respond()) },
      });
      const { payment_id } = await call("itpay_create_payment", PURCHASE);
      const { content, structuredContent } = await execute("itpay_show_qr", { payment_id });
      assert.deepEqual(
        content.map(({ type }) => type),
        ["image", "text"],
      );
      assert.equal(asked.length, 1);
      assert.deepEqual([asked[0].mode, asked[0].url], ["url", structuredContent.scan_url]);
      assert.match(asked[0].message, /6\.99 CNY/);
      await close();
    }
  });

  test(`${era}: a tool that is not offered is an error, and is in the log`, async () => {
    const { client, execute, audit, close } = await startMcp(
      ["--allow", "itpay_search_services", "--allow", "itpay_check_payment,itpay_show_qr"],
      { era },
    );
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      ["itpay_show_qr", "itpay_check_payment", "itpay_search_services"],
    );
    const names = ["itpay_create_payment", "itpay_refund", "__proto__"];
    for (const name of names) await assert.rejects(execute(name, PURCHASE), /no tool/);
    assert.deepEqual(
      (await audit(3)).map(({ tool, code }) => [tool, code]),
      names.map((name) => [name, "unknown_tool"]),
    );
    await close();
  });
}

test("an older client whose page request fails still gets the image and the link", async () => {
  const { call, execute, close } = await startMcp([], {
    capabilities: { elicitation: { url: {} } },
    handlers: {
      "elicitation/create": () => {
        throw new Error("no browser");
      },
    },
  });
  const { payment_id } = await call("itpay_create_payment", PURCHASE);
  assert.deepEqual(
    (await execute("itpay_show_qr", { payment_id })).content.map(({ type }) => type),
    ["image", "text"],
  );
  await close();
});

test("the sandbox of ITPAY_BASE_URL is used, a reference survives a restart, and the hour's count does in --state", async () => {
  const sandbox = await startSandbox();
  const service = await registerService(sandbox.client);
  const env = { ITPAY_BASE_URL: `${sandbox.url}/v1`, ITPAY_API_KEY: "sk_test_sandbox", ITPAY_SERVICE_ID: service };
  const args = ["--state", join(folder, "state.json"), "--max-per-hour", "2"];
  const first = await startMcp(args, { env });
  const { payment_id } = await first.call("itpay_create_payment", { ...PURCHASE, reference: "order 1" });
  await first.close();
  const [second, third] = await Promise.all([startMcp(args, { env, era: "2026-07-28" }), startMcp(args, { env })]);
  assert.equal(
    (await second.call("itpay_create_payment", { ...PURCHASE, reference: "order 1" })).payment_id,
    payment_id,
  );
  assert.equal((await second.call("itpay_check_payment", { payment_id })).status, "pending");
  // Both at once: one more is left.
  const results = await Promise.all(
    [1, 2, 3, 4, 5, 6].flatMap(() => [
      second.execute("itpay_create_payment", PURCHASE),
      third.execute("itpay_create_payment", PURCHASE),
    ]),
  );
  assert.equal(results.filter(({ isError }) => !isError).length, 1);
  assert.doesNotMatch(second.stderr() + third.stderr(), /sk_test/);
  await Promise.all([second.close(), third.close(), sandbox.stop()]);
});

test("codes are files where the host attaches files, and lines of the log are in --log", async () => {
  const [images, log] = [mkdtempSync(join(folder, "images-")), join(folder, "audit.jsonl")];
  const { call, execute, stderr, close } = await startMcp(["--image-dir", images, "--log", log]);
  const { payment_id } = await call("itpay_create_payment", PURCHASE);
  const { structuredContent, content } = await execute("itpay_show_qr", { payment_id });
  assert.equal(structuredContent.image_path, join(images, `itpay-${payment_id}.png`));
  assert.deepEqual(JSON.parse(content[1].text), structuredContent);
  assert.deepEqual(readFileSync(structuredContent.image_path), Buffer.from(content[0].data, "base64"));
  assert.deepEqual(readdirSync(images), [`itpay-${payment_id}.png`]);
  assert.deepEqual(
    readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).tool),
    ["itpay_create_payment", "itpay_show_qr"],
  );
  assert.equal(stderr(), "");
  await close();
});

test("a .env file, which an agent may have written, is not read", async () => {
  const cwd = mkdtempSync(join(folder, "cwd-"));
  writeFileSync(
    join(cwd, ".env"),
    "ITPAY_BASE_URL=http://127.0.0.1:9/v1\nITPAY_API_KEY=sk_liv_agent\nITPAY_SERVICE_ID=svc_agent\n",
  );
  const { call, close } = await startMcp([], { cwd });
  assert.equal((await call("itpay_create_payment", PURCHASE)).status, "pending");
  await close();
});

test("it ends when the client hangs up, even in the middle of a wait, and by a signal", {
  timeout: 60_000,
}, async () => {
  for (const end of [(child) => child.stdin.end(), (child) => child.kill("SIGTERM"), (child) => child.kill("SIGINT")]) {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL("../../pkg/dist/bin/itpay.mjs", import.meta.url)), "mcp"],
      { stdio: ["pipe", "pipe", "ignore"], env: ENVIRONMENT },
    );
    let output = "";
    child.stdout.on("data", (piece) => (output += piece));
    const received = async (text) => {
      while (!output.includes(text)) await once(child.stdout, "data");
    };
    const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    const exit = once(child, "exit");
    send({
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "a", version: "1" } },
    });
    send({ method: "notifications/initialized" });
    send({ id: 2, method: "tools/call", params: { name: "itpay_create_payment", arguments: PURCHASE } });
    await received('"id":2');
    const { payment_id } = JSON.parse(
      output
        .trim()
        .split("\n")
        .find((line) => line.includes('"id":2')),
    ).result.structuredContent;
    send({
      id: 3,
      method: "tools/call",
      params: {
        name: "itpay_wait_for_payment",
        arguments: { payment_id, timeout_seconds: 120 },
        _meta: { progressToken: 1 },
      },
    });
    await received("notifications/progress");
    const start = performance.now();
    end(child);
    assert.deepEqual((await exit)[1] ?? "exited", "exited");
    assert.ok(performance.now() - start < 5000);
  }
});

test("lines that are no JSON-RPC and calls without arguments do not end it", async () => {
  const { transport, execute, client, close } = await startMcp();
  for (const line of ["nonsense", "{}", "[]", "null", '{"jsonrpc":"2.0","id":null,"method":"x"}', "\u0000"])
    transport._process.stdin.write(`${line}\n`);
  assert.equal((await execute("itpay_create_payment", undefined)).isError, true);
  assert.equal((await client.listTools()).tools.length, 5);
  await close();
});

test("a host that reads the log late gets a line for each call", { timeout: 60_000 }, async () => {
  const CALLS = 1500;
  const { execute, transport, audit, close } = await startMcp();
  transport.stderr.pause();
  const calls = Array.from({ length: CALLS }, () => execute("itpay_check_payment", { payment_id: "pi_1" }));
  await Promise.race(calls);
  setTimeout(() => transport.stderr.resume(), 300);
  const codes = (await Promise.all(calls)).map(({ structuredContent }) => structuredContent.error.code);
  assert.deepEqual(new Set(codes), new Set(["unknown_payment"]));
  assert.equal((await audit(CALLS)).length, CALLS);
  await close();
});
