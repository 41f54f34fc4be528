// The demo as `make demo` runs it: to its end, and interrupted.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { ENVIRONMENT } from "../command-line.mjs";

function start() {
  const child = spawn(fileURLToPath(new URL("../../scripts/demo", import.meta.url)), {
    stdio: ["ignore", "pipe", "pipe"],
    env: ENVIRONMENT,
  });
  const run = { child, output: "", exit: once(child, "exit") };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (run.output += piece));
  return run;
}

/** The processes below this one, by number. */
function descendants(pid) {
  const parents = new Map();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(Number(entry), Number(readFileSync(`/proc/${entry}/stat`, "utf8").split(") ").pop().split(" ")[1]));
    } catch {
      // It has just ended.
    }
  }
  const below = (parent) =>
    [...parents].filter(([, of]) => of === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

const alive = (pid) => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

test("the demo shows a payment from the code to the rejected forgery, without colors outside of a terminal", async () => {
  const run = start();
  const [code] = await run.exit;
  assert.equal(code, 0, run.output);
  for (const line of [
    /CN¥6\.99/,
    /Smart Summary/,
    /pay until/,
    /^[█▀▄ ]{40,}$/m,
    /● scanning\n\s+● authorized\n\s+● captured\n\s+● succeeded/,
    /delivered +200 \{"status":"received"\}/,
    /delivered again +200 \{"status":"already_processed"\}/,
    /forged +401/,
    /\d\.\d\d s  poller    sees succeeded/,
  ])
    assert.match(run.output, line);
  assert.ok(!run.output.includes("\u001b["));
  assert.ok(
    run.output.split("\n").every((line) => [...line].length <= 80),
    "wider than 80 columns",
  );
});

test("an interruption at any moment leaves no process behind", {
  skip: process.platform !== "linux" && "reads /proc",
}, async () => {
  for (const [ms, signal] of [
    [150, "SIGINT"],
    [500, "SIGINT"],
    [1200, "SIGTERM"],
    [2200, "SIGINT"],
  ]) {
    const run = start();
    await sleep(ms);
    const children = descendants(run.child.pid);
    run.child.kill(signal);
    const [code, by] = await run.exit;
    assert.ok([130, 143].includes(code) || by === signal, `${code} ${by} after ${ms} ms: ${run.output}`);
    const deadline = Date.now() + 15_000;
    while (children.some(alive) && Date.now() < deadline) await sleep(20);
    assert.deepEqual(children.filter(alive), [], `after ${ms} ms`);
  }
});
