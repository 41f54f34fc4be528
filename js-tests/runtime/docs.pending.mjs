// Runs the code blocks of the pages as they stand, each as a program of its own, with the variables that
// `npx itpay sandbox` prints. Pages whose blocks need a framework or a browser have a test of their own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { codeBlocks, pages, projectFolder, promisedLines, root } from "../doc-pages.mjs";
import { startSandbox } from "../sandbox-command.mjs";

/** The pages that another test runs. */
const ELSEWHERE = {
  "docs/gopay-sandbox.md": "runtime/readme.test.mjs",
  "docs/paykit.md": "runtime/readme.test.mjs",
  "docs/qr.md": "browser/docs-qr.test.mjs",
  "docs/runtimes.md": "runtime/runtimes-docs.test.mjs",
  "docs/rust.md": "cargo test --doc",
  "docs/sandbox.md": "runtime/readme.test.mjs",
  "docs/webhooks.md": "runtime/webhooks-docs.test.mjs",
};
const own = pages.filter((page) => !(page in ELSEWHERE));
const folder = projectFolder("blocks");

let sandbox;
let variables;
before(async () => {
  sandbox = await startSandbox();
  variables = Object.fromEntries([...sandbox.output.matchAll(/^([A-Z_]+)=(\S+)$/gm)].map(([, name, value]) => [name, value]));
});
after(() => sandbox.stop());

/** Runs it as a program to its end; what it wrote. */
async function runProgram(path) {
  const program = spawn(process.execPath, [path], { env: { PATH: process.env.PATH, ...variables }, timeout: 60_000 });
  let output = "";
  let errors = "";
  program.stdout.on("data", (piece) => (output += piece));
  program.stderr.on("data", (piece) => (errors += piece));
  const [status] = await once(program, "close");
  assert.equal(status, 0, errors || output);
  return output;
}

/** Pays every payment that there is, as its payer would, until it is stopped. */
function startPayer() {
  const paid = new Set();
  const timer = setInterval(async () => {
    const overview = await (await fetch(sandbox.url)).text();
    for (const [id] of overview.matchAll(/pi_[\w-]+/g)) {
      if (!paid.has(id) && (await sandbox.press(`payment-intents/${id}/pay`))[0] === 200) paid.add(id);
    }
  }, 100);
  return () => clearInterval(timer);
}

test("every page is run by this test or by one that exists", () => {
  for (const test of Object.values(ELSEWHERE)) if (!test.startsWith("cargo")) assert.ok(existsSync(join(root, "js-tests", test)), test);
  for (const page of Object.keys(ELSEWHERE)) assert.ok(pages.includes(page), page);
});

for (const page of own) {
  for (const block of codeBlocks(page)) {
    const { language, attributes, code, line, heading } = block;
    if (attributes.file !== undefined) continue; // run by the test of its framework, below
    if (language === "sh") {
      test(`${page}:${line}, ${heading}: every command exists`, () => checkCommands(code));
      continue;
    }
    test(`${page}:${line}, ${heading}: the program prints what its comments say`, async () => {
      assert.match(language, /^(js|ts)$/, `${page} has a block that no test runs`);
      const expected = promisedLines(code);
      assert.ok(expected.length > 0, "the block shows no result");
      const path = join(folder, `${page.replaceAll(/\W/g, "-")}-${line}.${language}`);
      writeFileSync(path, code);
      const stop = attributes.run === "pay" ? startPayer() : () => {};
      try {
        const lines = (await runProgram(path)).split("\n");
        for (const each of expected) assert.ok(lines.includes(each), `${each} is not among ${lines.join(" | ")}`);
      } finally {
        stop();
      }
    });
  }
}

/** Each line is a command of this package with options that it has, or a program that everybody has. */
function checkCommands(code) {
  for (const command of code.trim().split("\n")) {
    assert.match(command, /^(npx itpay|npm install itpay|node|curl|make) ?/, command);
    const target = /^make ([\w-]+)/.exec(command)?.[1];
    if (target !== undefined) assert.match(readFileSync(join(root, "Makefile"), "utf8"), new RegExp(`^${target}:`, "m"), command);
  }
}
