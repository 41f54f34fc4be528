import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { outcomeOf } from "../browser.mjs";
import { freePort } from "../../loopback.mjs";
import { execute, started } from "../consumer.mjs";
import { node, program } from "../runtimes.mjs";

const env = { NEXT_TELEMETRY_DISABLED: "1" };
const SECRET = "whsec_next";

/** Delivers a signed event to a route handler, whose second argument is Next's own. */
async function deliver(url) {
  const body = '{"id":"evt_1","type":"payment_intent.succeeded"}';
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", SECRET).update(`${time}.${body}`).digest("hex");
  const headers = { "X-ItPay-Signature": `t=${time},v1=${signature}` };
  const response = await fetch(`${url}/api/webhook`, { method: "POST", body, headers });
  assert.deepEqual([response.status, await response.json()], [200, { status: "received" }]);
}

/** Asks each place in which code runs in Next; all have to come to the same. */
async function ask(url) {
  await deliver(url);
  const text = (await (await fetch(`${url}/server`)).text()).match(/<pre>(.*?)<\/pre>/)[1];
  const entities = { "&quot;": '"', "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#x27;": "'" };
  const outcomes = {
    "server component": JSON.parse(text.replaceAll(/&(quot|lt|gt|amp|#x27);/g, (entity) => entities[entity])),
  };
  for (const path of ["api/node", "api/edge", "middleware"]) {
    const response = await fetch(`${url}/${path}`);
    assert.equal(response.status, 200, `${path}: ${await response.clone().text()}`);
    outcomes[path] = await response.json();
  }
  outcomes["client component"] = await outcomeOf(`${url}/client`);
  const [first, ...others] = Object.entries(outcomes);
  for (const [where, outcome] of others) assert.deepEqual(outcome, first[1], where);
  return first[1];
}

const next = (run, folder, args, options) =>
  run(node(24), [program(folder, "next"), ...args], { cwd: folder, env, ...options });

function built(bundler) {
  return async (folder) => {
    await next(execute, folder, ["build", `--${bundler}`], { seconds: 400 });
    // On Vercel's edge a module from bytes is refused; the local runtime would take it. So the files have to be there.
    const wasm = readdirSync(join(folder, ".next/server"), { recursive: true }).filter((path) =>
      path.endsWith(".wasm"),
    );
    assert.ok(wasm.length >= 3, `the edge's bundle has no .wasm files: ${wasm}`);
    const port = await freePort();
    const server = await next(started, folder, ["start", "--hostname", "127.0.0.1", "--port", String(port)], {
      env: { ...env, ITPAY_WEBHOOK_SECRET: SECRET },
      ready: /Ready/,
    });
    try {
      return await ask(`http://127.0.0.1:${port}`);
    } finally {
      await server.stop();
    }
  };
}

async function developed(folder) {
  const port = await freePort();
  const server = await next(started, folder, ["dev", "--hostname", "127.0.0.1", "--port", String(port)], {
    env: { ...env, ITPAY_WEBHOOK_SECRET: SECRET },
    ready: /Ready/,
  });
  try {
    return await ask(`http://127.0.0.1:${port}`);
  } finally {
    await server.stop();
  }
}

export default {
  title: "Next.js 16",
  summary:
    "Turbopack, webpack and `next dev`: server and client components, route handlers on Node and edge, middleware, `<itpay-qr>`",
  place: 7,
  cells: [
    {
      how: "Turbopack: server and client component, route handlers on Node and edge, middleware",
      run: built("turbopack"),
    },
    { how: "webpack: the same", run: built("webpack") },
    { how: "development server: the same", run: developed },
  ],
};
