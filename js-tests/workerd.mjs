// A Worker in real workerd: bundled from its source as wrangler does it, with the condition `workerd`, and each
// .wasm file a module that is compiled beforehand.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "esbuild";
import { Miniflare } from "miniflare";

/** Bundles and starts it. `dispatchFetch` calls it, `dispose` ends it. */
export async function startWorker(entry, { compatibilityFlags = [], bindings = {}, ...options } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "itpay-worker-"));
  await build({
    entryPoints: { index: entry },
    outdir: folder,
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    logLevel: "error",
    plugins: [
      {
        name: "wasm as a module",
        setup({ onLoad }) {
          onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({
            contents: await import("node:fs").then((fs) => fs.readFileSync(path)),
            loader: "copy",
          }));
        },
      },
    ],
  });
  const files = readdirSync(folder).sort((a, b) => Number(b === "index.js") - Number(a === "index.js"));
  const worker = new Miniflare({
    host: "127.0.0.1",
    compatibilityDate: "2026-01-01",
    compatibilityFlags,
    bindings,
    modulesRoot: folder,
    modules: files.map((file) => ({
      type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path: join(folder, file),
    })),
    ...options,
  });
  await worker.ready;
  return {
    dispatchFetch: (...request) => worker.dispatchFetch(...request),
    worker,
    dispose: async () => {
      await worker.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
