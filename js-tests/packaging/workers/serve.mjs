// node serve.mjs <folder> <main module> [compatibility flag…]: workerd with all modules in the folder, asked once.
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";

import { convertV4MiniflareOptions, Miniflare } from "miniflare";

const [folder, main, ...compatibilityFlags] = process.argv.slice(2);
const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(js|mjs|wasm)$/.test(entry.name))
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  .sort((a, b) => Number(b === main) - Number(a === main)); // the main module comes first
const worker = new Miniflare(
  convertV4MiniflareOptions({
    host: "127.0.0.1",
    compatibilityDate: "2026-01-01",
    compatibilityFlags,
    modulesRoot: folder,
    modules: paths.map((path) => ({
      type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path: join(folder, path),
    })),
  }),
);
const response = await worker.dispatchFetch("http://worker/");
console.log(await response.text());
await worker.dispose();
