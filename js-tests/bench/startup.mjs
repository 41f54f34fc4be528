// From nothing to the first result: importing a package, making what it needs, and using it once.
//
//   make bench-startup
//
// In Node each time is one of a fresh process; in workerd, of a fresh isolate, as a Worker has when its first request
// comes. The second column is what is left when what an empty one takes (`nothing`) is taken away.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { Miniflare } from "miniflare";

import { generateTestHeader } from "itpay/webhooks";

const NODE_TIMES = 31;
const ISOLATES = 60;
const folder = fileURLToPath(new URL("..", import.meta.url));
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = JSON.stringify({
  id: "evt_1",
  type: "payment_intent.succeeded",
  data: { id: "pi_1", note: "x".repeat(200) },
});

/** Each is a module whose default export does the job once; signatures are made now, by the contender's own rules. */
const jobs = {
  "verify a webhook": {
    itpay: `import { constructEvent } from "itpay/webhooks";
      export default async ({ body, signature, secret }) => constructEvent(body, signature, secret).id;`,
    stripe: `import Stripe from "stripe";
      export default async ({ body, signature, secret }) => (await new Stripe("sk_test_x").webhooks.constructEventAsync(body, signature, secret)).id;`,
    svix: `import { Webhook } from "svix";
      export default async ({ body, svix, secret }) => (new Webhook(secret).verify(body, svix), JSON.parse(body).id);`,
    "plain JavaScript": `export default async ({ body, signature, secret }) => {
      const [, time, code] = /^t=([0-9]+),v1=([0-9a-f]+)$/.exec(signature);
      const text = new TextEncoder();
      const key = await crypto.subtle.importKey("raw", text.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
      const bytes = Uint8Array.from(code.match(/../g), (digits) => parseInt(digits, 16));
      if (!(await crypto.subtle.verify("HMAC", key, bytes, text.encode(time + "." + body)))) throw new Error("forged");
      return JSON.parse(body).id;
    };`,
  },
  "create a payment": {
    itpay: `import { ItPayClient } from "itpay";
      export default async () => {
        const fetch = async () => Response.json({ id: "evt_1", status: "pending" }, { status: 201 });
        const amount = { currency: "CNY", value: 699 };
        return (await new ItPayClient({ env: { ITPAY_API_KEY: "sk_test_x" }, fetch }).paymentIntents.create({ service_id: "svc_1", type: "one_time", amount, payer: { agent_id: "a" } })).id;
      };`,
    stripe: `import Stripe from "stripe";
      export default async () => {
        const fetch = async () => Response.json({ id: "evt_1", object: "payment_intent" });
        return (await new Stripe("sk_test_x", { httpClient: Stripe.createFetchHttpClient(fetch) }).paymentIntents.create({ amount: 699, currency: "cny" })).id;
      };`,
    "plain JavaScript": `export default async () => {
      const key = await crypto.subtle.importKey("raw", new TextEncoder().encode("sk_test_x"), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      const body = JSON.stringify({ id: "pi_" + crypto.randomUUID(), amount: { currency: "CNY", value: 699 } });
      await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(body));
      const fetch = async () => Response.json({ id: "evt_1" });
      return (await (await fetch("https://api.example/", { method: "POST", body })).json()).id;
    };`,
  },
};
const nothing = "export default async () => 'evt_1';";

