// `npx itpay sandbox`, as its users start it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { startCommand, startSandbox } from "../sandbox-command.mjs";

async function payment({ client }) {
  const service = await client.manifests.create({
    name: "S",
    payment_methods: { one_time: true },
    accepted_channels: ["alipay"],
    settlement_currency: "CNY",
    endpoint: "http://127.0.0.1:9/",
  });
  const intent = await client.paymentIntents.create({
    service_id: service.id,
    type: "one_time",
    amount: { currency: "CNY", value: 699 },
    payer: { agent_id: "a" },
  });
  await client.qr.generate(intent.id);
  return intent.id;
}

test("a payment works over HTTP, the wallet acts by POST, and Ctrl-C ends the sandbox", async () => {
  const run = await startSandbox();
  const id = await payment(run);
  assert.deepEqual(
    (await run.press(`payment-intents/${id}/pay`)).map((part) => part.status ?? part),
    [200, "succeeded"],
  );
  assert.equal((await run.client.paymentIntents.retrieve(id)).status, "succeeded");
  assert.equal((await run.press(`payment-intents/${id}/pay`))[0], 409);
  assert.equal((await run.press(`payment-intents/${id}/dance`))[0], 409);
  assert.equal((await run.press("payment-intents/%ff/pay"))[0], 409);
  assert.equal((await run.press("events/none/redeliver"))[0], 409);
  assert.equal((await fetch(`${run.url}/v1/services`, { method: "OPTIONS" })).status, 405);
  assert.equal((await fetch(`${run.url}/v1/services`, { method: "POST", body: "x".repeat(2 ** 20 + 1) })).status, 413);
  assert.match(
    run.output,
    /is pending\n[^]*is qr_generated\n[^]*is scanning\n[^]*is authorized\n[^]*is captured\n[^]*is succeeded\n/,
  );
  assert.ok(!run.output.includes("\u001b["));
  run.child.kill("SIGINT");
  assert.deepEqual(await run.exit, [0, null]);
});

test("with --state a restart continues", async () => {
  const folder = mkdtempSync(join(tmpdir(), "itpay-"));
  try {
    const state = join(folder, "state.json");
    const first = await startSandbox("--state", state);
    const id = await payment(first);
    first.child.kill("SIGKILL"); // even so: what was answered is in the file
    await first.exit;
    assert.ok(!readFileSync(state, "utf8").includes("whsec_"));
    const second = await startSandbox("--state", state);
    assert.equal((await second.client.paymentIntents.retrieve(id)).status, "qr_generated");
    second.child.kill("SIGINT");
    await second.exit;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a wallet declines with a reason, and each delivery attempt is a log line", async () => {
  const merchant = createServer((_, response) => response.writeHead(418).end("a\u001b[31m\nteapot"));
  merchant.listen(0, "127.0.0.1");
  await once(merchant, "listening");
  const run = await startSandbox("--webhook", `http://127.0.0.1:${merchant.address().port}/hook`);
  const id = await payment(run);
  assert.equal((await run.press(`payment-intents/${id}/fail`, { reason: 7 }))[0], 400);
  assert.equal((await run.press(`payment-intents/${id}/fail`, { reason: "insufficient funds" }))[1].status, "failed");
  await run.until("418 a [31m teapot\n");
  assert.match(run.output, new RegExp(`→ payment_intent\\.failed evt_\\S+ of ${id} to http://127`));
  assert.match(await (await fetch(`${run.url}/pay/${id}`)).text(), /insufficient funds/);
  await run.stop();
  merchant.close();
  merchant.closeAllConnections();
});

test("a foreign host name and a page of another site are rejected", async () => {
  const run = await startSandbox();
  const id = await payment(run);
  const { port } = new URL(run.url);
  const ask = async (path, headers, method = "GET") => {
    const [response] = await once(request({ port, host: "127.0.0.1", path, method, headers }).end(), "response");
    return [response.statusCode, Buffer.concat(await response.toArray()).toString()];
  };
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    "127.0.0.1.evil.example",
    "192.0.2.1",
    "x@evil.example",
    "local host",
    "[::2]",
  ]) {
    for (const path of ["/", "/v1/services", "/sandbox/live", `/pay/${id}`])
      assert.equal((await ask(path, { Host: host }))[0], 403, `${host} ${path}`);
  }
  for (const host of ["localhost", `localhost:${port}`, "127.0.0.1", "127.9.9.9:1", "[::1]:8402", "shop.localhost"])
    assert.equal((await ask("/", { Host: host }))[0], 200, host);
  const pay = `/sandbox/payment-intents/${id}/pay`;
  const own = { Host: `localhost:${port}` };
  for (const foreign of [
    { Origin: "https://evil.example" },
    { Origin: "null" },
    { Origin: `http://127.0.0.1:${port}` },
    { Origin: "http://localhost:1" },
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
  ]) {
    for (const path of [pay, `/pay/${id}`, "/"])
      assert.equal((await ask(path, { ...own, ...foreign }, "POST"))[0], 403, JSON.stringify(foreign));
  }
  assert.equal((await ask("/sandbox/live", own, "POST"))[0], 405);
  assert.equal((await ask("/sandbox/other", own, "POST"))[0], 404);
  assert.equal((await ask("/nowhere", own, "POST"))[0], 405);
  assert.equal(
    (await ask(pay, { ...own, Origin: `http://localhost:${port}`, "Sec-Fetch-Site": "same-origin" }, "POST"))[0],
    200,
  );
  await run.stop();
});

