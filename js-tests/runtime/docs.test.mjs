// Runs the code blocks of the pages as they stand, each as a program of its own, with the variables that
// `npx itpay sandbox` prints. Pages whose blocks need a framework or a browser have a test of their own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { transformSync } from "esbuild";

import { codeBlocks, pages, projectFolder, promisedLines, root } from "../doc-pages.mjs";
import { startSandbox } from "../sandbox-command.mjs";
import { freePort } from "../loopback.mjs";

/** The pages that another test runs. */
const ELSEWHERE = {
  "docs/agents.md": "runtime/agents-docs.test.mjs",
  "docs/cli.md": "unit/cli-help.test.mjs",
  "docs/qr.md": "browser/docs-qr.test.mjs",
  "docs/runtimes.md": "runtime/runtimes-docs.test.mjs",
  "docs/rust.md": "cargo test --doc",
  "docs/stores.md": "runtime/stores-postgres.test.mjs",
  "docs/webhooks.md": "runtime/webhooks-docs.test.mjs",
};
const own = pages.filter((page) => !(page in ELSEWHERE));
const folder = projectFolder("blocks");

/** The `.env` that a sandbox prints. */
const variablesOf = ({ output }) =>
  Object.fromEntries([...output.matchAll(/^([A-Z_]+)=(\S+)$/gm)].map(([, name, value]) => [name, value]));

let sandbox;
let variables;
before(async () => {
  sandbox = await startSandbox();
  variables = variablesOf(sandbox);
});
after(() => sandbox.stop());

/** Runs it as a program to its end; what it wrote. */
async function runProgram(path, code) {
  // A gateway in the same process has credentials of its own.
  const env = { PATH: process.env.PATH, ...(code.includes("itpay/sandbox") ? {} : variables) };
  const program = spawn(process.execPath, [path], { env, timeout: 60_000 });
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
  for (const test of Object.values(ELSEWHERE))
    if (!test.startsWith("cargo")) assert.ok(existsSync(join(root, "js-tests", test)), test);
  for (const page of Object.keys(ELSEWHERE)) assert.ok(pages.includes(page), page);
});

for (const page of own) {
  for (const block of codeBlocks(page)) {
    const { language, attributes, code, line, heading } = block;
    if (attributes.file !== undefined) continue; // docs/testing.md's: runtime/docs-testing.test.mjs
    if (attributes.run === "server") {
      test(`${page}:${line}, ${heading}: the server accepts the sandbox's webhook`, () => takesWebhook(code));
      continue;
    }
    if (language === "json") continue; // a scenario: runtime/sandbox-docs.test.mjs
    if (language === "sh") {
      test(`${page}:${line}, ${heading}: every command exists`, () => checkCommands(code));
      continue;
    }
    test(`${page}:${line}, ${heading}: the program prints the text in its comments`, async () => {
      assert.match(language, /^(js|ts)$/, `${page} has a block that no test runs`);
      const expected = promisedLines(code);
      const path = join(folder, `${page.replaceAll(/\W/g, "-")}-${line}.mjs`);
      writeFileSync(path, transformSync(code, { loader: language, format: "esm" }).code);
      const stop = attributes.run === "pay" ? startPayer() : () => {};
      try {
        const lines = (await runProgram(path, code)).split("\n");
        for (const each of expected) assert.ok(lines.includes(each), `${each} is not among ${lines.join(" | ")}`);
      } finally {
        stop();
      }
    });
  }
}

/** Runs the server on a free port, and pays. */
async function takesWebhook(code) {
  const port = await freePort();
  assert.match(code, /\b3000\b/);
  const path = join(folder, "server.mjs");
  writeFileSync(path, code.replace("3000", String(port)));
  const shop = await startSandbox("--webhook", `http://127.0.0.1:${port}/webhook`);
  const program = spawn(process.execPath, [path], { env: { PATH: process.env.PATH, ...variablesOf(shop) } });
  try {
    let output = "";
    program.stdout.on("data", (piece) => (output += piece));
    const { id } = await shop.client.paymentIntents.create({
      service_id: "svc_sandbox",
      type: "one_time",
      amount: { currency: "CNY", value: 699 },
      payer: { agent_id: "agent_1" },
      channel: "alipay",
    });
    await shop.client.qr.generate(id);
    await shop.press(`payment-intents/${id}/pay`);
    for (let tries = 0; tries < 200 && !output.includes(id); tries += 1) await sleep(50);
    assert.equal(output.trim(), `paid: ${id}`);
  } finally {
    program.kill();
    await shop.stop();
  }
}

/** Each line is a command of this package with options that it has, or a program that everybody has. */
function checkCommands(code) {
  for (const command of code.trim().split("\n")) {
    assert.match(command, /^(npx itpay|npm install itpay|node|curl|make|[A-Z_]+=\S+) ?/, command);
    const target = /^make ([\w-]+)/.exec(command)?.[1];
    if (target !== undefined)
      assert.match(readFileSync(join(root, "Makefile"), "utf8"), new RegExp(`^${target}:`, "m"), command);
  }
}
