import { cpSync } from "node:fs";
import { join } from "node:path";

import { outcomeIn } from "../browser.mjs";
import { checkPage, checkWebhooksOnly, runElsewhere } from "../bundle.mjs";
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
      async run(folder, packed) {
        await build(folder, "page.js", "dist", "page");
        checkPage(join(folder, "dist"), packed);
        await build(folder, "webhooks.js", "webhooks", "page");
        checkWebhooksOnly(join(folder, "webhooks"), packed);
        cpSync(join(folder, "index.html"), join(folder, "dist/index.html"));
        return outcomeIn(join(folder, "dist"));
      },
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
