import { cpSync } from "node:fs";
import { join } from "node:path";

import { outcomeIn } from "../browser.mjs";
import { checkPage, checkWebhooksOnly, runElsewhere } from "../bundle.mjs";
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
      async run(folder, packed) {
        await esbuild(folder, "page.js", "--format=esm", "--outfile=dist/page.js");
        checkPage(join(folder, "dist"), packed);
        await esbuild(folder, "webhooks.js", "--outfile=webhooks/page.js");
        checkWebhooksOnly(join(folder, "webhooks"), packed);
        cpSync(join(folder, "index.html"), join(folder, "dist/index.html"));
        return outcomeIn(join(folder, "dist"));
      },
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
