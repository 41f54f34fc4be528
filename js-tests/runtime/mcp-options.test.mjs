// The command line of `npx itpay mcp`: keys, limits and files are checked before it starts.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { PURCHASE, registerService } from "../agent-tools.mjs";
import { startMcp } from "../mcp-client.mjs";
import { startSandbox } from "../sandbox-command.mjs";

const folder = mkdtempSync(join(tmpdir(), "itpay-mcp-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it with an input that has ended: if it starts, it ends at once. */
const run = (args, env = {}) =>
  spawnSync(
    process.execPath,
    [fileURLToPath(new URL("../../pkg/dist/bin/itpay.mjs", import.meta.url)), "mcp", ...args],
    { env: { PATH: process.env.PATH, ...env }, input: "", encoding: "utf8", timeout: 20_000 },
  );

const starts = (args, env) => {
  const { status, stderr, stdout } = run(args, env);
  assert.deepEqual([status, stderr, stdout], [0, "", ""], args.join(" "));
};
const isRefused = (args, env, pattern) => {
  const { status, stderr, stdout } = run(args, env);
  assert.equal(status, 2, `${args.join(" ")}: ${stderr}`);
  assert.equal(stdout, "");
  assert.match(stderr, pattern);
  assert.match(stderr, /^itpay mcp: .*[.?]\nSee npx itpay mcp --help\.\n$/);
  assert.doesNotMatch(stderr, /secret/);
};

test("a live key needs --live, and --live a live key, a service and a largest amount", () => {
  const limit = ["--max-amount", "50.00CNY"];
  starts([]);
  starts([], { ITPAY_API_KEY: "sk_test_1" });
  starts(["--live", "--service", "svc_1", ...limit], { ITPAY_API_KEY: "sk_liv_1" });
  starts(["--live", ...limit], { ITPAY_API_KEY: "sk_liv_1", ITPAY_SERVICE_ID: "svc_1" });
  isRefused([], { ITPAY_API_KEY: "sk_liv_secret" }, /is a live key/);
  isRefused([], { ITPAY_API_KEY: "sk_live_secret", ITPAY_BASE_URL: "http://127.0.0.1:9/v1" }, /is a live key/);
  isRefused(["--live", "--service", "svc_1"], { ITPAY_API_KEY: "sk_test_secret" }, /is a test key/);
  isRefused(["--live", "--service", "svc_1"], {}, /needs a live key/);
  isRefused(["--live", ...limit], { ITPAY_API_KEY: "sk_liv_secret" }, /needs --service/);
  isRefused(
    ["--live", "--service", "svc_1"],
    { ITPAY_API_KEY: "sk_liv_secret" },
    /--live needs --max-amount, the largest amount of one payment: --max-amount 50\.00CNY/,
  );
});

test("without --live a remote gateway requires a test key", () => {
  starts([], { ITPAY_API_KEY: "sk_test_1", ITPAY_BASE_URL: "https://sandbox.example/v1" });
  starts([], { ITPAY_API_KEY: "other", ITPAY_BASE_URL: "http://localhost:9/v1" });
  isRefused([], { ITPAY_API_KEY: "secret", ITPAY_BASE_URL: "https://api.example/v1" }, /must be a test key/);
  isRefused([], { ITPAY_BASE_URL: "https://127.0.0.1.example/v1" }, /must be a test key/);
  isRefused([], { ITPAY_BASE_URL: "http://127.0.0.1:9/v1" }, /API key/);
  isRefused([], { ITPAY_API_KEY: "sk_test_secret", ITPAY_BASE_URL: "nonsense" }, /ITPAY_BASE_URL/);
});

test("each option is checked", () => {
  starts([
    "--max-amount",
    "50.00CNY",
    "--max-amount",
    "7USD",
    "--max-per-hour",
    "0",
    "--allow",
    "itpay_show_qr,itpay_check_payment",
    "--channel",
    "alipay",
    "--agent",
    "agent_1",
    "--port",
    "0",
  ]);
  for (const value of ["", "50", "CNY", "-1CNY", "0CNY", "NaNCNY", "1.234CNY", "50cny", "50XXXX"])
    isRefused([`--max-amount=${value}`], {}, /--max-amount/);
  isRefused(["--max-amount", "1CNY", "--max-amount", "2CNY"], {}, /CNY twice/);
  for (const value of ["", "-1", "NaN", "1.5", "1e3", "many"])
    isRefused([`--max-per-hour=${value}`], {}, /--max-per-hour/);
  for (const value of ["", "itpay_refund", "itpay_show_qr,", "__proto__", "*"])
    isRefused([`--allow=${value}`], {}, /--allow/);
  for (const name of ["service", "channel", "agent", "state", "log", "image-dir"])
    isRefused([`--${name}=`], {}, new RegExp(`--${name} must not be empty`));
  for (const value of ["", "-1", "65536", "x"]) isRefused([`--port=${value}`], {}, /--port/);
  isRefused(
    ["--port", "8402"],
    { ITPAY_API_KEY: "sk_test_1", ITPAY_BASE_URL: "http://127.0.0.1:9/v1" },
    /--port is for a sandbox of its own/,
  );
  for (const args of [["--nonsense"], ["word"], ["--live=yes"]])
    isRefused(args, {}, /no option|not expected|takes no value/);
});

test("--help lists every option", () => {
  const { status, stdout } = run(["--help"]);
  assert.equal(status, 0);
  for (const option of [
    "live",
    "allow",
    "max-amount",
    "max-per-hour",
    "service",
    "channel",
    "agent",
    "state",
    "log",
    "image-dir",
    "port",
  ])
    assert.match(stdout, new RegExp(`^ +--${option} `, "m"));
});

test("a file or folder that can't be used is an error before anything starts", () => {
  const [state, text, dir] = [join(folder, "state.json"), join(folder, "notes.txt"), join(folder, "dir")];
  mkdirSync(dir);
  writeFileSync(text, "my notes");
  starts(["--state", state, "--log", join(folder, "log"), "--image-dir", dir]);
  for (const content of ["my notes", "null", "[]", '{"payments":1}', '{"payments":{"a":"b"}}', ""]) {
    writeFileSync(text, content);
    isRefused(["--state", text], {}, /is not a file of this command/);
    assert.equal(readFileSync(text, "utf8"), content, "it is left as it was");
  }
  isRefused(["--state", join(folder, "none/state.json")], {}, /--state .* can't be written/);
  isRefused(["--log", dir], {}, /--log .* can't be written/);
  isRefused(["--image-dir", join(folder, "none")], {}, /--image-dir/);
  isRefused(["--image-dir", text], {}, /--image-dir/);
});

test("limits of the command line hold for every client, and a lock or a broken state file allows nothing", async () => {
  const sandbox = await startSandbox();
  const service = await registerService(sandbox.client);
  const env = { ITPAY_BASE_URL: `${sandbox.url}/v1`, ITPAY_API_KEY: "sk_test_sandbox", ITPAY_SERVICE_ID: service };
  const state = join(folder, "broken.json");
  const { call, close } = await startMcp(
    ["--max-amount", "50.00CNY", "--state", state, "--agent", "agent_7", "--channel", "alipay"],
    { env },
  );
  assert.equal((await call("itpay_create_payment", { ...PURCHASE, amount: "50.01" })).error.code, "amount_too_large");
  assert.equal(
    (await call("itpay_create_payment", { ...PURCHASE, currency: "USD" })).error.code,
    "currency_not_allowed",
  );
  const { payment_id } = await call("itpay_create_payment", PURCHASE);
  assert.equal(statSync(state).mode & 0o777, 0o600);
  const intent = await sandbox.client.paymentIntents.retrieve(payment_id);
  assert.deepEqual([intent.payer, intent.channel, intent.service_id], [{ agent_id: "agent_7" }, "alipay", service]);

  // The old lock of a process that was killed.
  mkdirSync(`${state}.lock`);
  utimesSync(`${state}.lock`, 0, 0);
  assert.equal((await call("itpay_create_payment", PURCHASE)).status, "pending");
  assert.ok(!existsSync(`${state}.lock`));
  writeFileSync(state, "half of it");
  assert.equal((await call("itpay_create_payment", PURCHASE)).error.code, "counter_failed");
  assert.equal(readFileSync(state, "utf8"), "half of it");
  await close();
  await sandbox.stop();
});

test("no other command and no entry has the MCP server in it", () => {
  const dist = fileURLToPath(new URL("../../pkg/dist/", import.meta.url));
  const files = readdirSync(dist, { recursive: true }).filter((name) => /\.[cm]?js$/.test(name));
  const isServer = (name) => /server\/discover/.test(readFileSync(join(dist, name), "utf8"));
  assert.deepEqual(files.filter(isServer), [join("bin", "mcp.mjs")]);
  const importers = files.filter((name) =>
    /import\("\.\/mcp\.mjs"\)|bin\/mcp\.mjs/.test(readFileSync(join(dist, name), "utf8")),
  );
  assert.deepEqual(importers, [join("bin", "itpay.mjs")]);
  assert.doesNotMatch(readFileSync(join(dist, "bin/itpay.mjs"), "utf8"), /^import .*(mcp|agents)\.mjs/m);
});
