// node build.mjs <entry> <folder> <page|server>
import { rolldown } from "rolldown";

const [input, dir, where] = process.argv.slice(2);
const bundle = await rolldown({
  input,
  platform: where === "page" ? "browser" : "node",
  onwarn: (warning) => {
    throw new Error(warning.message);
  },
});
await bundle.write({ dir, entryFileNames: where === "page" ? "page.js" : "server.mjs", format: "esm", minify: true });