test("with --host and --url it has other names, also in its codes", async () => {
  const run = await startSandbox("--host", "0.0.0.0", "--url", "https://sandbox.test:8402");
  assert.match(run.output, /ITPAY_BASE_URL=https:\/\/sandbox\.test:8402\/v1\n/);
  await run.stop();
  for (const host of ["0.0.0.0", "::1"]) {
    const other = await startSandbox("--host", host);
    const response = await fetch(other.url);
    assert.equal(response.status, 200, other.url);
    assert.ok(!other.url.includes("0.0.0.0"), other.url);
    await other.stop();
  }
});

test("an impossible command is explained in a sentence", async () => {
  const run = await startSandbox();
  const taken = startCommand("sandbox", "--port", new URL(run.url).port);
  assert.deepEqual([(await taken.exit)[0], /in use/.test(taken.errors)], [1, true]);
  run.child.kill("SIGINT");
  const unwritable = startCommand("sandbox", "--port", "0", "--state", "/none/state.json");
  assert.deepEqual([(await unwritable.exit)[0], /cannot be written/.test(unwritable.errors)], [1, true]);
  for (const args of [
    ["sandbox", "--port", "x"],
    ["sandbox", "--port", "70000"],
    ["sandbox", "--port", ""],
    ["sandbox", "--webhook", "x"],
    ["sandbox", "--host", ""],
    ["sandbox", "--url", "sandbox.test"],
    ["sandbox", "--url", "http://x/path"],
    ["sandbox", "--what"],
    ["what"],
  ]) {
    const wrong = startCommand(...args);
    const [code] = await wrong.exit;
    assert.equal(code, 2, args.join(" "));
    assert.ok(wrong.errors.length > 10 && !wrong.errors.includes("    at "), wrong.errors);
  }
});

test("on a terminal the log is short and colored, and NO_COLOR turns colors off", {
  skip: process.platform !== "linux",
}, async (t) => {
  const command = fileURLToPath(new URL("../../pkg/dist/bin/itpay.mjs", import.meta.url));
  const line = async (env) => {
    // script runs the command in a pseudo-terminal and passes its input on. The environment is a plain
    // terminal's: Node.js looks there for the colors, and turns them off where CI is set.
    const program = `stty cols 100; '${process.execPath}' '${command}' sandbox --port 0`;
    const terminal = spawn("script", ["-qec", program, "/dev/null"], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: "xterm", ...env },
    });
    t.after(() => terminal.kill());
    terminal.stdout.setEncoding("utf8");
    let output = "";
    const until = async (pattern) => {
      while (!pattern.test(output)) output += (await once(terminal.stdout, "data"))[0];
      return pattern.exec(output);
    };
    const [, url] = await until(/ITPAY_BASE_URL=(\S+)[^]*curl/);
    await fetch(`${url}/services?q=`);
    const [found] = await until(/[^\n]*GET \/v1\/services\S+ \d+/);
    terminal.stdin.write("\x03");
    await once(terminal, "exit");
    return found.replace(/\d\d:\d\d:\d\d/, "TIME");
  };
  const [gray, yellow, plain] = ["\x1b[90m", "\x1b[33m", "\x1b[39m"];
  assert.equal(await line({}), `${gray}TIME${plain} ${yellow}←${plain} GET /v1/services?q= 401`);
  assert.equal(await line({ NO_COLOR: "1" }), "TIME ← GET /v1/services?q= 401");
});
