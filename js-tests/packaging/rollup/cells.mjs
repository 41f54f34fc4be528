import { join } from "node:path";

import { runElsewhere, runPage } from "../bundle.mjs";
import { execute } from "../consumer.mjs";
import { node } from "../runtimes.mjs";

const build = async (folder, ...args) => execute(node(24), ["build.mjs", ...args], { cwd: folder });

export default {
  title: "Rollup 4",
  summary: "page, server bundle",
  place: 21,
  cells: [
    {
      how: "page",
      short: true,
      run: (folder, packed) => runPage(folder, packed, (entry, to) => build(folder, entry, to, "page")),
    },
    {
      how: "server",
      async run(folder, packed) {
        await build(folder, "script.mjs", "dist", "server");
        return runElsewhere(join(folder, "dist"), "server.mjs", packed);
      },
    },
  ],
};
