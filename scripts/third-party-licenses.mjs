// The licenses of the code that is compiled or bundled into the package: THIRD-PARTY-LICENSES, committed and shipped.
//
//   node scripts/third-party-licenses.mjs [--write]      without --write, fails if the file is not up to date

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const file = join(root, "THIRD-PARTY-LICENSES");
const cargo = (...args) =>
  execFileSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });

/** The crates in the wasm modules, as `name version`. Macros and build scripts leave no code in them. */
export function crates() {
  const tree = cargo(
    "tree",
    "--locked",
    "--package",
    "itpay-wasm",
    "--all-features",
    "--target",
    "wasm32-unknown-unknown",
    "--edges",
    "normal,no-proc-macro",
    "--prefix",
    "none",
  );
  const names = tree
    .trim()
    .split("\n")
    .map((line) => line.replace(/^(\S+) v(\S+).*$/, "$1 $2"));
  return [...new Set(names)].filter((name) => !/^itpay(-wasm)? /.test(name)).sort();
}

/** The npm packages in the command line, as scripts/assemble.mjs bundled them. */
export function npmPackages() {
  return JSON.parse(readFileSync(join(root, "target/bundled-packages.json"), "utf8"));
}

/** The license text in the folder: MIT's where there is a choice, as it is the shortest. */
function licenseText(folder) {
  const files = readdirSync(folder).filter((name) => /^(licen[sc]e|copying|unlicense)/i.test(name));
  const chosen = files.find((name) => /mit/i.test(name)) ?? files.find((name) => !/apache/i.test(name)) ?? files[0];
  return chosen === undefined ? undefined : readFileSync(join(folder, chosen), "utf8").replaceAll("\r\n", "\n").trim();
}

function text() {
  const { packages } = JSON.parse(cargo("metadata", "--locked", "--all-features", "--format-version", "1"));
  const manifests = new Map(
    packages.map(({ name, version, license, manifest_path: path }) => [
      `${name} ${version}`,
      { license, folder: dirname(path) },
    ]),
  );
  const parts = crates().map((name) => ({ name, ...manifests.get(name) }));
  for (const name of npmPackages()) {
    const folder = join(root, "js-tests/node_modules", name.slice(0, name.lastIndexOf(" ")));
    parts.push({ name, folder, license: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).license });
  }
  // Many share a text, but for the year and the name in it, which belong to the notice.
  const groups = new Map();
  for (const { name, license, folder } of parts) {
    const text = licenseText(folder) ?? `No license text is in the package, which says: ${license}.`;
    groups.set(text, [...(groups.get(text) ?? []), `${name} (${license})`]);
  }
  const line = "-".repeat(80);
  const sections = [...groups].map(([text, names]) => `${line}\n${names.join("\n")}\n${line}\n\n${text}\n`);
  return `itpay contains code of these projects, compiled into its WebAssembly modules or bundled into its command line.
Rust's standard library (MIT OR Apache-2.0, The Rust Project Developers) is compiled in, too.

${sections.join("\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const now = text();
  if (process.argv.includes("--write")) writeFileSync(file, now);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== now) {
    console.error("THIRD-PARTY-LICENSES is not up to date: make licenses");
    process.exitCode = 1;
  }
}
