// docs/sandbox.md: its scenario, its options and its pictures. docs.test.mjs runs its programs.

import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { codeBlocks, projectFolder, root } from "../doc-pages.mjs";
import { startCommand } from "../sandbox-command.mjs";

const page = readFileSync(join(root, "docs/sandbox.md"), "utf8");

test("docs/sandbox.md: the scenario is one, every option is there, and every picture", async () => {
  const { code: scenario } = codeBlocks("docs/sandbox.md").find(({ language }) => language === "json");
  const path = join(projectFolder("scenario"), "scenario.json");
  writeFileSync(path, scenario);
  const run = startCommand("sandbox", "--port", "0", "--scenario", path);
  await run.until("The sandbox listens");
  run.child.kill("SIGINT");
  assert.equal((await run.exit)[0], 0, run.errors);
  const help = startCommand("--help");
  await help.exit;
  const options = /npx itpay sandbox(.*)/.exec(help.output)[1].match(/--\w+/g);
  assert.deepEqual(
    [...page.matchAll(/^\| `(--\w+)/gm)].map(([, option]) => option),
    options,
  );
  for (const [, picture] of page.matchAll(/\]\((screenshots\/\S+)\)/g)) {
    assert.ok(statSync(join(root, "docs", picture)).size < 60_000, `${picture} is too large`);
  }
});
