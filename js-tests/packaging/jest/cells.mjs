import { execute, outcomeSaid } from "../consumer.mjs";
import { node, program } from "../runtimes.mjs";

const run =
  (file, ...options) =>
  async (folder) =>
    outcomeSaid(
      await execute(
        node(24),
        ["--experimental-vm-modules", program(folder, "jest"), "--testMatch", `**/${file}`, ...options],
        { cwd: folder },
      ),
    );

export default {
  title: "Jest 30",
  summary: "CommonJS, ES modules, jest-fixed-jsdom",
  place: 12,
  cells: [
    { how: "CommonJS", run: run("works.test.js") },
    { how: "ES modules (--experimental-vm-modules)", run: run("works.test.mjs") },
    {
      how: "jest-environment-jsdom",
      run: run("works.test.js", "--env", "jsdom"),
      cannot: {
        fails: /(TextDecoder|TextEncoder|Request|Response) is not defined/,
        instead: "it has neither fetch nor TextDecoder; take jest-fixed-jsdom",
      },
    },
    { how: "jest-fixed-jsdom", run: run("works.test.js", "--env", "jest-fixed-jsdom") },
  ],
};
