import { execute, outcomeSaid } from "../consumer.mjs";
import { node, program } from "../runtimes.mjs";

const run =
  (...args) =>
  async (folder) =>
    outcomeSaid(
      await execute(node(24), [program(folder, "vitest"), "run", ...args], {
        cwd: folder,
        env: { WRANGLER_SEND_METRICS: "false", HOME: folder },
      }),
    );

export default {
  title: "Vitest",
  summary: "Node and Cloudflare's Workers pool",
  place: 11,
  cells: [
    { how: "node", short: true, run: run() },
    { how: "Cloudflare's Workers pool", run: run("--config", "workers.config.mjs") },
  ],
};
