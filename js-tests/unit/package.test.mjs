// The npm package as a whole: what is in the tarball, where its entries lead, and what bundlers make of it.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { nodeFileTrace } from "@vercel/nft";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

import { crates, npmPackages } from "../../scripts/third-party-licenses.mjs";
import { wasmIn, wasmPieces } from "../wasm-pieces.mjs";

const run = promisify(execFile);
const pkg = fileURLToPath(new URL("../../pkg/", import.meta.url));
const manifest = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
const entries = Object.keys(manifest.exports).filter(
  (name) => !/\.(wasm|json)$|^\.\/qr\/(react|svelte|vue)$/.test(name),
);
const specifier = (entry) => `itpay${entry.slice(1)}`;

const folder = mkdtempSync(join(tmpdir(), "itpay-package-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const [packed] = JSON.parse((await run("npm", ["pack", pkg, "--json", "--pack-destination", folder])).stdout);

test("the tarball has the files that it had (UPDATE=1 after looking at the difference)", () => {
  const snapshot = new URL("../snapshots/tarball.txt", import.meta.url);
  const text = `${packed.files
    .map(({ path }) => path)
    .sort()
    .join("\n")}\n`;
  if (process.env.UPDATE) writeFileSync(snapshot, text);
  assert.equal(text, readFileSync(snapshot, "utf8"));
});

test("every link and picture of the README and of the pages is in the tarball, but for the pages' own pictures", () => {
  const files = new Set(packed.files.map(({ path }) => path));
  const missing = [];
  for (const page of [...files].filter((path) => path === "README.md" || /^docs\/.*\.md$/.test(path))) {
    for (const [, link] of readFileSync(join(pkg, page), "utf8").matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      const target = join(dirname(page), link);
      if (!files.has(target) && !(page.startsWith("docs/") && target.startsWith("docs/screenshots/")))
        missing.push(`${page}: ${link}`);
    }
  }
  assert.deepEqual(missing, []);
});

test("the README's pictures are below 30 KB together, the tarball below 1.5 MB", () => {
  const pictures = packed.files.filter(({ path }) => /\.(png|svg|jpe?g)$/.test(path));
  assert.equal(pictures.length, 2);
  assert.ok(pictures.reduce((sum, { size }) => sum + size, 0) < 30_000);
  assert.ok(packed.size < 1_500_000, `${packed.size}`);
});

test("the package, its VERSION and the crate have one version", async () => {
  const crate = /^version = "(.*)"$/m.exec(readFileSync(new URL("../../Cargo.toml", import.meta.url), "utf8"))[1];
  const { VERSION } = await import("itpay");
  assert.deepEqual([manifest.version, VERSION], [crate, crate]);
});

test("THIRD-PARTY-LICENSES has the crates of Cargo.lock and the npm packages that are compiled or bundled in (make licenses)", async () => {
  const named = [...readFileSync(join(pkg, "THIRD-PARTY-LICENSES"), "utf8").matchAll(/^(\S+ \d\S*) \(.*\)$/gm)].map(
    ([, name]) => name,
  );
  assert.deepEqual(named.sort(), [...crates(), ...npmPackages()].sort());
  assert.ok(named.length > 20);
});

test("nothing is installed beside it and nothing runs when it is installed", () => {
  for (const field of [
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
    "bundleDependencies",
    "scripts",
    "gypfile",
  ])
    assert.equal(manifest[field], undefined, field);
  assert.ok(!existsSync(join(pkg, "binding.gyp")));
});

test("no source map is promised: the JavaScript is as readable as its source, and not minified", () => {
  for (const { path } of packed.files.filter(({ path: name }) => /\.m?js$/.test(name))) {
    const text = readFileSync(join(pkg, path), "utf8");
    assert.doesNotMatch(text, /sourceMappingURL/, path);
    // The MCP server is other people's code, for the most part.
    if (!path.endsWith(".text.js") && path !== "dist/bin/mcp.mjs")
      assert.ok(
        text.split("\n").every((line) => line.length < 1000),
        `${path} has lines that nobody reads`,
      );
  }
});

test("every file that exports names is in the tarball", () => {
  const files = new Set(packed.files.map(({ path }) => `./${path}`));
  const leaves = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(leaves));
  for (const path of [
    ...leaves(manifest.exports),
    manifest.main,
    manifest.module,
    manifest.types,
    ...Object.values(manifest.bin),
  ])
    assert.ok(files.has(path), path);
});

test("an edge runtime's condition comes before Node's, a bundler's before Node's, and types before all in their block", () => {
  for (const [entry, conditions] of Object.entries(manifest.exports)) {
    if (typeof conditions === "string" || conditions.node === undefined) continue;
    const order = Object.keys(conditions);
    for (const before of ["workerd", "edge-light", "module"])
      assert.ok(order.indexOf(before) >= 0 && order.indexOf(before) < order.indexOf("node"), `${entry}: ${before}`);
    assert.equal(order.at(-1), "default", entry);
    const blocks = (value) => (typeof value === "string" ? [] : [value, ...Object.values(value).flatMap(blocks)]);
    for (const block of blocks(conditions)) if ("types" in block) assert.equal(Object.keys(block)[0], "types", entry);
  }
});

test("publint finds nothing", async () => {
  const { messages, pkg: read } = await publint({ pkgDir: pkg, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, read, { color: false })),
    [],
  );
});

