// Runs the shop on this machine, with its Worker in workerd and the sandbox as its gateway: `make shop`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "esbuild";
import { ItPayClient } from "itpay";

import { startWorker } from "../../js-tests/workerd.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const TYPES = { html: "text/html; charset=utf-8", css: "text/css", svg: "image/svg+xml", js: "text/javascript" };

/** Starts the shop and the sandbox. `log` receives each line of the sandbox. */
export async function startShop({ log = () => undefined, port = 0 } = {}) {
  const sandbox = spawn(process.execPath, [here("../../pkg/dist/bin/itpay.mjs"), "sandbox", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const variables = {};
  for await (const line of createInterface({ input: sandbox.stdout })) {
    const [, name, value] = /^(ITPAY_\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) variables[name] = value;
    if (variables.ITPAY_BASE_URL !== undefined && variables.ITPAY_WEBHOOK_SECRET !== undefined) break;
  }
  const { ITPAY_API_KEY, ITPAY_BASE_URL } = variables;
  if (ITPAY_BASE_URL === undefined || variables.ITPAY_WEBHOOK_SECRET === undefined)
    throw new Error("the sandbox did not start");
  const gateway = new URL(ITPAY_BASE_URL).origin;

  // The service needs the shop's address, and the shop's Worker needs the service's id. So the port is chosen first.
  const probe = createServer().listen(port, "127.0.0.1");
  await once(probe, "listening");
  const chosen = probe.address().port;
  await new Promise((resolve) => probe.close(resolve));
  const url = `http://127.0.0.1:${chosen}`;
  const itpay = new ItPayClient({ apiKey: ITPAY_API_KEY, baseUrl: ITPAY_BASE_URL });
  const service = await itpay.manifests.create({
    name: "Leaf & Page",
    payment_methods: { one_time: true },
    accepted_channels: ["alipay", "wechat"],
    settlement_currency: "CNY",
    endpoint: `${url}/webhook`,
  });

  const { outputFiles } = await build({
    entryPoints: [here("client.js")],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  const worker = await startWorker(here("worker.js"), {
    port: chosen,
    bindings: { ...variables, ITPAY_SERVICE_ID: service.id },
    durableObjects: {
      ORDERS: { className: "Order", useSQLite: true },
      EVENTS: { className: "EventStoreObject", useSQLite: true },
    },
    serviceBindings: {
      // Serves files as Cloudflare's assets do.
      ASSETS: (request) => {
        const { pathname } = new URL(request.url);
        const name = pathname === "/" ? "index.html" : pathname.slice(1);
        const headers = { "Content-Type": TYPES[name.split(".").at(-1)] ?? "application/octet-stream" };
        if (name === "client.js") return new Response(outputFiles[0].contents, { headers });
        const file = here(`public/${name}`);
        return /^[\w.]+$/.test(name) && existsSync(file)
          ? new Response(readFileSync(file), { headers })
          : new Response("Not found", { status: 404 });
      },
    },
  });
  sandbox.stdout.on("data", (piece) => log(String(piece)));
  sandbox.stdout.resume();
  return {
    url,
    gateway,
    /** Presses a button of the customer's wallet. */
    press: (id, action) => fetch(`${gateway}/sandbox/payment-intents/${id}/${action}`, { method: "POST" }),
    stop: async () => {
      await worker.dispose();
      sandbox.kill("SIGTERM");
      if (sandbox.exitCode === null) await once(sandbox, "exit");
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const shop = await startShop({ log: (lines) => process.stdout.write(lines), port: Number(process.env.PORT ?? 8403) });
  process.stdout.write(
    `\n  The shop is open:    ${shop.url}\n  The buyer's wallet:  ${shop.gateway} (choose the payment, and pay it)\n\n`,
  );
  const opener =
    { darwin: "open", win32: "explorer" }[process.platform] ??
    (process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? "xdg-open" : undefined);
  if (opener !== undefined)
    spawn(opener, [shop.url], { stdio: "ignore", detached: true })
      .on("error", () => undefined)
      .unref();
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, async () => {
      await shop.stop();
      process.exit(0);
    });
  }
}
