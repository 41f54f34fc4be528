import { join } from "node:path";

import { runElsewhere, runPage } from "../bundle.mjs";
import { execute } from "../consumer.mjs";

const esbuild = async (folder, ...args) =>
  execute(join(folder, "node_modules/esbuild/bin/esbuild"), ["--bundle", "--minify", "--log-level=warning", ...args], {
    cwd: folder,
  });

export default {
  title: "esbuild",
  summary: "page, server bundle",
  place: 22,
  cells: [
    {
      how: "page",
      short: true,
      run: (folder, packed) =>
        runPage(folder, packed, (entry, to) => esbuild(folder, entry, "--format=esm", `--outfile=${to}/page.js`)),
    },
    ...["script.mjs", "script.cjs"].flatMap((entry) =>
      ["cjs", "esm"].map((format) => ({
        how: `server, ${entry === "script.mjs" ? "import" : "require"} to ${format}`,
        short: true,
        async run(folder, packed) {
          await esbuild(
            folder,
            entry,
            "--platform=node",
            `--format=${format}`,
            `--outfile=dist/server.${format === "cjs" ? "cjs" : "mjs"}`,
          );
          return runElsewhere(join(folder, "dist"), `server.${format === "cjs" ? "cjs" : "mjs"}`, packed);
        },
      })),
    ),
  ],
};
