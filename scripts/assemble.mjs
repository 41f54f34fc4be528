// Assembles the npm package in pkg/ from pkg-template/ and the wasm modules in target/wasm/.
//
//   dist/esm/src, entry   the compiled TypeScript that all entries share
//   dist/esm/inline       entries that carry the wasm as text: bundlers, pages, Deno, Bun
//   dist/esm/workerd      entries that import the .wasm as a compiled module: Cloudflare
//   dist/esm/edge-light   the same with ?module: Vercel, Next.js
//   dist/cjs/node         entries that read the .wasm file: Node.js, by require
//   dist/node             the same objects by import
//   dist/wasm             the modules
//   dist/bin              the command line
//
// The exports map of pkg-template/package.json decides which of them a runtime gets.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { encode } from "./bytewise91.mjs";
import { adaptGlue } from "./glue.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(join(root, "js-tests/package.json"));
const { build, transformSync } = require("esbuild");
const { rollup } = require("rollup");

const template = join(root, "pkg-template");
const compiled = join(root, "target/esm");
const pkg = join(root, "pkg");
const dist = join(pkg, "dist");
const manifest = JSON.parse(read(join(template, "package.json")));

function read(path) {
  return readFileSync(path, "utf8");
}

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function tsc(...args) {
  execFileSync(process.execPath, [join(root, "js-tests/node_modules/typescript/bin/tsc"), ...args], {
    stdio: "inherit",
  });
}

/** The declarations that entries import, directly or not. */
function reachableTypes(files, found = new Set()) {
  for (const file of files) {
    if (found.has(file)) continue;
    found.add(file);
    const imports = [...read(file).matchAll(/(?:from |import\()"(\..*?)\.js"/g)].map(([, path]) => path);
    reachableTypes(
      imports.map((path) => join(dirname(file), `${path}.d.ts`)),
      found,
    );
  }
  return found;
}

for (const folder of [compiled, pkg, join(template, "src/glue")]) rmSync(folder, { recursive: true, force: true });

// 1. The wasm modules: as files, as text, and their glue. The declarations also go beside the source, for editors and tsc.
for (const key of Object.keys(manifest.exports).filter((name) => name.endsWith(".wasm"))) {
  const name = key.slice("./".length, -".wasm".length);
  const from = join(root, "target/wasm", name);
  if (!existsSync(join(from, "built"))) throw new Error(`the wasm module ${name} is not built: run scripts/build`);
  const bytes = readFileSync(join(from, `${name}_bg.wasm`));
  new WebAssembly.Module(bytes); // An engine takes it.
  write(join(dist, `wasm/${name}.wasm`), bytes);
  write(
    join(dist, `wasm/${name}.wasm.d.ts`),
    'import type { CompiledModule } from "../esm/src/internal/platform-types.js";\n\ndeclare const module: CompiledModule;\nexport default module;\n',
  );
  write(join(compiled, `src/glue/${name}.text.js`), `export default "${encode(bytes)}";\n`);
  write(join(template, `src/glue/${name}.d.ts`), read(join(from, `${name}.d.ts`)));
  // The others are called with numbers and bytes, without glue.
  if (WebAssembly.Module.imports(new WebAssembly.Module(bytes)).length > 0) {
    const glue = adaptGlue(read(join(from, `${name}.js`)), `${name}.js`);
    write(join(compiled, `src/glue/${name}.js`), transformSync(glue, { minifyWhitespace: true, lineLimit: 120 }).code);
  }
}

// 2. The TypeScript. Only entry/ and src/ have types of their own; a require finds the same ones as CommonJS.
// Comments are in the declarations only, where editors read them.
for (const flags of [["--removeComments", "--declaration", "false"], ["--emitDeclarationOnly"]])
  tsc("-p", join(template, "tsconfig.json"), "--outDir", compiled, ...flags);
const isTypes = (path) => path.endsWith(".d.ts");
const runtimes = ["inline", "workerd", "edge-light"];
const types = reachableTypes(
  readdirSync(join(compiled, "entry"))
    .filter(isTypes)
    .map((file) => join(compiled, "entry", file)),
);
for (const folder of ["entry", "src"]) {
  const copy = (format, filter) =>
    cpSync(join(compiled, folder), join(dist, format, folder), { recursive: true, filter });
  copy("esm", (path) => !isTypes(path) || types.has(path));
  copy("cjs", (path) => types.has(path) || !/\.\w+$/.test(path));
}
for (const folder of runtimes)
  cpSync(join(compiled, folder), join(dist, "esm", folder), { recursive: true, filter: (path) => !isTypes(path) });

// 3. The entries for Node.js. Node.js takes longer to find a file than to run it, so each entry is one file, beside the one
// with the code that all entries share.
const bundle = await rollup({
  input: Object.fromEntries(
    readdirSync(join(compiled, "node"))
      .filter((file) => file.endsWith(".js"))
      .map((file) => [file.slice(0, -".js".length), join(compiled, "node", file)]),
  ),
  external: /^(node|cloudflare):/,
  // Removes unused modules, as bundlers do by the package's sideEffects.
  treeshake: { moduleSideEffects: (id) => !id.includes("/src/") || id.endsWith("wasm-source.js") },
});
await bundle.write({
  dir: join(dist, "cjs/node"),
  format: "cjs",
  esModule: true,
  exports: "named",
  generatedCode: "es2015",
  hoistTransitiveImports: false,
  chunkFileNames: "shared-[name].js",
  manualChunks: (id) =>
    /\/src\/(internal|webhooks|qr\/encoder)\b/.test(id)
      ? "code"
      : /\/src\/client\/(client|money)\b/.test(id)
        ? "client"
        : undefined,
});
await bundle.close();
write(join(dist, "cjs/package.json"), '{ "type": "commonjs" }\n');
cpSync(join(template, "node"), join(dist, "node"), { recursive: true, filter: (path) => !path.endsWith(".ts") });

// 4. The command line, bundled without the package's own entries. The MCP server is a file of its own, for the command that
// needs it.
const modules = join(template, "node_modules");
if (!existsSync(modules)) symlinkSync("../js-tests/node_modules", modules);
tsc("-p", join(template, "bin/tsconfig.json"));
const { metafile } = await build({
  entryPoints: { itpay: join(template, "bin/itpay.ts"), mcp: join(template, "bin/mcp/server.ts") },
  metafile: true,
  outdir: join(dist, "bin"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  alias: { "@modelcontextprotocol/server/_shims": join(template, "bin/mcp/sdk-shims.ts") },
  plugins: [
    {
      name: "the MCP server",
      setup: ({ onResolve }) =>
        onResolve({ filter: /^\.\/mcp\/server\.js$/ }, () => ({ path: "./mcp.mjs", external: true })),
    },
    {
      name: "the package's own entries",
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/entry\/[\w-]+\.js$/ }, ({ path }) => ({
          path: path.replace(/^.*\/entry\/(.*)\.js$/, "../node/$1.mjs"),
          external: true,
        })),
    },
  ],
});
chmodSync(join(dist, "bin/itpay.mjs"), 0o755);
// For the most part other people's code, and half a megabyte.
const mcp = join(dist, "bin/mcp.mjs");
write(mcp, transformSync(read(mcp), { minify: true, format: "esm", target: "node20" }).code);
// For THIRD-PARTY-LICENSES.
const bundled = new Set(
  Object.keys(metafile.inputs).flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
);
const version = (name) => JSON.parse(read(join(root, "js-tests/node_modules", name, "package.json"))).version;
write(
  join(root, "target/bundled-packages.json"),
  JSON.stringify([...bundled].sort().map((name) => `${name} ${version(name)}`)),
);

