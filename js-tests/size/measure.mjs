// How large each entry is in a user's bundle: minified JavaScript and wasm apart, raw and compressed, in bytes.
//
//   node size/measure.mjs           what it is now, beside the budget
//   node size/measure.mjs --write   makes that the budget, with 2 % to spare

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "esbuild";

const root = new URL("../", import.meta.url);
const file = new URL("budgets.json", import.meta.url);

/** A Worker of few lines that takes webhooks. */
const WORKER = `
  import { createWebhookHandler } from "itpay/webhooks";
  let handle;
  export default {
    fetch(request, env) {
      handle ??= createWebhookHandler({ secret: env.ITPAY_WEBHOOK_SECRET, on: { default: (event) => console.log(event.id) } });
      return handle(request);
    },
  };`;

export const budgets = () => JSON.parse(readFileSync(file, "utf8"));

/** Of everything that has a budget: { name: { js: { raw, gzip, brotli }, wasm: … } }. */
export async function measure() {
  const { exports } = JSON.parse(readFileSync(new URL("../pkg/package.json", root), "utf8"));
  // Not the modules themselves, nor types alone.
  const entries = Object.keys(exports).filter((name) => exports[name].workerd !== undefined);
  const sources = Object.fromEntries(
    entries.map((name) => [`itpay${name.slice(1)}`, `export * from "itpay${name.slice(1)}"`]),
  );
  const sizes = {};
  for (const [name, source] of Object.entries({ "a webhook Worker": WORKER, ...sources }))
    sizes[name] = await bundled(source);
  return sizes;
}

async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(root) },
    outdir: "out",
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    loader: { ".wasm": "copy" },
    logLevel: "error",
  });
  const of = (end) => sized(outputFiles.filter(({ path }) => path.endsWith(end)));
  return { js: of(".js"), wasm: of(".wasm") };
}

function sized(files) {
  const sum = (size) => files.reduce((total, { contents }) => total + size(contents), 0);
  return {
    raw: sum((bytes) => bytes.length),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: sum((bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = await measure();
  if (process.argv.includes("--write")) {
    const spare = (_, value) => (typeof value === "number" ? Math.ceil((value * 1.02) / 10) * 10 : value);
    writeFileSync(file, `${JSON.stringify(JSON.parse(JSON.stringify(sizes), spare), null, 2)}\n`);
  } else {
    const budget = budgets();
    for (const [name, kinds] of Object.entries(sizes)) {
      for (const [kind, size] of Object.entries(kinds)) {
        if (size.raw > 0)
          console.log(
            name.padEnd(24),
            kind.padEnd(6),
            ...Object.entries(size).map(([unit, bytes]) =>
              `${unit} ${bytes} of ${budget[name]?.[kind][unit] ?? "none"}`.padEnd(26),
            ),
          );
      }
    }
  }
}
