// Runs the matrix: the packed tarball in a fresh copy of each consumer project.
//
//   node packaging/run.mjs                   every cell
//   node packaging/run.mjs --short           the cheap ones, for CI
//   node packaging/run.mjs vite "Node 22"    the cells with that in their name
//   node packaging/run.mjs --list            their names
//   … --docs                                 also writes the table into docs/runtimes.md, and a short one into the README
//   … --keep                                 leaves the copies where they are, to look at them
//
// A consumer is a folder with a package.json, its lock file, and a cells.mjs: how it is called in the table, and its
// cells. The copy has the files of shared/, too; `run` gets its folder and returns what exercise.ts came to there.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Resvg } from "@resvg/resvg-js";
import jsqr from "jsqr";

import { closeBrowser } from "./browser.mjs";
import { freshCopy, pack } from "./consumer.mjs";
import { installRuntimes } from "./runtimes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: "boolean" },
    list: { type: "boolean" },
    keep: { type: "boolean" },
    docs: { type: "boolean" },
  },
});

const consumers = [];
for (const name of readdirSync(here).filter((entry) => existsSync(join(here, entry, "cells.mjs")))) {
  consumers.push({ folder: name, ...(await import(`./${name}/cells.mjs`)).default });
}
consumers.sort((a, b) => a.place - b.place);
const cells = consumers
  .flatMap((consumer) => consumer.cells.map((cell) => ({ ...cell, consumer, name: `${consumer.title}: ${cell.how}` })))
  .filter((cell) => !options.short || cell.short)
  .filter((cell) => names.length === 0 || names.some((name) => cell.name.toLowerCase().includes(name.toLowerCase())));
if (cells.length === 0) {
  console.error(`no cell has ${names.join(" or ")} in its name; see --list`);
  process.exit(2);
}
if (options.list) {
  for (const { name, short } of cells) console.log(`${name}${short ? "" : "  (not in --short)"}`);
  process.exit(0);
}

const expected = JSON.parse(readFileSync(join(here, "expected.json"), "utf8"));
const say = (text) => process.stderr.write(text);

/** The text that a phone decodes from the image. */
function scanned(svg) {
  const { pixels, width, height } = new Resvg(svg, { fitTo: { mode: "width", value: 256 } }).render();
  return jsqr(new Uint8ClampedArray(pixels), width, height)?.data;
}

/** Runs a cell: what is wrong, or undefined. */
async function outcome(cell, packed) {
  try {
    const { svg, ...outcome } = await cell.run(await freshCopy(cell.consumer.folder, packed), packed);
    assert.deepEqual({ ...outcome, scanned: scanned(svg) }, expected);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Puts the table between the two marks of the page. */
function writeTable(page, table) {
  const path = join(here, "../..", page);
  const [before, , after] = readFileSync(path, "utf8").split(/<!-- \/?matrix -->\n/);
  writeFileSync(path, `${before}<!-- matrix -->\n${table}<!-- /matrix -->\n${after}`);
}

say("packing pkg/, and what is missing of the runtimes\n");
await installRuntimes();
const packed = await pack();
const started = Date.now();
const rows = [];
let failed = 0;
for (const [index, cell] of cells.entries()) {
  say(`[${index + 1}/${cells.length}] ${cell.name} … `);
  const before = Date.now();
  const problem = await outcome(cell, packed);
  // A cell that cannot work must fail in the expected way.
  const right =
    cell.cannot === undefined ? problem === undefined : problem !== undefined && cell.cannot.fails.test(problem);
  if (!right) failed += 1;
  const result =
    cell.cannot === undefined
      ? right
        ? "works"
        : "FAILS"
      : right
        ? `no: ${cell.cannot.instead}`
        : "FAILS to fail as expected";
  rows.push({ where: cell.consumer.title, how: cell.how, result });
  say(`${result} (${((Date.now() - before) / 1000).toFixed(1)} s)\n`);
  if (!right) say(`${problem ?? "it works"}\n`.replaceAll(/^/gm, "    "));
}
await closeBrowser();
if (options.keep) say(`the copies are in ${packed.folder}\n`);
else packed.remove();

const widths = ["where", "how"].map((column) => Math.max(...rows.map((row) => row[column].length)));
console.log();
for (const { where, how, result } of rows)
  console.log(`${where.padEnd(widths[0])}  ${how.padEnd(widths[1])}  ${result}`);
console.log(
  `\n${rows.length - failed} of ${rows.length} as they should be, in ${Math.round((Date.now() - started) / 1000)} s`,
);
if (options.docs) {
  const table = rows.map(
    ({ where, how, result }, index) =>
      `| ${where === rows[index - 1]?.where ? "" : where} | ${how.replaceAll("<", "&lt;")} | ${result === "works" ? "✓" : result} |\n`,
  );
  writeTable("docs/runtimes.md", `| where | how | |\n|---|---|---|\n${table.join("")}`);
  const running = consumers.filter(({ title }) =>
    rows.some(({ where, result }) => where === title && !result.startsWith("FAILS")),
  );
  writeTable(
    "README.md",
    `| where | how |\n|---|---|\n${running.map(({ title, summary }) => `| ${title} | ${summary} |\n`).join("")}`,
  );
}
process.exitCode = failed === 0 ? 0 : 1;
