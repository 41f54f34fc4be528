// Puts the npm package together in pkg/ from pkg-template/ and the wasm modules in target/wasm/.
//
//   dist/esm/src, entry   the TypeScript, compiled: shared by every way in
//   dist/esm/inline       entries that carry the wasm as text: browsers, bundlers, Deno, Bun
//   dist/esm/workerd      entries that import the .wasm as a compiled module: Cloudflare
//   dist/esm/edge-light   the same with ?module: Vercel, Next.js
//   dist/cjs/node         entries that read the .wasm file: Node, Jest
//   dist/node             ES modules over dist/cjs, so that a process has one copy of each class
//   dist/wasm             the modules themselves
//   dist/bin              the command line

import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { replaceOnce } from "./replace-once.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(join(root, "js-tests/package.json"));
const { build, buildSync } = require("esbuild");

// Which file of src/ owns each wasm module, and which modules each entry needs.
const owners = { webhooks: "webhooks/webhooks-module", client: "client/client", gopay: "gopay/client", paykit: "paykit/itpay-provider", qr: "qr/qr", sandbox: "sandbox/run-sandbox" };
// Of these, only numbers and bytes cross the border, so that they are entered without wasm-bindgen's glue.
const bare = ["webhooks", "qr"];
const entries = {
  index: ["client", "webhooks"],
  webhooks: ["webhooks"],
  "webhooks-node": ["webhooks"],
  stores: [],
  paykit: [],
  gopay: ["gopay"],
  qr: ["qr"],
  "qr-element": ["qr"],
  sandbox: ["sandbox"],
};

// An entry of several files, each of which a bundler leaves out, wasm and all, where nothing of it is used: their
// folders are not among the package's sideEffects. The entry's own file in entry/ is for the types.
const parts = { paykit: { "paykit-core": [], "paykit-itpay": ["client", "paykit", "webhooks"] } };

const template = join(root, "pkg-template");
const stage = join(root, "target/stage");
const pkg = join(root, "pkg");
const dist = join(pkg, "dist");

const read = (path) => readFileSync(path, "utf8");
const write = (path, text) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

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
    text = `import { lazyTextDecoder, lazyTextEncoder } from "../internal/lazy-text-codec.js";\n${text}`;
  }
  return `${text}\nexport { initSync };\n`;
}

/** Writes an entry, given its folder and how it gets its wasm. */
function writeEntry(folder, name, how) {
  const files = Object.entries(parts[name] ?? {});
  const text = files.length === 0 ? entry(name, entries[name], how) : files.map(([part]) => `export * from "../${basename(folder)}-parts/${part}.js";\n`).join("");
  write(join(dist, folder, `${name}.js`), text);
  for (const [part, modules] of files) {
    // Values of its own: one that only passed them on would be passed by, and the wasm with it.
    const own = `import * as ${camel(part)} from "../entry/${part}.js";\n\nexport const { ${exportsOf(`entry/${part}.js`).join(", ")} } = ${camel(part)};\n`;
    const passedOn = `export * from "../entry/${part}.js";\n`;
    const text = entry(part, modules, how);
    write(join(dist, `${folder}-parts`, `${part}.js`), modules.length === 0 ? text : replaceOnce(text, passedOn, own, part));
  }
}

/** The names of the values that an ES module exports. */
function exportsOf(path) {
  const { metafile } = buildSync({ entryPoints: [join(dist, "esm", path)], bundle: true, write: false, metafile: true, format: "esm", outdir: dist });
  return Object.values(metafile.outputs)[0].exports;
}

const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

/** An entry, given the wasm modules that it needs and how it gets them. */
function entry(name, modules, { header = [], imports, use, more = {} }) {
  if (modules.length === 0) return `export * from "../entry/${name}.js";\n`;
  const lines = [...header, ...modules.flatMap((module) => [`import { wasm as ${module} } from "../src/${owners[module]}.js";`, ...imports(module)])];
  return `${lines.join("\n")}\n\n${modules.map((module) => `${module}.provide(() => ${use(module)}${more[module] ?? ""});`).join("\n")}\n\nexport * from "../entry/${name}.js";\n`;
}

const inline = {
  header: ['import { inline } from "../src/internal/wasm-source.js";'],
  imports: (module) => [`import ${module}Text from "../src/glue/${module}.text.js";`],
  use: (module) => `inline(${module}Text)`,
};
const compiled = (suffix) => ({
  imports: (module) => [`import ${module}Module from "../../wasm/${module}.wasm${suffix}";`],
  use: (module) => `${module}Module`,
});
// The path is written out in each place, as tools that collect a program's files look for it like that.
const file = {
  header: ['import { readFileSync } from "node:fs";', 'import { join } from "node:path";', 'import { file } from "../src/internal/wasm-source.js";'],
  imports: () => [],
  use: (module) => `file(() => readFileSync(join(__dirname, "../../wasm/${module}.wasm")))`,
};

