// The code blocks of README and docs/ as TypeScript projects: one for servers, without the DOM library, one for pages.

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** The blocks in JavaScript or TypeScript. A block with `file=NAME` is imported by others under that name. */
function blocks() {
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return [...text.matchAll(/^```(js|ts)\b(?: file=(\S+))?.*\n([^]*?)^```$/gm)].map(
      ({ index, 1: language, 2: name, 3: code }) => {
        const line = text.slice(0, index).split("\n").length + 1;
        return { path: `${page.replaceAll(/^docs\/|\.md$/g, "")}/${name ?? `line-${line}.${language}`}`, code };
      },
    );
  });
}

/** Writes both projects into the folder, with this package's test code beside the documentation's; their names. */
export function writeProjects(folder) {
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    esModuleInterop: true,
  };
  // A block in JavaScript is checked as such: its parameters have no types.
  const untyped = { ...options, noImplicitAny: false, allowJs: true, checkJs: true };
  const projects = {
    server: { compilerOptions: { ...untyped, lib: ["es2022"], types: ["node"] }, include: ["server", "foreign.d.ts"] },
    page: {
      compilerOptions: { ...untyped, lib: ["es2023", "dom", "dom.iterable"], types: [] },
      include: ["page", "foreign.d.ts"],
    },
    // Programs of users with all checks enabled.
    programs: {
      compilerOptions: { ...options, lib: ["es2022"], types: ["node"] },
      files: ["good.ts", "wrong.ts", "paykit.ts", "paykit-page.ts"].map((name) => `programs/${name}`),
    },
    workers: {
      compilerOptions: {
        ...options,
        lib: ["es2022"],
        types: ["@cloudflare/workers-types"],
        module: "esnext",
        moduleResolution: "bundler",
      },
      files: ["programs/workers.ts"],
    },
  };
  const foreign = new Set();
  for (const { path, code } of blocks()) {
    const target = join(folder, /\bdocument\b|itpay\/qr\/element/.test(code) ? "page" : "server", path);
    mkdirSync(dirname(target), { recursive: true });
    // A file without an import or an export would be a script, whose names are global.
    writeFileSync(target, `${code}\nexport {};\n`);
    for (const [, name] of code.matchAll(/(?:from|import) "([^."][^"]*)"/g))
      if (!/^(itpay|node:)/.test(name)) foreign.add(name);
  }
  // Other packages and runtimes are not what is tested.
  const names = [...foreign].map((name) => `declare module "${name}";\n`);
  writeFileSync(join(folder, "foreign.d.ts"), `${names.join("")}declare const Bun: any;\ndeclare const Deno: any;\n`);
  cpSync(join(root, "js-tests/types"), join(folder, "programs"), { recursive: true });
  for (const [name, project] of Object.entries(projects))
    writeFileSync(join(folder, `tsconfig.${name}.json`), JSON.stringify(project));
  return Object.keys(projects);
}
