// Runs the blocks of docs/testing.md that are tests themselves, under the test runner that each is for.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { tmpdir } from "node:os";

import { codeBlocks, root } from "../doc-pages.mjs";
import { dependencies, execute } from "../packaging/consumer.mjs";

const RUNNERS = {
  Vitest: { project: "vitest", args: ["vitest/vitest.mjs", "run"] },
  Jest: { project: "jest", args: ["--experimental-vm-modules", "jest/bin/jest.js", "--testMatch", "**/*.test.mjs"] },
};
const blocks = codeBlocks("docs/testing.md").filter(({ attributes }) => attributes.file !== undefined);

for (const { heading, attributes, code } of blocks) {
  test(`docs/testing.md: the test for ${heading} passes there`, { timeout: 900_000 }, async (t) => {
    const { project, args } = RUNNERS[heading];
    const folder = mkdtempSync(join(tmpdir(), `itpay-${project}-`));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    await execute("cp", ["-Rl", await dependencies(project), join(folder, "node_modules")]);
    cpSync(join(root, "pkg"), join(folder, "node_modules/itpay"), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
    writeFileSync(join(folder, attributes.file), code);
    const program = args.map((arg) =>
      /\.m?js$/.test(arg) && !arg.startsWith("**") ? join(folder, "node_modules", arg) : arg,
    );
    await execute(process.execPath, program, { cwd: folder });
  });
}
