// The documentation is complete: what an editor shows, and what the pages name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { errorCodes, pages, root } from "../doc-pages.mjs";
import { undocumented } from "../undocumented.mjs";

test("every public name has a summary, its parameters, units and defaults", () => {
  assert.deepEqual(undocumented(), []);
});

const require = createRequire(import.meta.url);
const { exports } = require("itpay/package.json");
const entries = Object.keys(exports).filter((name) => exports[name].default?.types !== undefined);

test("every function, class and constant is on a page", () => {
  const text = pages.map((page) => readFileSync(join(root, page), "utf8")).join("\n");
  const missing = [];
  for (const entry of [...entries, "./slim"]) {
    const names = entry === "./slim" ? [] : Object.keys(require(`itpay${entry.slice(1)}`));
    for (const name of names)
      if (!new RegExp(`\\b${name}\\b`).test(text)) missing.push(`itpay${entry.slice(1)}: ${name}`);
  }
  assert.deepEqual(missing, []);
});

test("every page of docs/ is in the site's list and names its readers", async () => {
  const listed = (await import("../../docs-site/pages-list.mjs")).pages.flatMap(({ items }) =>
    items.map(({ path }) => path),
  );
  for (const page of pages) {
    assert.ok(listed.includes(page), page);
    const text = readFileSync(join(root, page), "utf8");
    if (!["README.md", "docs/rust.md"].includes(page)) assert.match(text, /^# .+\n\n\*\*Who needs this:\*\* /, page);
  }
});

test("every entry is on a page", () => {
  const text = pages.map((page) => readFileSync(join(root, page), "utf8")).join("\n");
  for (const entry of entries) assert.ok(text.includes(`itpay${entry.slice(1)}`), entry);
});

test("docs/errors.md has every code of the source, and every class", () => {
  const page = readFileSync(join(root, "docs/errors.md"), "utf8");
  const classes = new Set(
    entries
      .flatMap((entry) => Object.keys(require(`itpay${entry.slice(1)}`)))
      .filter((name) => /^[A-Z]\w*Error$/.test(name)),
  );
  for (const name of classes) assert.ok(page.includes(`| \`${name}\` |`), name);
  const readme = /<!-- errors -->([^]*)<!-- \/errors -->/.exec(readFileSync(join(root, "README.md"), "utf8"))[1];
  for (const code of errorCodes()) assert.ok(readme.includes(`\`${code}\``), `the README's table lacks ${code}`);
  const missing = errorCodes().filter((code) => !page.includes(`| \`${code}\` |`));
  assert.deepEqual(missing, []);
});
