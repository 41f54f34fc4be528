// Puts the npm package together in pkg/ from pkg-template/ and the wasm modules in target/wasm/.
//
//   dist/esm/src, entry   the TypeScript, compiled: shared by every way in
//   dist/esm/inline       entries that carry the wasm as text: browsers, bundlers
//   dist/esm/workerd      entries that import the .wasm as a compiled module: Cloudflare
//   dist/esm/edge-light   the same with ?module: Vercel, Next.js
//   dist/cjs              the inline entries as CommonJS: Node's require, Jest
//   dist/node             ES modules over dist/cjs, so that a process has one copy of each class
//   dist/wasm             the modules themselves
//   dist/bin              the command line

import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(join(root, "js-tests/package.json"));
const { buildSync, transformSync } = require("esbuild");

// Which file of src/ owns each wasm module, and which modules each entry needs.
const owners = { webhooks: "signature", client: "client", gopay: "gopay-client", paykit: "paykit/itpay-provider", qr: "qr", sandbox: "sandbox-host" };
const entries = {
  index: ["client", "webhooks"],
  webhooks: ["webhooks"],
  "webhooks-node": ["webhooks"],
  stores: [],
  paykit: ["client", "paykit", "webhooks"],
  gopay: ["gopay"],
  qr: ["qr"],
  "qr-element": ["qr"],
  sandbox: ["sandbox"],
};

const template = join(root, "pkg-template");
const stage = join(root, "target/stage");
const pkg = join(root, "pkg");
const dist = join(pkg, "dist");

const read = (path) => readFileSync(path, "utf8");
const write = (path, text) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** Replaces what must occur exactly once: if wasm-bindgen writes it differently one day, the build says so. */
function replaceOnce(text, what, replacement, file) {
  const parts = text.split(what);
  if (parts.length !== 2) throw new Error(`${file}: expected once, found ${parts.length - 1} times: ${what}`);
  return parts.join(replacement);
}

/** wasm-bindgen's glue without its asynchronous loader, and without anything that runs at import. */
function glue(name) {
  const file = `${name}.js`;
  let text = read(join(root, "target/wasm", name, file));
  const cut = (from, to) => {
    const start = text.indexOf(from);
    const end = to === undefined ? text.length : text.indexOf(to, start);
    if (start < 0 || end < 0) throw new Error(`${file}: not found: ${start < 0 ? from : to}`);
    text = text.slice(0, start) + text.slice(end);
  };
  cut("async function __wbg_load(", "function initSync(");
  cut("let __wbg_init_promise;");
  // A module from another realm, as Next's edge runtime hands over, is no instance of this realm's class.
  text = replaceOnce(text, "!(module instanceof WebAssembly.Module)", "Object.prototype.toString.call(module) !== '[object WebAssembly.Module]'", file);
  if (text.includes("new TextDecoder(")) {
    // jest-environment-jsdom has no global TextDecoder: the first use is early enough to find one.
    text = replaceOnce(text, /^let cachedTextDecoder = .*$\n^cachedTextDecoder\.decode\(\);$/m, "let cachedTextDecoder = lazyTextDecoder();", file);
    text = replaceOnce(text, /^const cachedTextEncoder = .*$/m, "const cachedTextEncoder = lazyTextEncoder();", file);
    text = `import { lazyTextDecoder, lazyTextEncoder } from "../text.js";\n${text}`;
  }
  return `${text}\nexport { initSync };\n`;
}

/** An entry, given how it gets its wasm. */
function entry(name, importWasm) {
  const modules = entries[name];
  if (modules.length === 0) return `export * from "../entry/${name}.js";\n`;
  const imports = modules.flatMap((module) => [
    `import { wasm as ${module} } from "../src/${owners[module]}.js";`,
    importWasm(module),
  ]);
  return `${imports.join("\n")}\n\n${modules.map((module) => `${module}.provide(() => ${importWasm.use(module)});`).join("\n")}\n\nexport * from "../entry/${name}.js";\n`;
}

const inline = Object.assign((module) => `import ${module}Text from "../src/glue/${module}.text.js";`, {
  use: (module) => `inline(${module}Text)`,
});
const compiled = (suffix) =>
  Object.assign((module) => `import ${module}Module from "../../wasm/${module}.wasm${suffix}";`, { use: (module) => `${module}Module` });

/**
 * Bytes as printable text: in one character what is below 89, as most of a wasm module is, and in two the rest.
 * Shorter than base64, and as bytes stay whole, gzip makes of it what it makes of the module itself: a fifth less.
 * src/wasm.ts reads it.
 */
function asText(bytes) {
  const digit = (value) => String.fromCharCode(value + (value < 57 ? 35 : 36)); // from #, without the backslash
  const write = (byte) => (byte < 89 ? digit(byte) : digit(89 + Math.floor((byte - 89) / 91)) + digit((byte - 89) % 91));
  return Array.from(bytes, write).join("");
}

/** The one version that crate and package have. */
function manifestVersion() {
  const { version } = JSON.parse(read(join(template, "package.json")));
  const crate = /^version = "(.*)"$/m.exec(read(join(root, "Cargo.toml")))[1];
  if (version !== crate) throw new Error(`package.json says ${version}, Cargo.toml ${crate}`);
  return version;
}

function tsc(...args) {
  execFileSync(process.execPath, [join(root, "js-tests/node_modules/typescript/bin/tsc"), ...args], { stdio: "inherit" });
}

