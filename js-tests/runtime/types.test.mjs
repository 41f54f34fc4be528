// The types of the built package, as users' compilers read them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const folder = fileURLToPath(new URL("../types/", import.meta.url));
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

for (const [module, moduleResolution] of [
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
]) {
  test(`right code compiles and wrong code does not, with moduleResolution ${moduleResolution}`, async () => {
    const options = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--target",
      "es2022",
      "--lib",
      "es2023,dom,dom.iterable",
      "--types",
      "",
      "--module",
      module,
      "--moduleResolution",
      moduleResolution,
    ];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [tsc, ...options, "good.ts", "wrong.ts", "paykit-page.ts", "paykit.ts"],
      { cwd: folder },
    ).catch((error) => error);
    assert.equal(stdout, "");
  });
}

test("<itpay-qr> has types in React, Vue and Svelte, and wrong attributes do not compile", async () => {
  const options = [
    "--ignoreConfig",
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--preserveSymlinks",
    "--jsx",
    "react-jsx",
    "--target",
    "es2022",
    "--lib",
    "es2023,dom,dom.iterable",
    "--types",
    "",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options, "frameworks.tsx"], {
    cwd: folder,
  }).catch((error) => error);
  assert.equal(stdout, "");
});

test("the tools for agents fit the types of the AI SDK and of LangChain", async () => {
  const options = [
    "--ignoreConfig",
    "--noEmit",
    "--strict",
    "--exactOptionalPropertyTypes",
    "--skipLibCheck",
    "--target",
    "es2022",
    "--lib",
    "es2023,dom,dom.iterable",
    "--types",
    "node",
    "--module",
    "nodenext",
    "--moduleResolution",
    "nodenext",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options, "agents.ts"], { cwd: folder }).catch(
    (error) => error,
  );
  assert.equal(stdout, "");
});

test("the stores accept the clients of real services by their own types", async () => {
  const options = [
    "--ignoreConfig",
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--target",
    "es2022",
    "--lib",
    "es2023,dom,dom.iterable",
    "--types",
    "node",
    "--module",
    "nodenext",
    "--moduleResolution",
    "nodenext",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options, "stores.ts"], { cwd: folder }).catch(
    (error) => error,
  );
  assert.equal(stdout, "");
});
