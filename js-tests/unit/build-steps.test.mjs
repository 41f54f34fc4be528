// scripts/progress: the steps of scripts/build and scripts/setup.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const root = new URL("../..", import.meta.url);

/** Runs a script that has sourced scripts/progress. */
function run(script) {
  const folder = mkdtempSync(join(tmpdir(), "steps-"));
  const log = join(folder, "log");
  try {
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["-euo", "pipefail", "-c", `. scripts/progress\nprogress_log=$LOG\n${script}`],
      // With a socket as its input, bash may take itself for a remote shell and read /etc/bash.bashrc.
      { cwd: root, encoding: "utf8", env: { ...process.env, LOG: log }, stdio: ["ignore", "pipe", "pipe"] },
    );
    return { status, stdout, stderr, log: readFileSync(log, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a step that succeeds prints one line, and its output goes to the log", () => {
  const result = run('work() { echo compiling; }\nstep "a step" 1 work\necho next');
  assert.deepEqual(result, { status: 0, stdout: "a step (about 1 s)\nnext\n", stderr: "", log: "compiling\n" });
});

for (const [which, work] of [
  ["its first", "false; echo copied"],
  ["its last", "echo copied; false"],
  ["a piped", "false | cat; echo copied"],
]) {
  test(`a step fails if ${which} command fails, and nothing runs after it`, () => {
    const { status, stdout, stderr } = run(`work() { echo broken; ${work}; }\nstep "a step" 1 work\necho next`);
    assert.equal(status, 1);
    assert.equal(stdout, "a step (about 1 s)\n");
    assert.match(stderr, /broken[^]*failed: a step; the whole log is /);
  });
}

test("a step that fails ends the script with its status", () => {
  assert.equal(run('work() { exit 7; }\nstep "a step" 1 work').status, 7);
});
