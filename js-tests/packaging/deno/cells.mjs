import { execute, outcomeSaid } from "../consumer.mjs";
import { deno } from "../runtimes.mjs";

// Without any permission: the package needs none. Deno's own require has to look for files.
const run =
  (command, ...args) =>
  async (folder) =>
    execute(deno(), [command, "--no-remote", "--node-modules-dir=manual", ...args], { cwd: folder });

export default {
  title: "Deno 2",
  summary: "node_modules and `npm:`, without any permission; `deno test`",
  place: 8,
  cells: [
    {
      how: "node_modules, no permission",
      short: true,
      run: async (folder) => JSON.parse(await run("run", "script.mjs")(folder)),
    },
    {
      how: "npm: specifiers, types checked",
      short: true,
      run: async (folder) => JSON.parse(await run("run", "--check", "npm.ts")(folder)),
    },
    {
      how: "require",
      short: true,
      run: async (folder) => JSON.parse(await run("run", "--allow-read", "script.cjs")(folder)),
    },
    { how: "deno test", short: true, run: async (folder) => outcomeSaid(await run("test", "works_test.ts")(folder)) },
  ],
};
