// Bundles for Vercel's edge as Vercel does: .wasm?module becomes a module that was compiled beforehand and is a
// global of the script. Then asks the runtime once.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { EdgeRuntime } from "edge-runtime";
import { build } from "esbuild";

const modules = {};
const { outputFiles } = await build({
  entryPoints: ["handler.mjs"],
  bundle: true,
  write: false,
  outdir: "dist",
  format: "iife",
  conditions: ["edge-light", "worker", "browser"],
  logLevel: "error",
  plugins: [
    {
      name: "wasm?module",
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /\.wasm\?module$/ }, ({ path, importer }) => ({
          path: join(dirname(importer), path.replace("?module", "")),
          namespace: "wasm",
        }));
        onLoad({ filter: /.*/, namespace: "wasm" }, ({ path }) => {
          const name = `wasm_${Object.keys(modules).length}`;
          modules[name] = new WebAssembly.Module(readFileSync(path));
          return { contents: `export default ${name};` };
        });
      },
    },
  ],
});
const runtime = new EdgeRuntime({ extend: (context) => Object.assign(context, modules) });
runtime.evaluate(outputFiles[0].text);
const response = await runtime.dispatchFetch("http://edge/");
console.log(JSON.stringify({ outcome: await response.json(), modules: Object.keys(modules).length }));
