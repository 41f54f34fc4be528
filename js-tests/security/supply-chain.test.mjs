// The parts of the package: unsafe code in one place with a reason for each use, and a reason for each dependency in
// CONTRIBUTING.md. What is in the tarball is in unit/package.test.mjs, licenses and advisories in scripts/release-check.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path) => readFileSync(join(root, path), "utf8");

test("unsafe code is only in src/js, and each use states why it is sound", () => {
  const files = readdirSync(join(root, "src"), { recursive: true }).filter((name) => name.endsWith(".rs"));
  let found = 0;
  for (const file of files) {
    const lines = read(`src/${file}`).split("\n");
    let impl = false;
    for (const [index, line] of lines.entries()) {
      const code = line.replace(/\/\/.*/, "");
      // Blocks inside an `unsafe impl` are covered by its comment.
      if (/^\s*unsafe impl\b.*\{$/.test(code)) impl = true;
      else if (/^\s{0,4}\}/.test(code)) impl = false;
      if (!/\bunsafe\b/.test(code) || (impl && /\bunsafe fn\b/.test(code))) continue;
      found += 1;
      assert.match(file, /^js\//, `src/${file}:${index + 1}`);
      // Symbols of the linker are used in a block with a reason.
      const reason = lines.slice(Math.max(0, index - 4), index).some((before) => /\/\/ SAFETY: \w/.test(before));
      assert.ok(reason || /^\s*unsafe extern "C" \{$/.test(code), `src/${file}:${index + 1} gives no reason`);
    }
  }
  assert.ok(found > 5, "it was looked for in the wrong place");
});

test("every module but src/js forbids unsafe code", () => {
  const lines = read("src/lib.rs").split("\n");
  const modules = lines.flatMap((line, index) =>
    /^(pub )?mod \w+;$/.test(line) ? [[line.match(/\w+;/)[0], lines[index - 1]]] : [],
  );
  assert.ok(modules.length > 10);
  for (const [name, attribute] of modules)
    assert.match(
      attribute,
      name === "js;" ? /^#\[allow\(unsafe_code, reason = "/ : /^#\[forbid\(unsafe_code\)\]$/,
      name,
    );
  assert.match(read("src/lib.rs"), /^#!\[deny\(unsafe_code\)\]$/m);
});

/** The names in the sections of a Cargo.toml that end in "dependencies]". */
function crates(path) {
  const sections = read(path)
    .split(/^(?=\[)/m)
    .filter((section) => /^\[(dev-)?dependencies\]/.test(section));
  return sections.flatMap((section) => [...section.matchAll(/^([\w-]+) = /gm)].map(([, name]) => name));
}

test("CONTRIBUTING.md has a reason for exactly the dependencies of the crate, the fuzz targets, the benchmarks and the tests", () => {
  const used = new Set([
    ...crates("Cargo.toml"),
    ...[...crates("fuzz/Cargo.toml"), ...crates("benchmarks/Cargo.toml")].filter((name) => name !== "itpay"),
    ...Object.keys(JSON.parse(read("js-tests/package.json")).devDependencies),
  ]);
  const list = read("CONTRIBUTING.md").split("## Dependencies, and why")[1];
  const named = new Set();
  for (const [, names, reason] of list.matchAll(/^\| (.*?) \| (.+) \|$/gm)) {
    for (const [, name] of names.matchAll(/`([^`]+)`/g)) if (reason.trim().length > 3) named.add(name);
  }
  assert.deepEqual([...named].sort(), [...used].sort());
});
