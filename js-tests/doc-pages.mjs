// The documentation's pages and their code blocks, for the tests that run them.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));

/** Every page that a user reads, by its path. */
export const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** The code blocks of a page. `file=NAME` and other words after the language are its attributes. */
export function codeBlocks(page) {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```(\w+)(.*)\n([^]*?)^```$/gm)].map(({ index, 1: language, 2: words, 3: code }) => {
    const before = text.slice(0, index);
    return {
      page,
      language,
      code,
      attributes: Object.fromEntries([...words.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value])),
      heading: before
        .match(/^#+ .+$/gm)
        ?.at(-1)
        .replace(/^#+ /, ""),
      line: before.split("\n").length,
    };
  });
}

/** An empty folder in which programs find the package, and the frameworks of the tests, by their names. */
export function projectFolder(name) {
  const folder = join(root, "js-tests/node_modules", `.docs-${name}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  return folder;
}

/** The lines that the comments behind `console.log` promise. */
export const promisedLines = (code) => [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line);

/** The codes of the errors that the TypeScript and the core make. */
export function errorCodes() {
  const codes = new Set();
  const collect = (folder, files, pattern) => {
    for (const file of readdirSync(join(root, folder), { recursive: true }).filter((name) => files.test(name))) {
      for (const [, code] of readFileSync(join(root, folder, file), "utf8").matchAll(pattern)) codes.add(code);
    }
  };
  collect("pkg-template/src", /^(?!agents|sandbox).*\.ts$/, /\bcode: "([a-z]+(?:_[a-z]+)*)"/g);
  collect(
    "src",
    /^(call|error|js\/\w+)\.rs$/,
    /(?:(?:CallError|Record)::new\(\s*[\w:"]+,\s*|missing\(\s*|(?:_|None|Some\(_\))\) => )"([a-z]+_[a-z_]+|timeout|aborted)"/g,
  );
  return [...codes];
}
