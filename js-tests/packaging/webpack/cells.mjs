import { cpSync } from "node:fs";
import { join } from "node:path";

import { outcomeIn } from "../browser.mjs";
import { checkPage, checkWebhooksOnly, runElsewhere } from "../bundle.mjs";
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
      async run(folder, packed) {
        await build(folder, "page.js", "dist", "web");
        checkPage(join(folder, "dist"), packed);
        await build(folder, "webhooks.js", "webhooks", "web");
        checkWebhooksOnly(join(folder, "webhooks"), packed);
        cpSync(join(folder, "index.html"), join(folder, "dist/index.html"));
        return outcomeIn(join(folder, "dist"));
      },
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
