import { join } from "node:path";

import { runElsewhere, runPage } from "../bundle.mjs";
import { execute } from "../consumer.mjs";
import { node } from "../runtimes.mjs";

const build = async (folder, ...args) => execute(node(24), ["build.mjs", ...args], { cwd: folder });

export default {
  title: "Rspack 2",
  summary: "page, server bundle",
  place: 25,
  cells: [
    {
      how: "page",
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
