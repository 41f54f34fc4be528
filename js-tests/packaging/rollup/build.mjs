// node build.mjs <entry> <folder> <page|server>
import resolve from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";

const [input, dir, where] = process.argv.slice(2);
const bundle = await rollup({
  input,
  plugins: [
    where === "page" ? resolve({ browser: true }) : resolve({ exportConditions: ["node"], preferBuiltins: true }),
  ],
  onwarn: (warning) => {
    throw new Error(warning.message);
  },
});
await bundle.write({ dir, entryFileNames: where === "page" ? "page.js" : "server.mjs", format: "esm" });
