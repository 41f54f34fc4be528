import { join } from "node:path";

import { runElsewhere, runPage } from "../bundle.mjs";
import { execute } from "../consumer.mjs";
import { node } from "../runtimes.mjs";

const build = async (folder, ...args) => execute(node(24), ["build.mjs", ...args], { cwd: folder });

export default {
  title: "webpack 5",
  summary: "page, server bundle",
  place: 20,
  cells: [
    {
      how: "page",
      short: true,
      run: (folder, packed) => runPage(folder, packed, (entry, to) => build(folder, entry, to, "web")),
    },
    ...["mjs", "cjs"].map((ending) => ({
      how: `server, ${ending === "mjs" ? "import" : "require"}`,
      async run(folder, packed) {
        await build(folder, `script.${ending}`, "dist", "node");
        return runElsewhere(join(folder, "dist"), "server.cjs", packed);
      },
    })),
  ],
};
