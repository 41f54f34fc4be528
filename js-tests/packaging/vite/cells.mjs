import { join } from "node:path";

import { outcomeIn, outcomeOf } from "../browser.mjs";
import { checkPage, checkWebhooksOnly, runElsewhere } from "../bundle.mjs";
import { execute, started } from "../consumer.mjs";
import { node, program } from "../runtimes.mjs";

const vite = async (folder, ...args) =>
  execute(node(24), [program(folder, "vite"), ...args, "--logLevel", "warn"], { cwd: folder });

export default {
  title: "Vite 8",
  summary: "dev server, build, server bundle",
  place: 19,
  cells: [
    {
      how: "page, dev server",
      short: true,
      async run(folder) {
        const server = await started(node(24), ["dev.mjs"], { cwd: folder, ready: /^(http:.*)$/m });
        try {
          return await outcomeOf(server.ready[1]);
        } finally {
          await server.stop();
        }
      },
    },
    {
      how: "page, build",
      short: true,
      async run(folder, packed) {
        await vite(folder, "build");
        checkPage(join(folder, "dist"), packed);
        await vite(folder, "build", "--ssr", "webhooks.js", "--outDir", "webhooks");
        checkWebhooksOnly(join(folder, "webhooks"), packed);
        return outcomeIn(join(folder, "dist"));
      },
    },
    {
      how: "server",
      async run(folder, packed) {
        await vite(folder, "build", "--ssr", "script.mjs", "--outDir", "server");
        return runElsewhere(join(folder, "server"), "script.js", packed);
      },
    },
  ],
};