test("the types are right for every way of resolving them (attw)", () => {
  const attw = fileURLToPath(new URL("../node_modules/@arethetypeswrong/cli/dist/index.js", import.meta.url));
  const args = [attw, join(folder, packed.filename), "--no-definitely-typed", "--format", "json"];
  // Into a file, because it exits before a pipe has transported all of its output.
  const reply = join(folder, "attw.json");
  spawnSync(process.execPath, args, { stdio: ["ignore", openSync(reply, "w"), "inherit"] });
  const { analysis, problems } = JSON.parse(readFileSync(reply, "utf8"));
  for (const entry of entries) assert.ok(entry in analysis.entrypoints, entry);
  const found = Object.values(problems)
    .flat()
    .filter(({ entrypoint, resolutionKind }) => {
      // By intention: these are ES modules only, and their own is no JavaScript.
      if (entrypoint.startsWith("./slim")) return !["node10", "node16-cjs"].includes(resolutionKind);
      return !/\.(wasm|json)$|^\.\/qr\/(react|svelte|vue)$/.test(entrypoint);
    });
  assert.deepEqual(
    found.map(({ kind, entrypoint, resolutionKind }) => `${kind} ${entrypoint} ${resolutionKind}`),
    [],
  );
});

/** A bundle of the entry: its text, and what it leaves to be found at run time. */
async function bundled(contents, options) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)) },
    outdir: "out",
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    loader: { ".wasm": "copy" },
    external: ["node:*", "cloudflare:*"],
    logLevel: "silent",
    plugins: [
      {
        name: "?module",
        setup: ({ onResolve }) =>
          onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
            path: join(resolveDir, path.replace("?module", "")),
          })),
      },
    ],
    ...options,
  });
  const text = outputFiles
    .filter(({ path }) => path.endsWith(".js"))
    .map((file) => file.text)
    .join("\n");
  return {
    text,
    external: Object.values(metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external).map(({ path }) => path),
    ),
    inputs: Object.keys(metafile.inputs),
    files: outputFiles.map(({ path }) => path),
  };
}

const places = {
  "a page": ["browser"],
  "a page's worker": ["worker", "browser"],
  workerd: ["workerd", "worker", "browser"],
  "Vercel's edge": ["edge-light", "worker", "browser"],
};
for (const [place, conditions] of Object.entries(places)) {
  test(`nothing of Node's is reached from ${place}, by import or by require`, async () => {
    for (const entry of entries) {
      for (const code of [
        `import * as all from "${specifier(entry)}"; console.log(all);`,
        `console.log(require("${specifier(entry)}"));`,
      ]) {
        // esbuild adds "module" only if no other condition is set.
        const { external } = await bundled(code, { conditions: [...conditions, "module"] });
        // Durable Objects' base class is imported where there is one.
        assert.deepEqual(
          external.filter((path) => path !== "cloudflare:workers"),
          [],
          `${code} for ${place}`,
        );
      }
    }
  });
}

