// Processes in which WebAssembly is switched off, or finds no address space: errors that say what to do.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(new URL("../../docs/runtimes.md", import.meta.url), "utf8");

// The first use of every module, each by the entry that has it, and `itpay/slim` in its two ways.
const program = `
  import { readFileSync } from "node:fs";
  import { createRequire } from "node:module";
  import { ItPayClient } from "itpay";
  import { GoPayClient } from "itpay/gopay";
  import { createItpay } from "itpay/paykit";
  import { toSvg } from "itpay/qr";
  import { createSandbox } from "itpay/sandbox";
  import { init, initSync, qrWasm } from "itpay/slim";
  import { toSvg as slimSvg } from "itpay/slim/qr";
  import { generateTestHeader } from "itpay/webhooks";

  const bytes = readFileSync(createRequire(import.meta.url).resolve("itpay/qr.wasm"));
  const uses = {
    client: () => new ItPayClient({ apiKey: "sk_test" }),
    gopay: () => new GoPayClient({ goId: "8123456789", clientId: "1", clientSecret: "s", isSandbox: true }),
    paykit: () => createItpay({ apiKey: "sk_test", webhookSecret: "whsec_1", fetch: async () => Response.json({ id: "pi_1", status: "succeeded", amount: { currency: "CNY", value: 699 } }) }).retrievePayment("pi_1"),
    qr: () => toSvg("x"),
    sandbox: () => createSandbox(),
    webhooks: () => generateTestHeader({ payload: "{}", secret: "whsec_1" }),
    initSync: () => (initSync(qrWasm, bytes), slimSvg("x")),
    init: async () => (await init(qrWasm, bytes), slimSvg("x")),
    fetched: async () => (await init(qrWasm, new Response(bytes, { headers: { "Content-Type": "application/wasm" } })), slimSvg("x")),
  };
  const outcome = {};
  for (const [name, use] of Object.entries(uses)) {
    try {
      await use();
      outcome[name] = "ok";
    } catch (error) {
      outcome[name] = error.name + " " + error.code + ": " + error.message;
    }
  }
  console.log(JSON.stringify(outcome));
`;

/** The result of each module's first use, in a process with these flags and this address space in KB. */
function outcomes(flags, addressSpace = "unlimited") {
  const command = `ulimit -v ${addressSpace} && exec "$0" "$@"`;
  const { stdout, stderr } = spawnSync(
    "bash",
    ["-c", command, process.execPath, ...flags, "--input-type=module", "-e", program],
    { cwd, encoding: "utf8" },
  );
  assert.notEqual(stdout, "", stderr);
  return Object.entries(JSON.parse(stdout));
}

test("without WebAssembly, each module's error names the cause and the remedy", () => {
  for (const [module, outcome] of outcomes(["--jitless"]))
    assert.match(outcome, /^ItPayError wasm_unsupported: .*--jitless/, module);
});

test("without address space, each module's error names the cause and the remedy", {
  skip: process.platform !== "linux",
}, () => {
  for (const [module, outcome] of outcomes([], 4_194_304))
    assert.match(outcome, /^ItPayError wasm_memory: .*ulimit -v.*--disable-wasm-trap-handler/, module);
});

test("with the flag that the error names, every module starts in so little address space", {
  skip: process.platform !== "linux",
}, () => {
  for (const [module, outcome] of outcomes(["--disable-wasm-trap-handler"], 4_194_304))
    assert.equal(outcome, "ok", module);
});

test("the documentation has both codes", () => {
  for (const code of ["wasm_unsupported", "wasm_memory"]) assert.ok(page.includes(code), code);
});
