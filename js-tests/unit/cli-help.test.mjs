// Shared by all commands of `npx itpay`: help, version, .env, errors and exit statuses. docs/cli.md shows the same.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { ENVIRONMENT, itpay } from "../command-line.mjs";

const COMMANDS = ["sandbox", "webhook send", "webhook sign", "webhook verify", "qr", "mcp"];
const COMMAND = fileURLToPath(new URL("../../pkg/dist/bin/itpay.mjs", import.meta.url));
const PAGE = new URL("../../docs/cli.md", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));

function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), "itpay-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("each command has a help with an example and every option, and docs/cli.md shows it", async () => {
  let page = readFileSync(PAGE, "utf8");
  const overview = (await itpay(["--help"])).output;
  for (const name of COMMANDS) {
    for (const flag of ["--help", "-h"]) {
      const { code, output, errors } = await itpay([...name.split(" "), flag]);
      assert.deepEqual([code, errors], [0, ""]);
      assert.match(
        output,
        new RegExp(
          `^[A-Z].*\\.\n\nUsage: npx itpay ${name} [^]*\nOptions:\n[^]*-h, --help [^]*\nExamples:\n  npx itpay ${name}`,
        ),
      );
      assert.ok(
        output.split("\n").every((line) => line.length <= 140),
        output,
      );
      const options = [...output.matchAll(/^ +--([\w-]+)/gm)].map(([, option]) => option);
      const synopsis = overview.split("\n").find((line) => line.startsWith(`  npx itpay ${name} `));
      assert.deepEqual(
        [...synopsis.matchAll(/\[--([\w-]+)/g)].map(([, option]) => option),
        options,
      );
      const shown = `\`\`\`text\n${output}\`\`\`\n`;
      if (process.env.UPDATE) {
        page = page.replace(new RegExp(`\`\`\`text\n[^\`]*Usage: npx itpay ${name} [^\`]*\`\`\`\n`), () => shown);
        writeFileSync(PAGE, page);
      }
      assert.ok(page.includes(shown), `docs/cli.md does not show the help of ${name}: run this test with UPDATE=1`);
    }
  }
  for (const args of [[], ["--help"], ["-h"], ["help"]])
    assert.deepEqual(await itpay(args), { code: 0, output: overview, errors: "" });
  assert.equal((await itpay(["webhook", "--help"])).code, 0);
});

test("-v is the version", async () => {
  for (const flag of ["-v", "--version"])
    assert.deepEqual(await itpay([flag]), { code: 0, output: `${version}\n`, errors: "" });
});

