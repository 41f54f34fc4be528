// The TypeScript reference: every entry of the built package, from the declarations that are shipped.

import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("../pkg/package.json", import.meta.url), "utf8"));
const typesOf = (conditions) => conditions.types ?? conditions.default?.types ?? "";
// The entries below itpay/slim are the others again, without their wasm.
const entries = Object.keys(exports).filter(
  (name) => typesOf(exports[name]).includes("/entry/") && !name.startsWith("./slim/"),
);

export default {
  entryPoints: entries.map((name) => `../pkg/${typesOf(exports[name])}`),
  sortEntryPoints: false,
  tsconfig: "tsconfig.json",
  name: "TypeScript reference",
  readme: "none",
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  treatWarningsAsErrors: true,
  // js-tests/unit/documented.test.mjs checks that every name is documented.
  validation: { notExported: true, invalidLink: true, notDocumented: false },
  plugin: ["typedoc-plugin-markdown", "typedoc-vitepress-theme", "typedoc-plugin-missing-exports"],
  // The types that exported ones are made of, in a group of their own.
  internalModule: "Not exported",
  out: "pages/api",
  docsRoot: "pages",
  outputFileStrategy: "members",
  entryFileName: "index",
  hidePageHeader: true,
  useCodeBlocks: true,
  expandObjects: true,
};
