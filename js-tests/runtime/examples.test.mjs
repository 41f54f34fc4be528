// Runs each example against the sandbox: over HTTP as its users start it, and in process where the example allows it.
// The demo has a test of its own, and so has the scenario's day.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { ItPayClient } from "itpay";
import { createSandbox } from "itpay/sandbox";

import { startMerchant } from "../../examples/scenario/merchant.mjs";
import { ENVIRONMENT } from "../command-line.mjs";
import { startSandbox } from "../sandbox-command.mjs";
import { startWorker } from "../workerd.mjs";

const example = (path) => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
const MANIFEST = {
  name: "S",
  payment_methods: { one_time: true },
  accepted_channels: ["alipay"],
  settlement_currency: "CNY",
  endpoint: "http://127.0.0.1:9/webhook",
};

const http = await startSandbox();
after(http.stop);
const [, apiKey] = /ITPAY_API_KEY=(\S+)/.exec(http.output);
const { id: ITPAY_SERVICE_ID } = await http.client.manifests.create(MANIFEST);
const env = { ITPAY_BASE_URL: `${http.url}/v1`, ITPAY_API_KEY: apiKey, ITPAY_SERVICE_ID };

/** A sandbox that `fetch` leads to for as long as `use` runs. */
async function inProcess(use, fetchOf = (sandbox) => sandbox.fetch) {
  const { fetch } = globalThis;
  const sandbox = createSandbox({ deliver: fetch });
  globalThis.fetch = fetchOf(sandbox);
  try {
    const service = await new ItPayClient({ apiKey: sandbox.apiKey }).manifests.create(MANIFEST);
    return await use(sandbox, { ITPAY_API_KEY: sandbox.apiKey, ITPAY_SERVICE_ID: service.id });
  } finally {
    globalThis.fetch = fetch;
    sandbox.close();
  }
}

/** A gateway that creates each payment with its code, and then refuses to generate one. */
function creatingWithCode(sandbox) {
  const client = new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch });
  return async (url, init) => {
    const response = await sandbox.fetch(url, init);
    if (!url.endsWith("/payment-intents")) return response;
    const { id } = await response.json();
    await client.qr.generate(id);
    return Response.json(await client.paymentIntents.retrieve(id), { status: 201 });
  };
}

async function script(variables, onOutput = () => undefined) {
  const child = spawn(process.execPath, [example("script/pay.mjs"), "1.50"], { env: { ...ENVIRONMENT, ...variables } });
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

/** The intent that the sandbox's log named last. */
const latest = () => [...http.output.matchAll(/● (pi_\S+) is qr_generated/g)].at(-1)[1];

test("every example is run by a test", () => {
  const here = fileURLToPath(new URL("..", import.meta.url));
  const tests = ["unit", "runtime", "browser"]
    .flatMap((folder) =>
      readdirSync(`${here}${folder}`)
        .filter((name) => name.endsWith(".test.mjs"))
        .map((name) => readFileSync(`${here}${folder}/${name}`, "utf8")),
    )
    .join();
  const examples = readdirSync(example(""), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.ok(examples.length >= 4);
  for (const name of examples) assert.match(tests, new RegExp(`["/]${name}/|scripts/${name}"`), name);
});

test("over HTTP: the script draws a code, sees it paid and ends with 0", async () => {
  let pressed = false;
  const { code, output } = await script(env, (shown) => {
    if (pressed || !shown.includes("Scan to pay")) return;
    pressed = true;
    void http.press(`payment-intents/${latest()}/pay`);
  });
  assert.equal(code, 0, output);
  assert.match(output, /Scan to pay CN¥1\.50[^]*succeeded/);
});

for (const [name, fetchOf] of [
  ["the same script", undefined],
  ["the same script draws a code that the payment came with", creatingWithCode],
]) {
  test(`in process: ${name}`, () => runScript(name, fetchOf));
}

async function runScript(name, fetchOf) {
  const { argv, env: before, exitCode } = process;
  const { log } = console;
  const lines = [];
  await inProcess(async (sandbox, variables) => {
    process.argv = ["node", "pay.mjs", "2.50"];
    process.env = { ...before, ...variables };
    console.log = (line) => {
      lines.push(line);
      if (line.includes("Scan to pay")) void sandbox.pay(sandbox.intents[0].id);
    };
    try {
      await import(`${pathToFileURL(example("script/pay.mjs"))}?${encodeURIComponent(name)}`);
      assert.equal(process.exitCode, 0);
    } finally {
      Object.assign(process, { argv, env: before, exitCode });
      console.log = log;
    }
  }, fetchOf);
  assert.match(lines.join("\n"), /Scan to pay CN¥2\.50[^]*succeeded/);
}

test("the script explains a wrong key in one line", async () => {
  const { code, output } = await script({ ...env, ITPAY_API_KEY: "sk_wrong" });
  assert.equal(code, 1);
  assert.match(output, /^AuthenticationError \(INVALID_API_KEY\): .*is the API key right\?\)\n$/);
});

/** The Worker's response, in workerd or in process. */
async function checkPicture(response, id) {
  assert.deepEqual([response.status, response.headers.get("Content-Type")], [200, "image/svg+xml"]);
  assert.match(await response.text(), /^<svg [^]*<title>Pay CNY 6\.99<\/title>[^]*<\/svg>$/);
  assert.equal(response.headers.get("X-Payment-Intent"), id());
}

test("over HTTP: the Worker responds with an image of the code, without nodejs_compat", async () => {
  const worker = await startWorker(example("worker-qr/worker.js"), { bindings: env });
  try {
    await checkPicture(await worker.dispatchFetch("http://worker/"), latest);
  } finally {
    await worker.dispose();
  }
});

test("in process: the same Worker, which needs nothing of workerd", async () => {
  const { default: worker } = await import(pathToFileURL(example("worker-qr/worker.js")));
  await inProcess(async (sandbox, variables) => {
    await checkPicture(await worker.fetch(new Request("http://worker/"), variables), () => sandbox.intents[0].id);
  });
});

test("in process: the same Worker draws a code that the payment came with", async () => {
  const { default: worker } = await import(pathToFileURL(example("worker-qr/worker.js")));
  await inProcess(async (sandbox, variables) => {
    await checkPicture(await worker.fetch(new Request("http://worker/"), variables), () => sandbox.intents[0].id);
  }, creatingWithCode);
});

test("in process: the scenario's merchant accepts and ships an order once", async () => {
  const { fetch: post } = globalThis;
  await inProcess(async (sandbox) => {
    const merchant = await startMerchant({ port: 0, apiKey: sandbox.apiKey });
    try {
      const order = { gateway: "itpay", order: "1", amount: { currency: "CNY", value: 100 }, description: "Tea" };
      const checkout = async () =>
        (await post(`${merchant.url}/checkout`, { method: "POST", body: JSON.stringify(order) })).json();
      const { id } = await checkout();
      assert.deepEqual(await checkout(), { id });
      await sandbox.pay(id);
      await sandbox.redeliver(sandbox.deliveries[0].id);
      assert.deepEqual(
        [sandbox.intents.length, sandbox.deliveries[0].attempts.map(({ status }) => status)],
        [1, [200, 200]],
      );
      assert.deepEqual(merchant.shipped, [id]);
    } finally {
      merchant.close();
    }
  });
});
