// The contents of a bundler's output.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { wasmIn, wasmPieces } from "../wasm-pieces.mjs";
import { outcomeIn } from "./browser.mjs";
import { execute } from "./consumer.mjs";
import { node } from "./runtimes.mjs";

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".map"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}

/** The wasm modules that the files carry, by name, each as often as it is there. */
export function modulesIn(folder, packed) {
  return wasmIn(
    files(folder).map((file) => file.toString("latin1")),
    wasmPieces(packed.installed),
  );
}

function checkNone(folder, pattern) {
  for (const file of files(folder)) {
    const found = pattern.exec(file.toString("latin1"));
    assert.ok(found === null, `in the bundle there is ${found?.[0]}`);
  }
}

/** Checks that a bundle for a page has each module once and nothing of Node's. */
export function checkPage(folder, packed) {
  assert.deepEqual(modulesIn(folder, packed), ["client", "qr", "webhooks"]);
  // The name alone may occur: signature.ts asks a process, if there is one, for its crypto.
  checkNone(folder, /readFileSync|__dirname|(?:require\(|import\(|import|from)\s*["'`](?:node:|fs|path|crypto)/);
}

/** Checks that a bundle of shared/webhooks.js has nothing of the client, of GoPay and of QR codes. */
export function checkWebhooksOnly(folder, packed) {
  assert.deepEqual(modulesIn(folder, packed), ["webhooks"]);
  checkNone(folder, /ItPayClient|payment_intents_wait|GoPayClient|paymentIntents|toTerminal|errorCorrection/);
}

/** Bundles a page and runs it, and a page that only verifies webhooks. `build` bundles an entry into a folder. */
export async function runPage(folder, packed, build) {
  await build("page.js", "dist");
  checkPage(join(folder, "dist"), packed);
  await build("webhooks.js", "webhooks");
  checkWebhooksOnly(join(folder, "webhooks"), packed);
  cpSync(join(folder, "index.html"), join(folder, "dist/index.html"));
  return outcomeIn(join(folder, "dist"));
}

/** Runs a bundle for servers by Node away from where it was built: nothing may have been left behind. */
export async function runElsewhere(folder, file, packed) {
  const elsewhere = mkdtempSync(join(packed.folder, "elsewhere-"));
  cpSync(folder, elsewhere, { recursive: true });
  return JSON.parse(await execute(node(24), [join(elsewhere, file)], { cwd: "/" }));
}
