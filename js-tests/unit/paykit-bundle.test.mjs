// A bundle of `itpay/paykit` has the wasm that is used, and no other.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "esbuild";

const here = fileURLToPath(new URL("../", import.meta.url));

async function bundle(contents, conditions, use) {
  const outdir = mkdtempSync(join(here, "node_modules/.paykit-bundle-"));
  try {
    await build({
      stdin: { contents, resolveDir: here },
      bundle: true,
      minify: true,
      format: "esm",
      outdir,
      outExtension: { ".js": ".mjs" },
      conditions,
      loader: { ".wasm": "copy" },
    });
    return await use(outdir);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const wasm = (outdir) =>
  readdirSync(outdir)
    .filter((file) => file.endsWith(".wasm"))
    .map((file) => file.split("-")[0])
    .sort();

for (const [what, code, modules] of [
  ["PayKit alone", 'export { PayKit } from "itpay/paykit";', []],
  ["PayKit with GoPay", 'export { PayKit } from "itpay/paykit"; export { gopay } from "itpay/gopay";', ["gopay"]],
  ["PayKit with ItPay", 'export { PayKit, itpay } from "itpay/paykit";', ["paykit", "webhooks"]],
]) {
  test(`${what} brings the wasm of ${modules.join(", ") || "nothing"} into a Worker`, async () => {
    assert.deepEqual(await bundle(code, ["workerd"], wasm), modules);
  });
}

test("a minified bundle with ItPay's provider works, and its errors have their names", async () => {
  const code = 'export { PayKit, createItpay } from "itpay/paykit"; export { createSandbox } from "itpay/sandbox";';
  await bundle(code, ["browser", "module"], async (outdir) => {
    const { PayKit, createItpay, createSandbox } = await import(pathToFileURL(join(outdir, "stdin.mjs")));
    const { apiKey, fetch, close } = createSandbox();
    const paykit = new PayKit(createItpay({ apiKey, fetch, agentId: "a" }));
    assert.equal(await paykit.payments.retrieve("pi_none"), null);
    await assert.rejects(paykit.payments.create({ amount: 0 }), { name: "ValidationError", field: "amount" });
    close();
  });
});