// 1. Stage: the hand-written sources, the glue and the wasm as text.
rmSync(stage, { recursive: true, force: true });
rmSync(pkg, { recursive: true, force: true });
cpSync(template, stage, { recursive: true });
for (const name of Object.keys(owners)) {
  const from = join(root, "target/wasm", name);
  if (!existsSync(join(from, `${name}.js`))) throw new Error(`the wasm module ${name} is not built: run scripts/build`);
  const bytes = readFileSync(join(from, `${name}_bg.wasm`));
  new WebAssembly.Module(bytes);
  write(join(stage, "src/glue", `${name}.js`), glue(name));
  write(join(stage, "src/glue", `${name}.d.ts`), read(join(from, `${name}.d.ts`)));
  write(join(stage, "src/glue", `${name}.text.js`), `export default "${asText(bytes)}";\n`);
  mkdirSync(join(dist, "wasm"), { recursive: true });
  writeFileSync(join(dist, "wasm", `${name}.wasm`), bytes);
  write(join(dist, "wasm", `${name}.wasm.d.ts`), "declare const module: WebAssembly.Module;\nexport default module;\n");
}

write(join(stage, "src/version.ts"), `// Written by the build.\n\n/** The version of this package. */\nexport const VERSION = "${manifestVersion()}";\n`);

// 2. Compile twice, then carry over what is JavaScript already.
tsc("-p", join(stage, "tsconfig.json"), "--outDir", join(dist, "esm"), "--module", "esnext", "--moduleResolution", "bundler");
tsc("-p", join(stage, "tsconfig.json"), "--outDir", join(dist, "cjs"), "--module", "commonjs", "--moduleResolution", "bundler");
write(join(dist, "cjs/package.json"), '{ "type": "commonjs" }\n');
const toCommonJs = (text) => transformSync(text, { format: "cjs", target: "es2022" }).code;
const both = (path, text) => {
  write(join(dist, "esm", path), text);
  write(join(dist, "cjs", path), toCommonJs(text));
};
for (const file of readdirSync(join(stage, "src/glue"))) {
  const text = read(join(stage, "src/glue", file));
  if (file.endsWith(".js")) both(join("src/glue", file), text);
}

// 3. The entries.
for (const name of Object.keys(entries)) {
  const header = entries[name].length > 0 ? 'import { inline } from "../src/wasm.js";\n' : "";
  both(`inline/${name}.js`, header + entry(name, inline));
  write(join(dist, `esm/workerd/${name}.js`), entry(name, compiled("")));
  write(join(dist, `esm/edge-light/${name}.js`), entry(name, compiled("?module")));
  const names = Object.keys(require(join(dist, `cjs/inline/${name}.js`)));
  write(join(dist, `node/${name}.mjs`), `import cjs from "../cjs/inline/${name}.js";\n\nexport const { ${names.join(", ")} } = cjs;\n`);
}

// 4. The command line. It is bundled, but for what the package has anyway: the modules below entry/ become the
// package's own ones for Node.
tsc("-p", join(stage, "bin/tsconfig.json"), "--noEmit", "--module", "nodenext", "--moduleResolution", "nodenext");
buildSync({
  entryPoints: [join(stage, "bin/itpay.ts")],
  outfile: join(dist, "bin/itpay.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  external: ["../entry/*", "../../entry/*"],
});
const command = join(dist, "bin/itpay.mjs");
write(command, read(command).replaceAll(/"(?:\.\.\/)+entry\/(\w+)\.js"/g, '"../node/$1.mjs"'));
chmodSync(command, 0o755);

// 5. The manifest, with one block of conditions for each entry. Order decides: edge runtimes also say "node".
const manifest = JSON.parse(read(join(template, "package.json")));
const esmTypes = (name) => `./dist/esm/entry/${name}.d.ts`;
const cjsTypes = (name) => `./dist/cjs/entry/${name}.d.ts`;
manifest.main = "./dist/cjs/inline/index.js";
manifest.module = "./dist/esm/inline/index.js";
manifest.types = cjsTypes("index");
manifest.exports = Object.fromEntries(
  Object.keys(entries).map((name) => [
    name === "index" ? "." : `./${name.replace("-", "/")}`,
    {
      workerd: { types: esmTypes(name), default: `./dist/esm/workerd/${name}.js` },
      "edge-light": { types: esmTypes(name), default: `./dist/esm/edge-light/${name}.js` },
      node: {
        import: { types: esmTypes(name), default: `./dist/node/${name}.mjs` },
        require: { types: cjsTypes(name), default: `./dist/cjs/inline/${name}.js` },
      },
      require: { types: cjsTypes(name), default: `./dist/cjs/inline/${name}.js` },
      import: { types: esmTypes(name), default: `./dist/esm/inline/${name}.js` },
      default: `./dist/esm/inline/${name}.js`,
    },
  ]),
);
for (const module of Object.keys(owners)) {
  manifest.exports[`./${module}.wasm`] = { types: `./dist/wasm/${module}.wasm.d.ts`, default: `./dist/wasm/${module}.wasm` };
}
// Types that need a framework's own: for those who ask for them.
for (const framework of ["react", "svelte", "vue"]) {
  cpSync(join(template, `types/${framework}.d.ts`), join(dist, `types/${framework}.d.ts`));
  manifest.exports[`./qr/${framework}`] = { types: `./dist/types/${framework}.d.ts` };
}
manifest.exports["./package.json"] = "./package.json";
write(join(pkg, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of readdirSync(root)) {
  if (/^(README|CHANGELOG)\.md$|^LICENSE-/.test(file)) cpSync(join(root, file), join(pkg, file));
}
