import { join } from "node:path";

import { outcomeIn } from "../browser.mjs";
import { checkPage, runElsewhere } from "../bundle.mjs";
import { execute, outcomeSaid } from "../consumer.mjs";
import { bun } from "../runtimes.mjs";

const run =
  (...args) =>
  async (folder) =>
    execute(bun(), args, { cwd: folder });

export default {
  title: "Bun 1",
  summary: "`import`, `require`, `bun test`, `bun build`, `--compile`",
  place: 9,
  cells: [
    { how: "import", short: true, run: async (folder) => JSON.parse(await run("script.mjs")(folder)) },
    { how: "require", short: true, run: async (folder) => JSON.parse(await run("script.cjs")(folder)) },
    { how: "bun test", short: true, run: async (folder) => outcomeSaid(await run("test", "works.test.ts")(folder)) },
    {
      how: "bun build, page",
      async run(folder, packed) {
        await run("build", "index.html", "--outdir", "dist")(folder);
        checkPage(join(folder, "dist"), packed);
        return outcomeIn(join(folder, "dist"));
      },
    },
    {
      how: "bun build --target=node",
      async run(folder, packed) {
        await run("build", "script.mjs", "--target=node", "--outfile", "dist/server.mjs")(folder);
        return runElsewhere(join(folder, "dist"), "server.mjs", packed);
      },
    },
    {
      how: "bun build --compile",
      async run(folder) {
        await run("build", "script.mjs", "--compile", "--outfile", "program")(folder);
        return JSON.parse(await execute(join(folder, "program"), [], { cwd: "/" }));
      },
    },
  ],
};