/**
 * Bytes as printable text: in one character what is below 89, as most of a wasm module is, and in two the rest.
 * Shorter than base64, and as bytes stay whole, gzip makes of it what it makes of the module itself: a fifth less.
 * src/internal/wasm-source.ts reads it.
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
  if (!bare.includes(name)) write(join(stage, "src/glue", `${name}.js`), glue(name));
  write(join(stage, "src/glue", `${name}.d.ts`), read(join(from, `${name}.d.ts`)));
  write(join(stage, "src/glue", `${name}.text.js`), `export default "${asText(bytes)}";\n`);
  mkdirSync(join(dist, "wasm"), { recursive: true });
  writeFileSync(join(dist, "wasm", `${name}.wasm`), bytes);
  write(join(dist, "wasm", `${name}.wasm.d.ts`), `import type { CompiledModule } from "../esm/src/internal/platform-types.js";\n\ndeclare const module: CompiledModule;\nexport default module;\n`);
}

write(join(stage, "src/internal/version.ts"), `// Written by the build.\n\n/** The version of this package. */\nexport const VERSION = "${manifestVersion()}";\n`);

// 2. Compile twice, then carry over what is JavaScript already.
tsc("-p", join(stage, "tsconfig.json"), "--outDir", join(dist, "esm"), "--module", "esnext", "--moduleResolution", "bundler");
tsc("-p", join(stage, "tsconfig.json"), "--outDir", join(dist, "cjs"), "--emitDeclarationOnly", "--module", "commonjs", "--moduleResolution", "bundler");
write(join(dist, "cjs/package.json"), '{ "type": "commonjs" }\n');
for (const file of readdirSync(join(stage, "src/glue"))) {
  if (file.endsWith(".js")) cpSync(join(stage, "src/glue", file), join(dist, "esm/src/glue", file));
}

// 3. The entries.
const forNode = {};
for (const name of Object.keys(entries)) {
  writeEntry("esm/inline", name, inline);
  // With nodejs_compat workerd has node:crypto, but a call takes 5 µs there.
  writeEntry("esm/workerd", name, { ...compiled(""), more: { webhooks: ", 3072" } });
  writeEntry("esm/edge-light", name, compiled("?module"));
  // Nothing is left out where nothing is bundled.
  const modules = [...new Set([...entries[name], ...Object.values(parts[name] ?? {}).flat()])];
  forNode[name] = entry(name, modules, file);
}
// For Node's require each entry is one file: to find a file takes a process longer than to run it, and the first webhook
// waits for it. What several entries need is in the first of them, whose file hands it on to the others as `internals`.
const inOrder = [...new Set(["webhooks", ...Object.keys(entries)])];
function commonJs(name, contents, plugins = []) {
  return build({
    stdin: { contents, resolveDir: join(dist, "esm/entry"), sourcefile: `${name}, for Node` },
    outfile: join(dist, `cjs/node/${name}.js`),
    absWorkingDir: join(dist, "esm"),
    bundle: true,
    format: "cjs",
    target: "es2022",
    external: ["node:*"],
    // `file` is CommonJS already, and so are the exports: __dirname is where the output is.
    logOverride: { "commonjs-variable-in-esm": "silent" },
    metafile: true,
    write: false,
    plugins,
  });
}
// Which entries need a module, in order: the first has it.
const users = new Map();
for (const name of inOrder) {
  const { metafile } = await commonJs(name, forNode[name]);
  for (const module of Object.keys(metafile.inputs)) users.set(module, [...(users.get(module) ?? []), name]);
}
// Else a QR code would bring the client along for this alone.
users.get("src/internal/wasm.js").unshift("webhooks");
// The last entry first: an entry hands on what those behind it asked for.
const asked = new Set();
const picked = (from, path) => `{ ${exportsOf(path).map((name) => `${name}: ${from}.${name}`).join(", ")} }`;
for (const name of inOrder.reverse()) {
  const elsewhere = {
    name: "what is in another entry's file",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const module = relative(join(dist, "esm"), join(resolveDir, path));
        const [home] = users.get(module);
        if (home === name) return undefined;
        asked.add(module);
        return { path: `./${home}.js#${module}`, external: true, sideEffects: false };
      }),
  };
  const handedOn = [...asked].sort().filter((module) => users.get(module)[0] === name);
  const internals = handedOn.map((module, index) => `    get "${module}"() { return ${picked(`module${index}`, module)}; },\n`);
  const own = [
    ...handedOn.map((module, index) => `import * as module${index} from "../${module}";`),
    `import * as entry from "../entry/${name}.js";`,
    forNode[name].replace(/^export .*$/m, ""),
    `module.exports = ${picked("entry", `entry/${name}.js`)};`,
    `Object.defineProperties(module.exports, {\n  __esModule: { value: true },\n  internals: { value: {\n${internals.join("")}  } },\n});`,
  ];
  const { outputFiles: [{ path, text }] } = await commonJs(name, own.join("\n"), [elsewhere]);
  write(path, text.replaceAll(/require\("(\.\/[\w-]+\.js)#([^"]+)"\)/g, 'require("$1").internals["$2"]'));
}
// By import a process gets the same copy, and not by `import cjs from`, for which Node would lex the file first. A bundler
// that comes here does not see what createRequire is for, but the second way.
for (const name of Object.keys(entries)) {
  const names = Object.keys(require(join(dist, `cjs/node/${name}.js`)));
  const text = `import { createRequire } from "node:module";

let entry;
try {
  entry = createRequire(import.meta.url)("../cjs/node/${name}.js");
} catch {
  // In a bundle: it has everything in itself.
  entry = require("../esm/inline/${name}.js");
}

export const { ${names.join(", ")} } = entry;
`;
  write(join(dist, `node/${name}.mjs`), text);
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

// 5. The manifest, with one block of conditions for each entry. Order decides: edge runtimes also say "node", and so
// does a bundler for servers, whose bundle leaves files behind; that it bundles, it says by "module".
const manifest = JSON.parse(read(join(template, "package.json")));
const esmTypes = (name) => `./dist/esm/entry/${name}.d.ts`;
const cjsTypes = (name) => `./dist/cjs/entry/${name}.d.ts`;
manifest.main = "./dist/cjs/node/index.js";
manifest.module = "./dist/esm/inline/index.js";
manifest.types = cjsTypes("index");
manifest.exports = Object.fromEntries(
  Object.keys(entries).map((name) => {
    const inlined = { types: esmTypes(name), default: `./dist/esm/inline/${name}.js` };
    const required = { types: cjsTypes(name), default: `./dist/cjs/node/${name}.js` };
    const conditions = {
      workerd: { types: esmTypes(name), default: `./dist/esm/workerd/${name}.js` },
      "edge-light": { types: esmTypes(name), default: `./dist/esm/edge-light/${name}.js` },
      // Deno would ask for the permission to read the file; "bun build --compile" would leave it behind.
      deno: inlined,
      bun: inlined,
      module: inlined,
      node: { import: { types: esmTypes(name), default: `./dist/node/${name}.mjs` }, require: required },
      require: required,
      default: inlined,
    };
    return [name === "index" ? "." : `./${name.replace("-", "/")}`, conditions];
  }),
);
// Without the wasm: whoever imports these brings it. As ES modules only: they are for bundles and pages.
for (const name of ["slim", ...Object.keys(entries)]) {
  const path = { slim: "./slim", index: "./slim/client" }[name] ?? `./slim/${name.replace("-", "/")}`;
  manifest.exports[path] = { types: esmTypes(name), default: `./dist/esm/entry/${name}.js` };
}
for (const module of Object.keys(owners)) {
  manifest.exports[`./${module}.wasm`] = { types: `./dist/wasm/${module}.wasm.d.ts`, default: `./dist/wasm/${module}.wasm` };
}
// Types that need a framework's own: for those who ask for them.
for (const framework of ["react", "svelte", "vue"]) {
  cpSync(join(template, `types/${framework}.d.ts`), join(dist, `types/${framework}.d.ts`));
  manifest.exports[`./qr/${framework}`] = { types: `./dist/types/${framework}.d.ts` };
}
manifest.exports["./package.json"] = "./package.json";
// Tools from before `exports` look for a folder of the entry's name: Parcel, TypeScript's moduleResolution node10.
for (const name of Object.keys(entries).filter((entry) => entry !== "index")) {
  const folder = name.replace("-", "/");
  const up = folder.replaceAll(/[^/]+/g, "..");
  const file = { main: `${up}/dist/cjs/node/${name}.js`, module: `${up}/dist/esm/inline/${name}.js`, types: `${up}/dist/cjs/entry/${name}.d.ts` };
  write(join(pkg, folder, "package.json"), `${JSON.stringify(file, null, 2)}\n`);
  manifest.files.push(`${folder}/package.json`);
}
write(join(pkg, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of readdirSync(root)) {
  if (/^(README|CHANGELOG)\.md$|^LICENSE-/.test(file)) cpSync(join(root, file), join(pkg, file));
}
