// node build.mjs <entry> <folder> <target>
import { resolve } from "node:path";

import { rspack } from "@rspack/core";

const [entry, folder, target] = process.argv.slice(2);
rspack(
  {
    mode: "production",
    performance: false,
    entry: `./${entry}`,
    target,
    output: { path: resolve(folder), filename: target === "node" ? "server.cjs" : "page.js" },
  },
  (error, stats) => {
    const problems = error === null ? stats.toJson().errors.concat(stats.toJson().warnings) : [error];
    if (problems.length > 0) {
      console.error(problems.map(({ message }) => message).join("\n"));
      process.exitCode = 1;
    }
  },
);
