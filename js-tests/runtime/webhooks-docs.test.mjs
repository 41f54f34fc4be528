// Runs every block of docs/webhooks.md as it stands, each framework with a webhook that is right, one that comes again
// and one that is forged.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

import azure from "@azure/functions";
import { createApp, toWebHandler } from "h3";
import { constructEvent, generateTestHeader } from "itpay/webhooks";

import { ENVIRONMENT } from "../command-line.mjs";
import { startWorker } from "../workerd.mjs";
import { freePort } from "../loopback.mjs";

const SECRET = "whsec_docs";
const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/webhooks.md"), "utf8");
const readme = readFileSync(join(root, "README.md"), "utf8");
const frameworks = new Map(
  [...page.matchAll(/^### (.+)\n(?:(?!^##)[^])*?^```js\n([^]*?)^```$/gm)].map(([, name, code]) => [name, code]),
);
const events = [...page.matchAll(/^```json\n([^]*?)^```$/gm)].map(([, json]) => json);
const files = new Map([...page.matchAll(/^```js file=(\S+)\n([^]*?)^```$/gm)].map(([, name, code]) => [name, code]));

// From here the package and the frameworks are found by their names.
const folder = join(root, "js-tests/node_modules/.webhooks-docs");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
for (const [name, code] of [
  ...files,
  ...[...frameworks].map(([framework, code]) => [`${framework.replaceAll(/\W/g, "-")}.js`, code]),
])
  writeFileSync(join(folder, name), code);
const path = (framework) => join(folder, `${framework.replaceAll(/\W/g, "-")}.js`);
const load = (framework) => import(pathToFileURL(path(framework)));

/** Runs it while a runtime's global passes on the handler that it is to serve. */
async function served(framework, name) {
  let handler;
  globalThis[name] = { serve: (args) => void (handler = args) };
  try {
    await load(framework);
  } finally {
    delete globalThis[name];
  }
  return handler;
}

/** Starts it as a program of its own; the function sends a request there. */
async function started(framework, onEnd) {
  const port = await freePort();
  const program = spawn(process.execPath, [path(framework)], {
    env: { ...ENVIRONMENT, PORT: String(port), ITPAY_WEBHOOK_SECRET: SECRET },
    stdio: ["ignore", "ignore", "inherit"],
  });
  onEnd(() => program.kill());
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      await fetch(`http://127.0.0.1:${port}/webhook`);
      break;
    } catch {
      await sleep(100);
    }
  }
  return async (request) =>
    fetch(`http://127.0.0.1:${port}/webhook`, { method: "POST", body: await request.text(), headers: request.headers });
}

const drivers = {
  Hono: async () => (await load("Hono")).default.fetch,
  "Next.js": async () => (await load("Next.js")).POST,
  Remix: async () => (request) => load("Remix").then(({ action }) => action({ request })),
  SvelteKit: async () => (request) => load("SvelteKit").then(({ POST }) => POST({ request })),
  Deno: () => served("Deno", "Deno"),
  Bun: async () => (await served("Bun", "Bun")).fetch,
  Workers: async (onEnd) => {
    const worker = await startWorker(path("Workers"), { bindings: { ITPAY_WEBHOOK_SECRET: SECRET } });
    onEnd(() => worker.dispose());
    return async (request) =>
      worker.dispatchFetch("http://worker/", {
        method: "POST",
        body: await request.text(),
        headers: Object.fromEntries(request.headers),
      });
  },
  "node:http": (onEnd) => started("node:http", onEnd),
  Express: (onEnd) => started("Express", onEnd),
  Fastify: (onEnd) => started("Fastify", onEnd),
  Koa: (onEnd) => started("Koa", onEnd),
  Nest: (onEnd) => started("Nest", onEnd),
  "Nuxt and h3": async () => toWebHandler(createApp().use("/webhook", (await load("Nuxt and h3")).default)),
  Astro: async () => (request) => load("Astro").then(({ POST }) => POST({ request })),
  Elysia: async () => (await load("Elysia")).default.handle,
  "Supabase Edge Functions": () => served("Supabase Edge Functions", "Deno"),
  "Azure Functions": async () => {
    const { app, HttpRequest } = azure;
    let handler;
    app.http = (_, options) => {
      handler = options.handler;
    };
    await load("Azure Functions");
    return async (request) => {
      const { body, ...init } = await handler(
        new HttpRequest({
          method: "POST",
          url: request.url,
          headers: Object.fromEntries(request.headers),
          body: { string: await request.text() },
        }),
      );
      return new Response(body, init);
    };
  },
  "AWS Lambda": async () => {
    const { handler } = await load("AWS Lambda");
    return async (request) => {
      const { pathname } = new URL(request.url);
      const { statusCode, body } = await handler({
        version: "2.0",
        rawPath: pathname,
        rawQueryString: "",
        headers: Object.fromEntries(request.headers),
        requestContext: { http: { method: "POST" } },
        body: btoa(await request.text()),
        isBase64Encoded: true,
      });
      return new Response(body, { status: statusCode });
    };
  },
};