test("a wrong command line is a sentence in the user's terms, with status 2", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "broken.json"), '{\n  "a" 1}');
  writeFileSync(join(folder, "long.txt"), "x".repeat(2 ** 20 + 1));
  const env = { ITPAY_WEBHOOK_SECRET: "whsec_1" };
  const url = ["--to", "http://127.0.0.1:9/"];
  const table = [
    [["what"], /there is no command "what"/],
    [["sandbo"], /Did you mean npx itpay sandbox\?/],
    [["webhook"], /a command is missing[^]*webhook verify/],
    [["webhook", "sent"], /there is no command "sent"/],
    [["sandbox", "--prot", "1"], /there is no option --prot\. Did you mean --port\?/],
    [["sandbox", "-x"], /there is no option -x/],
    [["sandbox", "--port"], /--port needs a value: --port PORT/],
    [["sandbox", "--state", "--json"], /--state needs a value: --state FILE/],
    [["sandbox", "--json=1"], /--json takes no value/],
    [["sandbox", "extra"], /"extra" is not expected here\.$/m],
    [["webhook", "send", "http://127.0.0.1:9"], /not expected here\. Did you mean --to http:\/\/127\.0\.0\.1:9\?$/m],
    [["sandbox", "--port", "70000"], /--port must be a number from 0 to 65535/],
    [["sandbox", "--webhook", "localhost"], /--webhook must be a URL/],
    [["sandbox", "--scenario", join(folder, "none.json")], /none\.json cannot be read: it does not exist/],
    [["sandbox", "--scenario", join(folder, "broken.json")], /broken\.json: not valid JSON/],
    [["sandbox", "--scenario", folder], /cannot be read: it is a folder/],
    [["webhook", "send"], /--to is required/],
    [["webhook", "send", "--to", "http://user:secret@127.0.0.1:9/"], /--to must have no user name and no password/],
    [["webhook", "send", ...url, "--type", ""], /--type must not be empty/],
    [["webhook", "send", ...url, "--id", ""], /--id must not be empty/],
    [["webhook", "send", ...url, "--times", "0"], /--times must be a number from 1 to 1000/],
    [["webhook", "send", ...url, "--data", "/dev/zero"], /\/dev\/zero is longer than 1 MiB/],
    [["webhook", "send", ...url, "--secret", "a", "--secret-file", "b"], /exclude each other/],
    [["webhook", "verify"], /--header is required/],
    [["webhook", "sign", "a", "b"], /"b" is one argument too many/],
    [["webhook", "sign", "/dev/zero"], /\/dev\/zero is longer than 1 MiB/],
    [["webhook", "sign", join(folder, "long.txt")], /is longer than 1 MiB/],
    [["webhook", "sign", "--secret-file", "/dev/zero"], /is longer than 64 KiB/],
    [["webhook", "sign", "--secret", ""], /the secret is empty/],
  ];
  for (const [args, expected] of table) {
    const { code, output, errors } = await itpay(args, { env });
    assert.match(errors, expected);
    assert.deepEqual([code, output], [2, ""], args.join(" "));
    assert.doesNotMatch(errors, /Error|ENOENT|EISDIR|Unexpected token|Unknown option|positional|\n {4}at /);
  }
});

test("standard input is read up to 1 MiB", async () => {
  const { code, errors } = await itpay(["webhook", "sign"], {
    env: { ITPAY_WEBHOOK_SECRET: "whsec_1" },
    input: "x".repeat(2 ** 21),
  });
  assert.deepEqual([code, /standard input is longer than 1 MiB/.test(errors)], [2, true], errors);
});

test("variables are read from .env, and those of the environment win", async (t) => {
  const folder = temporaryFolder(t);
  const sign = async (env) =>
    (await itpay(["webhook", "sign", "--timestamp", "1"], { env, cwd: folder, input: "{}" })).output;
  const [fromEnvironment, other] = [
    await sign({ ITPAY_WEBHOOK_SECRET: "whsec_1" }),
    await sign({ ITPAY_WEBHOOK_SECRET: "whsec_2" }),
  ];
  writeFileSync(join(folder, ".env"), 'ITPAY_WEBHOOK_SECRET="whsec_1" # a comment\n');
  assert.equal(await sign({}), fromEnvironment);
  assert.equal(await sign({ ITPAY_WEBHOOK_SECRET: "whsec_2" }), other);
  rmSync(join(folder, ".env"));
  mkdirSync(join(folder, ".env"));
  assert.equal(await sign({ ITPAY_WEBHOOK_SECRET: "whsec_2" }), other, "a folder of this name is no obstacle");
});

test("a closed pipe ends a command quietly", async () => {
  const child = spawn(process.execPath, [COMMAND, "webhook", "sign", "--secret", "whsec_1"], { env: ENVIRONMENT });
  let errors = "";
  child.stderr.on("data", (piece) => (errors += piece));
  child.stdout.destroy();
  child.stdin.end("{}");
  await once(child, "close");
  assert.equal(errors, "");
});

test("an output that can't be written is a sentence, with status 1", () => {
  const full = openSync("/dev/full", "w");
  for (const args of [["qr", "x"], ["webhook", "sign", "--secret", "whsec_1"], ["--help"], ["-v"]]) {
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
      stdio: ["ignore", full, "pipe"],
      env: ENVIRONMENT,
      encoding: "utf8",
    });
    assert.deepEqual([status, stderr], [1, "itpay: the output cannot be written: the disk is full.\n"], args.join(" "));
  }
  closeSync(full);
});
