import assert from "node:assert/strict";

import { execute } from "../consumer.mjs";
import { node } from "../runtimes.mjs";

export default {
  title: "Vercel Edge",
  summary: "edge-runtime",
  place: 6,
  cells: [
    {
      how: "edge-runtime",
      short: true,
      async run(folder) {
        const { outcome, modules } = JSON.parse(await execute(node(24), ["serve.mjs"], { cwd: folder }));
        assert.equal(modules, 3);
        return outcome;
      },
    },
  ],
};