// 5. Copied files, and a folder for each entry for tools from before the exports map: Parcel, TypeScript's node10.
for (const framework of ["react", "svelte", "vue"])
  cpSync(join(template, `types/${framework}.d.ts`), join(dist, `types/${framework}.d.ts`));
for (const file of ["package.json", "SKILL.md"]) cpSync(join(template, file), join(pkg, file));
for (const file of readdirSync(root)) {
  if (/^(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md$|^LICENSE-|^THIRD-PARTY-LICENSES$/.test(file))
    cpSync(join(root, file), join(pkg, file));
}
for (const [key, conditions] of Object.entries(manifest.exports)) {
  if (key === "." || conditions.node === undefined) continue;
  const folder = join(pkg, key);
  const up = key.slice("./".length).replaceAll(/[^/]+/g, "..");
  const from = ({ types, default: file }) => [file, types].map((path) => path.replace(/^\./, up));
  const [main, types] = from(conditions.require);
  const [module] = from(conditions.default);
  write(join(folder, "package.json"), `${JSON.stringify({ main, module, types }, null, 2)}\n`);
}
// The pages and the README's images, so that the README's links work in the installed package.
for (const file of readdirSync(join(root, "docs"))) {
  if (file.endsWith(".md")) cpSync(join(root, "docs", file), join(pkg, "docs", file));
}
for (const [, picture] of read(join(root, "README.md")).matchAll(/!\[[^\]]*\]\((docs\/[^)]+)\)/g))
  cpSync(join(root, picture), join(pkg, picture));
