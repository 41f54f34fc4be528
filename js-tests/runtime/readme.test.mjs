// Runs every JavaScript block of the README and of docs/ as it stands.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
import { test } from "node:test";

import { ItPayClient } from "itpay";
import { createSandbox } from "itpay/sandbox";
import { generateTestHeader } from "itpay/webhooks";

import { startCommand } from "../sandbox-command.mjs";
import { startWorker } from "../workerd.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = new Map([...readme.matchAll(/^## (.+)\n(?:(?!^## )[^])*?^```js\n([^]*?)^```$/gm)].map(([, title, code]) => [title, code]));

/** The block as a file, from where the package is found by its name. */
function file(title, code = blocks.get(title)) {
  const folder = join(root, "js-tests/node_modules/.readme");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${title.replaceAll(/\W+/g, "-")}.mjs`);
  writeFileSync(path, code);
  return path;
}

/** Runs it and returns what it logged. */
async function run(title, code = blocks.get(title)) {
  const lines = [];
  const { log } = console;
  console.log = (...values) => lines.push(values.map(String).join(" "));
  try {
    await import(pathToFileURL(file(title, code)));
  } finally {
    console.log = log;
  }
  return lines;
}

test("the README has the blocks that are tested here, and no other JavaScript", () => {
  assert.deepEqual([...blocks.keys()], ["Take a payment", "Handle its webhook in a Worker", "Test without a gateway"]);
  assert.equal(readme.match(/^```(js|ts|mjs|javascript|typescript|tsx|jsx)$/gm).length, blocks.size);
});

test("README: a payment is taken as the block says", async () => {
  const sandbox = createSandbox({ webhookUrl: "http://127.0.0.1:9/", deliver: async () => new Response() });
  const { fetch } = globalThis;
  try {
    globalThis.fetch = sandbox.fetch;
    const service = await new ItPayClient({ apiKey: sandbox.apiKey }).manifests.create({
      name: "S", payment_methods: { one_time: true }, accepted_channels: ["alipay"], settlement_currency: "CNY", endpoint: "https://shop.example/",
    });
    Object.assign(process.env, { ITPAY_API_KEY: sandbox.apiKey, ITPAY_SERVICE_ID: service.id });
    const timer = setInterval(() => {
      const qr = sandbox.requests.find(({ path, status }) => path.endsWith("/qr") && status === 201);
      if (qr === undefined) return;
      clearInterval(timer);
      void sandbox.pay(qr.path.split("/").at(-2));
    }, 20);
    const lines = await run("Take a payment");
    assert.match(lines[0], /^[█▀▄ \n]{300,}$/);
    assert.equal(lines[1], "succeeded");
  } finally {
    globalThis.fetch = fetch;
    sandbox.close();
  }
});

test("README: the Worker takes a signed event once and refuses a forged one", async () => {
  const worker = await startWorker(file("Handle its webhook in a Worker"), { bindings: { ITPAY_WEBHOOK_SECRET: "whsec_readme" } });
  try {
    const body = JSON.stringify({ id: "evt_1", type: "payment_intent.succeeded", data: { id: "pi_1", amount: { currency: "CNY", value: 699 } } });
    const post = async (secret) => {
      const response = await worker.dispatchFetch("http://worker/", { method: "POST", body, headers: { "X-ItPay-Signature": generateTestHeader({ payload: body, secret }) } });
      return [response.status, await response.json()];
    };
    assert.deepEqual(await post("whsec_readme"), [200, { status: "received" }]);
    assert.deepEqual(await post("whsec_readme"), [200, { status: "already_processed" }]);
    assert.deepEqual(await post("whsec_forged"), [401, { error: "Invalid signature" }]);
  } finally {
    await worker.dispose();
  }
});

test("README: the sandbox needs no gateway", async () => {
  assert.deepEqual(await run("Test without a gateway"), ["succeeded"]);
});

const sandboxPage = readFileSync(join(root, "docs/sandbox.md"), "utf8");
const blocksOf = (page, language) => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, code]) => code);

for (const name of ["sandbox", "gopay-sandbox", "paykit"]) {
  for (const [index, code] of blocksOf(readFileSync(join(root, `docs/${name}.md`), "utf8"), "js").entries()) {
    test(`docs/${name}.md: block ${index + 1} logs what its comments say`, async () => {
      const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line);
      assert.ok(expected.length > 0);
      assert.deepEqual(await run(`docs-${name}-${index}`, code), expected);
    });
  }
}

test("docs/sandbox.md: the scenario is one, every option is there, and every picture", async () => {
  const [scenario] = blocksOf(sandboxPage, "json");
  const run = startCommand("sandbox", "--port", "0", "--scenario", file("docs-scenario", scenario));
  await run.until("The sandbox listens");
  run.child.kill("SIGINT");
  assert.equal((await run.exit)[0], 0, run.errors);
  const help = startCommand("--help");
  await help.exit;
  const options = /npx itpay sandbox(.*)/.exec(help.output)[1].match(/--\w+/g);
  assert.deepEqual([...sandboxPage.matchAll(/^\| `(--\w+)/gm)].map(([, option]) => option), options);
  for (const [, picture] of sandboxPage.matchAll(/\]\((screenshots\/\S+)\)/g)) {
    assert.ok(statSync(join(root, "docs", picture)).size < 60_000, `${picture} is too large`);
  }
});