async function makeInput() {
  const { Webhook } = await import("svix");
  const now = new Date();
  const svix = {
    "svix-id": "msg_1",
    "svix-timestamp": String(Math.floor(now / 1000)),
    "svix-signature": new Webhook(SECRET).sign("msg_1", now, BODY),
  };
  return { body: BODY, signature: generateTestHeader({ payload: BODY, secret: SECRET }), svix, secret: SECRET };
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

/** Milliseconds in fresh processes of this Node, the contenders in turn. */
async function inNode(sources) {
  const scratch = mkdtempSync(join(folder, "node_modules/.startup-"));
  try {
    const times = Object.fromEntries(Object.keys(sources).map((name) => [name, []]));
    for (let round = 0; round < NODE_TIMES; round += 1) {
      for (const [name, source] of Object.entries(sources)) {
        const job = join(scratch, `${name.replace(" ", "-")}.mjs`);
        writeFileSync(job, source);
        // Node loads its fetch at the first use. That time belongs to no contender.
        const program = `const input = ${JSON.stringify(await makeInput())}; new Response(); const start = performance.now();
          const { default: job } = await import(${JSON.stringify(job)}); const id = await job(input); const taken = performance.now() - start;
          if (id !== "evt_1") throw new Error(id); console.log(taken);`;
        times[name].push(
          Number(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })),
        );
      }
    }
    return Object.fromEntries(Object.entries(times).map(([name, taken]) => [name, median(taken)]));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The modules of a Worker that does the job once per request: bundled as wrangler does it. */
async function workerModules(source) {
  const contents = `import job from "job"; export default { fetch: async (request) => new Response(await job(await request.json())) };`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    outdir: "out",
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    loader: { ".wasm": "copy" },
    logLevel: "error",
    plugins: [
      {
        name: "job",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^job$/ }, () => ({ path: "job", namespace: "job" }));
          onLoad({ filter: /.*/, namespace: "job" }, () => ({ contents: source, resolveDir: folder }));
        },
      },
    ],
  });
  const name = (path) => path.split("/").at(-1);
  return Object.fromEntries(
    outputFiles.map(({ path, contents: bytes, text }) =>
      path.endsWith(".wasm")
        ? [name(path), { wasm: Buffer.from(bytes).toString("base64") }]
        : ["worker.js", { js: text }],
    ),
  );
}

// Loads a Worker as often as is asked, each in an isolate of its own, and sends it one request.
const LOADER = `
  let number = 0;
  export default {
    async fetch(request, env) {
      const { modules, input, times } = await request.json();
      for (const module of Object.values(modules)) if (module.wasm) module.wasm = Uint8Array.from(atob(module.wasm), (c) => c.charCodeAt(0)).buffer;
      const code = () => ({ compatibilityDate: "2026-01-01", compatibilityFlags: ["nodejs_compat"], mainModule: "worker.js", modules, globalOutbound: null });
      for (let time = 0; time < times; time += 1) {
        const response = await env.LOADER.get("worker-" + (number += 1), code).getEntrypoint().fetch("http://worker/", { method: "POST", body: JSON.stringify(input) });
        const id = await response.text();
        if (id !== "evt_1") throw new Error(id);
      }
      return new Response();
    },
  };`;

/** Milliseconds per fresh isolate of workerd, the contenders in turn. */
async function inWorkerd(sources) {
  const loader = new Miniflare({
    host: "127.0.0.1",
    modules: true,
    script: LOADER,
    compatibilityDate: "2026-01-01",
    compatibilityFlags: ["experimental"],
    workerLoaders: { LOADER: {} },
  });
  try {
    await loader.ready;
    const modules = {};
    for (const [name, source] of Object.entries(sources)) modules[name] = await workerModules(source);
    const times = Object.fromEntries(Object.keys(sources).map((name) => [name, []]));
    const ask = async (name, count) => {
      const body = JSON.stringify({ modules: modules[name], input: await makeInput(), times: count });
      const start = performance.now();
      const response = await loader.dispatchFetch("http://loader/", { method: "POST", body });
      if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
      return performance.now() - start;
    };
    for (let round = 0; round < ISOLATES / 4; round += 1) {
      for (const name of Object.keys(sources)) {
        // The time of passing the modules is in both, and is subtracted.
        const one = await ask(name, 1);
        times[name].push((await ask(name, 5)) - one);
      }
    }
    return Object.fromEntries(Object.entries(times).map(([name, taken]) => [name, median(taken) / 4]));
  } finally {
    await loader.dispose();
  }
}

const only = process.argv.slice(2);
const places = { [`Node ${process.versions.node}, fresh process`]: inNode, "workerd, fresh isolate": inWorkerd };
for (const [place, measure] of Object.entries(places)) {
  if (only.length > 0 && !only.some((name) => place.includes(name))) continue;
  for (const [job, contenders] of Object.entries(jobs)) {
    const times = await measure({ ...contenders, nothing });
    console.log(`\n${place}: ${job}, ms\n`);
    for (const [name, ms] of Object.entries(times)) {
      const own = ms - times.nothing;
      const ratio =
        name === "itpay" || own < 0.2 ? "" : `itpay takes ${((times.itpay - times.nothing) / own).toFixed(2)} of it`;
      console.log(
        `  ${name.padEnd(17)} ${ms.toFixed(2).padStart(8)} ${(name === "nothing" ? "" : `+${own.toFixed(2)}`).padStart(8)}   ${ratio}`,
      );
    }
  }
}
