import { join } from "node:path";

import { outcomeIn } from "../browser.mjs";
import { checkPage } from "../bundle.mjs";
import { execute } from "../consumer.mjs";
import { node, program } from "../runtimes.mjs";

export default {
  title: "Parcel 2",
  summary: "page",
  place: 27,
  cells: [
    {
      how: "page",
      async run(folder, packed) {
        await execute(
          node(24),
          [program(folder, "parcel"), "build", "index.html", "--no-cache", "--no-source-maps", "--dist-dir", "dist"],
          { cwd: folder },
        );
        checkPage(join(folder, "dist"), packed);
        return outcomeIn(join(folder, "dist"));
      },
    },
  ],
};
