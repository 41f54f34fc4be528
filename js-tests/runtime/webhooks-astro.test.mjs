// The Astro block of docs/webhooks.md in Astro's own development server. Only by `make test-astro`, because npm takes
// minutes to install Astro, and Astro needs Node 22.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { generateTestHeader } from "itpay/webhooks";

const SECRET = "whsec_astro";
const { ASTRO } = process.env;
const root = fileURLToPath(new URL("../../", import.meta.url));

test("docs/webhooks.md: Astro's server handles a signed event once and rejects a forged one", {
  skip: ASTRO === undefined,
}, async (t) => {
  const page = readFileSync(join(root, "docs/webhooks.md"), "utf8");
  const folder = mkdtempSync(join(ASTRO, "site-"));
  const pages = join(folder, "src/pages");
  mkdirSync(pages, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(pages, "webhook.js"), /^### Astro\n\n```js\n([^]*?)^```$/m.exec(page)[1]);
  writeFileSync(join(pages, "on.js"), /^```js file=on\.js\n([^]*?)^```$/m.exec(page)[1]);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(ASTRO, "node_modules/astro"), join(folder, "node_modules/astro"));
  cpSync(join(root, "pkg"), join(folder, "node_modules/itpay"), { recursive: true });

  const node = join(ASTRO, "node_modules/node22/bin/node");
  const bin = join(ASTRO, "node_modules/.bin/astro");
  const server = spawn(node, [bin, "dev", "--host", "127.0.0.1"], {
    cwd: folder,
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: "1", ITPAY_WEBHOOK_SECRET: SECRET },
  });
  t.after(async () => {
    server.kill();
    await once(server, "exit");
    rmSync(folder, { recursive: true, force: true });
  });
  let output = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (data) => (output += data));
  const address = () => /http:\/\/127\.0\.0\.1:\d+\//.exec(output)?.[0];
  for (let tries = 0; tries < 300 && address() === undefined; tries += 1) await sleep(100);
  assert.ok(address(), output);

  const body = '{"id":"evt_1","type":"payment_intent.succeeded","data":{"id":"pi_1","note":"支付"}}';
  const post = async (secret) => {
    const headers = {
      "content-type": "application/json",
      "x-itpay-signature": generateTestHeader({ payload: body, secret }),
    };
    const response = await fetch(`${address()}webhook`, { method: "POST", body, headers });
    return [response.status, await response.text()];
  };
  assert.deepEqual(await post(SECRET), [200, '{"status":"received"}']);
  assert.deepEqual(await post(SECRET), [200, '{"status":"already_processed"}']);
  assert.deepEqual(await post("whsec_forged"), [401, '{"error":"Invalid signature"}']);
});
