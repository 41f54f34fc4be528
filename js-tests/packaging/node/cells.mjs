import { execute, outcomeSaid } from "../consumer.mjs";
import { node } from "../runtimes.mjs";

const run =
  (major, ...args) =>
  async (folder) =>
    JSON.parse(await execute(node(major), args, { cwd: folder }));

// 20 is the oldest that the package promises to run on, 20.12.
const majors = [20, 22, 24, 26];

export default {
  title: "Node.js",
  summary: "20.12, 22, 24, 26, by `import`, by `require`, both at once; TypeScript without a build; node:test",
  place: 1,
  cells: [
    ...majors.flatMap((major) => [
      { how: `${major}, import`, short: true, run: run(major, "script.mjs") },
      { how: `${major}, require`, short: true, run: run(major, "script.cjs") },
    ]),
    { how: "24, both in one process", short: true, run: run(24, "both.mjs") },
    { how: "24, TypeScript without a build", short: true, run: run(24, "types.ts") },
    {
      how: "24, node:test",
      short: true,
      run: async (folder) =>
        outcomeSaid(await execute(node(24), ["--test", "--test-reporter=spec", "runner.test.mjs"], { cwd: folder })),
    },
    { how: "18, import and require", run: run(18, "both.mjs") },
  ],
};