// The wasm modules of each entry. No other may be in its bundle.
const modules = {
  ".": ["client", "webhooks"],
  "./webhooks": ["webhooks"],
  "./webhooks/node": ["webhooks"],
  "./stores": [],
  "./gopay": ["gopay"],
  "./paykit": ["paykit", "webhooks"],
  "./qr": ["qr"],
  "./qr/element": ["qr"],
  "./qr/png": ["qr-png"],
  "./sandbox": ["sandbox"],
  "./agents": ["client", "qr-png"],
};
const pieces = wasmPieces(pkg);
test("every entry brings its wasm modules along, each once, and no other", async () => {
  assert.deepEqual(entries.filter((entry) => !entry.startsWith("./slim")).sort(), Object.keys(modules).sort());
  for (const [entry, expected] of Object.entries(modules)) {
    const code = `import * as all from "${specifier(entry)}"; console.log(all);`;
    const page = await bundled(code, { conditions: ["browser", "module"] });
    assert.deepEqual(wasmIn([page.text], pieces), expected, `${entry} in a page`);
    for (const conditions of [["workerd"], ["edge-light"]]) {
      const { files } = await bundled(code, { conditions });
      assert.deepEqual(
        files.flatMap((path) => /\/([\w-]+)-\w+\.wasm$/.exec(path)?.[1] ?? []).sort(),
        expected,
        `${entry} with ${conditions}`,
      );
    }
  }
});

test("slim entries bring no wasm along", async () => {
  const slim = entries.filter((entry) => entry.startsWith("./slim"));
  assert.equal(slim.length, Object.keys(modules).length + 1);
  for (const entry of slim) {
    const { inputs, files } = await bundled(`import * as all from "${specifier(entry)}"; console.log(all);`, {
      conditions: ["browser", "module"],
    });
    assert.deepEqual(
      [...inputs, ...files].filter((path) => /\.text\.js$|\.wasm$/.test(path)),
      [],
      entry,
    );
  }
});

test("unused imports are left out of a bundle", async () => {
  for (const entry of entries.filter((name) => !["./qr/element", "./slim/qr/element"].includes(name))) {
    const { text } = await bundled(
      `import "${specifier(entry)}"; import { isItPayError } from "itpay/slim"; console.log(isItPayError(1));`,
      { conditions: ["browser", "module"] },
    );
    // An entry sets the source of its wasm as a side effect; a slim entry has none.
    if (entry.startsWith("./slim")) assert.ok(text.length < 1500, `${entry}: ${text.length}`);
  }
  const { text, inputs } = await bundled(
    'import { verifySignature } from "itpay/webhooks"; console.log(verifySignature);',
    { conditions: ["browser", "module"] },
  );
  assert.ok(!inputs.some((path) => /src\/(client|gopay|qr|sandbox|paykit)/.test(path)), inputs.join());
  assert.doesNotMatch(text, /ItPayClient|createWebhookHandler|already_processed/);
  const slim = await bundled(
    'import { init, webhooksWasm } from "itpay/slim"; import { verifySignature } from "itpay/slim/webhooks"; console.log(init, webhooksWasm, verifySignature);',
    { conditions: ["browser", "module"] },
  );
  assert.doesNotMatch(slim.text, /payment_intents_wait|paymentIntents|gateway_new|GoPayClient/);
});

test("an ES module copy and a CommonJS copy in one process know each other's errors", async () => {
  const required = createRequire(import.meta.url)("itpay");
  const other = await import("../../pkg/dist/esm/inline/index.js");
  assert.notEqual(other.ItPayError, required.ItPayError);
  for (const [thrower, judge] of [
    [required, other],
    [other, required],
  ]) {
    assert.throws(
      () => new thrower.ItPayClient({ apiKey: "sk_test", timeout: -1 }),
      (error) =>
        error instanceof thrower.ValidationError &&
        !(error instanceof judge.ValidationError) &&
        judge.isItPayError(error),
    );
    assert.match(thrower.createPaymentIntentId(), /^pi_/);
  }
});

