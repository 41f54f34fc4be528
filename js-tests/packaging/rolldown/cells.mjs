import { join } from "node:path";

import { runElsewhere, runPage } from "../bundle.mjs";
import { execute } from "../consumer.mjs";
import { node } from "../runtimes.mjs";

const build = async (folder, ...args) => execute(node(24), ["build.mjs", ...args], { cwd: folder });

export default {
  title: "Rolldown",
  summary: "page, server bundle",
  place: 26,
  cells: [
    {
      how: "page",
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
