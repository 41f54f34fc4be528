// sqliteStore: the contract with node:sqlite, on npm's Node 22, and with bun:sqlite. With better-sqlite3 only by
// `make test-better-sqlite`, which compiles it for minutes and sets BETTER_SQLITE3 to its folder.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { sqliteStore } from "itpay/stores";

import { bun, installRuntimes, node } from "../packaging/runtimes.mjs";

const program = fileURLToPath(new URL("stores-sqlite-process.mjs", import.meta.url));
await installRuntimes();
const runtimes = { "node:sqlite": [node(22), "--no-warnings"], "bun:sqlite": [bun()] };
if (process.env.BETTER_SQLITE3) runtimes["better-sqlite3"] = [process.execPath];

for (const [name, [command, ...options]] of Object.entries(runtimes)) {
  test(`${name}: the contract, completeIn, and two connections to one file`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "itpay-sqlite-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const { stdout } = await promisify(execFile)(command, [...options, program, name, join(folder, "events.db")]).catch(
      (error) => error,
    );
    const lines = stdout.trim().split("\n");
    assert.deepEqual(
      lines.filter((line) => !line.startsWith("passed: ")),
      [],
    );
    assert.ok(lines.length >= 20, stdout);
  });
}

test("two processes get 100 deliveries of one event at once: its code runs once", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "itpay-sqlite-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const run = () => promisify(execFile)(node(22), ["--no-warnings", program, "compete", join(folder, "events.db")]);
  const results = (await Promise.all([run(), run()])).map(({ stdout }) => JSON.parse(stdout));
  assert.equal(results[0].runs + results[1].runs, 1);
  assert.deepEqual(
    results.flatMap(({ statuses }) => statuses).filter((status) => status !== 200 && status !== 409),
    [],
  );
});

test("options that make no sense are TypeErrors", () => {
  for (const wrong of [undefined, null, 7, {}, { prepare: 1 }])
    assert.throws(() => sqliteStore(wrong), { name: "TypeError", message: /^database/ });
  for (const ttl of [0, -1, Number.NaN, "", Infinity, 1e20])
    assert.throws(() => sqliteStore({ prepare() {} }, { ttl }), { name: "TypeError", message: /^ttl/ });
  for (const table of ["", "a b", "x;drop", 7])
    assert.throws(() => sqliteStore({ prepare() {} }, { table }), { name: "TypeError", message: /^table/ });
});