test("docs/webhooks.md has the blocks that are tested here, and no other", () => {
  assert.deepEqual([...frameworks.keys()], Object.keys(drivers));
  assert.deepEqual([...files.keys()], ["on.js", "stores.js", "by-hand.js"]);
  assert.equal(page.match(/^```\w/gm).length, frameworks.size + files.size + events.length);
});

test("the README's line for a framework stands in docs/webhooks.md", () => {
  const rows = [...readme.matchAll(/^\| (.+?) \| `(.+)` \|$/gm)].filter(([, name]) => frameworks.has(name));
  for (const [, name, code] of rows) assert.ok(frameworks.get(name).includes(code), `${name}: ${code}`);
});

for (const [framework, driver] of Object.entries(drivers)) {
  test(`docs/webhooks.md: ${framework} handles a signed event once and rejects a forged one`, async (t) => {
    process.env.ITPAY_WEBHOOK_SECRET = SECRET;
    t.mock.method(console, "log", () => undefined);
    t.mock.method(console, "error", () => undefined);
    const send = await driver((end) => t.after(end));
    const body = JSON.stringify({ id: `evt_${framework}`, type: "payment_intent.succeeded", data: { id: "pi_1" } });
    const post = async (secret) => {
      const headers = {
        "X-ItPay-Signature": generateTestHeader({ payload: body, secret }),
        "Content-Type": "application/json",
      };
      const response = await send(new Request("http://shop.example/webhook", { method: "POST", body, headers }));
      return [response.status, await response.json()];
    };
    assert.deepEqual(await post(SECRET), [200, { status: "received" }]);
    assert.deepEqual(await post(SECRET), [200, { status: "already_processed" }]);
    assert.deepEqual(await post("whsec_forged"), [401, { error: "Invalid signature" }]);
  });
}

test("docs/webhooks.md: a webhook that is verified by hand", async () => {
  const { received } = await import(pathToFileURL(join(folder, "by-hand.js")));
  const body = '{"id":"evt_1","type":"a.type"}';
  const headers = { "x-itpay-signature": generateTestHeader({ payload: body, secret: SECRET }) };
  assert.equal(received(Buffer.from(body), headers, ["whsec_old", SECRET]), "a.type");
  assert.match(received(`${body} `, headers, SECRET), /^no_match: .*raw/);
});

test("docs/webhooks.md: each store accepts its service's binding", async () => {
  const { stores } = await import(pathToFileURL(join(folder, "stores.js")));
  const method = () => undefined;
  const bindings = {
    call: method,
    query: method,
    prepare: method,
    DB: { prepare: method },
    EVENTS: { idFromName: method },
    KV: { get: method },
  };
  for (const [name, make] of Object.entries(stores)) {
    assert.equal(typeof make(bindings).claim, "function");
    assert.throws(() => make({}), { name: "TypeError", message: /must have/ }, name);
  }
});

test("docs/webhooks.md has an event of each known type, as the sandbox sends it", async () => {
  const types = ["succeeded", "failed", "expired"];
  assert.deepEqual(
    events.map((json) => JSON.parse(json).type),
    types.map((type) => `payment_intent.${type}`),
  );
  for (const json of events) {
    const { id, type, data } = constructEvent(json, generateTestHeader({ payload: json, secret: SECRET }), SECRET);
    assert.deepEqual([typeof id, data.status, typeof data.amount.value], ["string", type.split(".")[1], "number"]);
  }
});