test("an entry has the same names by import, by require and in a bundle, and each is one thing by import and by require", async () => {
  const require = createRequire(import.meta.url);
  for (const entry of Object.keys(modules)) {
    const [required, imported, bundle] = [
      require(specifier(entry)),
      await import(specifier(entry)),
      await import(join(pkg, manifest.exports[entry].default.default)),
    ];
    assert.deepEqual(Object.keys(required).sort(), Object.keys(bundle).sort(), entry);
    assert.deepEqual(Object.keys(imported).sort(), Object.keys(bundle).sort(), entry);
    for (const name of Object.keys(required)) assert.equal(imported[name], required[name], `${entry}: ${name}`);
    assert.equal(required.__esModule, true, entry);
  }
});

test("an entry consists of few files for Node's require, because each takes a millisecond", () => {
  const files = {
    "itpay/webhooks": 2,
    "itpay/stores": 2,
    "itpay/webhooks/node": 2,
    "itpay/qr": 3,
    "itpay/qr/png": 3,
    itpay: 3,
    "itpay/sandbox": 2,
    "itpay/agents": 4,
    "itpay/paykit": 4,
    "itpay/gopay": 3,
  };
  for (const [name, most] of Object.entries(files)) {
    const program = `require(${JSON.stringify(name)}); console.log(Object.keys(require.cache).length);`;
    const { stdout } = spawnSync(process.execPath, ["-e", program], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8",
    });
    assert.ok(Number(stdout) <= most, `${name}: ${stdout}`);
  }
});

test("the files that @vercel/nft collects for a program, as in Vercel and Next, are complete", async () => {
  for (const [name, program] of Object.entries({
    "program.mjs":
      'import { generateTestHeader } from "itpay/webhooks"; console.log(generateTestHeader({ payload: "{}", secret: "s" }).length);',
    "program.cjs": 'console.log(require("itpay/webhooks").generateTestHeader({ payload: "{}", secret: "s" }).length);',
  })) {
    const place = mkdtempSync(join(folder, "traced-"));
    const [source, traced] = [join(place, "source"), join(place, "traced")];
    cpSync(pkg, join(source, "node_modules/itpay"), { recursive: true });
    writeFileSync(join(source, name), program);
    const { fileList } = await nodeFileTrace([join(source, name)], { base: source });
    for (const path of fileList) cpSync(join(source, path), join(traced, path));
    rmSync(source, { recursive: true });
    const { stdout } = await run(process.execPath, [join(traced, name)]);
    assert.equal(stdout, "80\n", name);
  }
});

test("a bundler that knows only Node's condition leaves out nothing that is imported", async () => {
  const program =
    'import { generateTestHeader } from "itpay/webhooks"; console.log(generateTestHeader({ payload: "{}", secret: "s" }).length);';
  for (const [name, format] of [
    ["bundle.mjs", "esm"],
    ["bundle.cjs", "cjs"],
  ]) {
    const { text } = await bundled(program, { platform: "node", conditions: ["node"], format });
    writeFileSync(join(folder, name), text);
    assert.equal((await run(process.execPath, [join(folder, name)])).stdout, "80\n", name);
  }
});

test("no file of the tarball knows this machine", () => {
  const sysroot = execFileSync("rustc", ["--print", "sysroot"], { encoding: "utf8" }).trim();
  const places = [process.env.HOME, fileURLToPath(new URL("../../", import.meta.url)), `${sysroot}/lib/rustlib`]
    .filter((path) => path?.length > 1)
    .map((path) => `${path.replace(/\/$/, "")}/`);
  for (const name of readdirSync(pkg, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const bytes = readFileSync(join(name.parentPath, name.name), "latin1");
    for (const place of places) assert.ok(!bytes.includes(place), `${name.name}: ${place}`);
  }
});
