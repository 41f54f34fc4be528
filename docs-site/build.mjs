// Builds the documentation site into target/site. The package has to be built before.
//
//   node docs-site/build.mjs            the whole site
//   npm run preview --prefix docs-site  serves it on this machine

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { pages } from "./pages-list.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const run = (command, args, options) => execFileSync(command, args, { stdio: "inherit", cwd: here, ...options });
const tool = (name) => join(here, "node_modules/.bin", name);

const staged = join(here, "pages");
rmSync(staged, { recursive: true, force: true });
// VitePress reads one folder. It has the repository's layout, so that relative links hold; the README is its start page.
for (const { path } of pages.flatMap(({ items }) => items)) {
  const target = join(staged, path.replace(/^README\.md$/, "index.md"));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, readFileSync(join(root, path), "utf8").replaceAll("](../README.md", "](../index.md"));
}
cpSync(join(root, "docs/screenshots"), join(staged, "docs/screenshots"), { recursive: true });

run(tool("typedoc"), ["--options", "typedoc.config.mjs", "--logLevel", "Warn"]);
// The theme names headings as VitePress does, created-at for created_at, but not in links to other folders.
for (const name of readdirSync(join(staged, "api"), { recursive: true }).filter((file) => file.endsWith(".md"))) {
  const path = join(staged, "api", name);
  const heading = (id) => id.replaceAll("_", "-").replaceAll(/^-|-$/g, "");
  writeFileSync(
    path,
    readFileSync(path, "utf8").replaceAll(/\]\((\.\.[^)#]*)#([^)]+)\)/g, (_, page, id) => `](${page}#${heading(id)})`),
  );
}
run(tool("vitepress"), ["build", "."]);

const site = join(root, "target/site");
run("cargo", ["doc", "--locked", "--no-deps", "--target-dir", "target/doc-site"], {
  cwd: root,
  env: { ...process.env, RUSTDOCFLAGS: "-D warnings" },
});
cpSync(join(root, "target/doc-site/doc"), join(site, "rust"), { recursive: true });
if (!existsSync(join(site, "rust/itpay/index.html"))) throw new Error("rustdoc wrote no page for the crate");
console.log("The site is in target/site. To look at it: npm run preview --prefix docs-site");
