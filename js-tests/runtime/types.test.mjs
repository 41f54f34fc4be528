// The types of the built package, as users' compilers read them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { compile } from "../compiler.mjs";

const folder = fileURLToPath(new URL("../types/", import.meta.url));

for (const [module, moduleResolution] of [
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
]) {
  test(`right code compiles and wrong code does not, with moduleResolution ${moduleResolution}`, async () => {
    const files = ["good.ts", "wrong.ts", "paykit-page.ts", "paykit.ts"];
    const options = ["--exactOptionalPropertyTypes", "--types", ""];
    assert.equal(await compile(folder, files, options, module, moduleResolution), "");
  });
}

test("<itpay-qr> has types in React, Vue and Svelte, and wrong attributes do not compile", async () => {
  const options = ["--skipLibCheck", "--preserveSymlinks", "--jsx", "react-jsx", "--types", ""];
  assert.equal(await compile(folder, ["frameworks.tsx"], options, "esnext", "bundler"), "");
});

test("the tools for agents fit the types of the AI SDK and of LangChain", async () => {
  const options = ["--exactOptionalPropertyTypes", "--skipLibCheck", "--types", "node"];
  assert.equal(await compile(folder, ["agents.ts"], options), "");
});

test("the stores accept the clients of real services by their own types", async () => {
  assert.equal(await compile(folder, ["stores.ts"], ["--skipLibCheck", "--types", "node"]), "");
});
