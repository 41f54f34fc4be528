import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { execute } from "../consumer.mjs";
import { node, program } from "../runtimes.mjs";
import { writeProjects } from "./documentation.mjs";

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: "es2022",
  lib: ["es2023", "dom", "dom.iterable"],
  types: [],
  outDir: "out",
  rootDir: ".",
};

/** Compiles the exercise and a script around it, and runs what comes out. */
function cell(compiler, version, module, moduleResolution, ending, more = {}) {
  return {
    how: `${version}, moduleResolution ${moduleResolution}, ${{ mts: "import", cts: "import in CommonJS" }[ending]}`,
    ...more,
    async run(folder) {
      const js = ending.replace("t", "j");
      cpSync(join(folder, "exercise.ts"), join(folder, `exercise.${ending}`));
      writeFileSync(
        join(folder, `script.${ending}`),
        `import { exercise } from "./exercise.${js}";\n\nvoid exercise().then((outcome) => console.log(JSON.stringify(outcome)));\n`,
      );
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({
          compilerOptions: { ...compilerOptions, module, moduleResolution },
          files: [`script.${ending}`],
        }),
      );
      await execute(node(24), [program(folder, compiler, "tsc")], { cwd: folder });
      return JSON.parse(await execute(node(24), [join("out", `script.${js}`)], { cwd: folder }));
    },
  };
}

/** Compiles the documentation's programs and programs with all checks enabled. Runs the exercise. */
function documentation(compiler, version, more = {}) {
  return {
    how: `${version}, the documentation's code, without the DOM library`,
    ...more,
    async run(folder) {
      for (const project of writeProjects(folder))
        await execute(node(24), [program(folder, compiler, "tsc"), "-p", `tsconfig.${project}.json`], { cwd: folder });
      return JSON.parse(await execute(node(24), ["script.mjs"], { cwd: folder }));
    },
  };
}

export default {
  title: "TypeScript",
  summary: "5.4, 5.9, 6.0 and 7, moduleResolution node16, nodenext, bundler, node10, with and without the DOM library",
  place: 2,
  cells: [
    ...["mts", "cts"].flatMap((ending) => [
      cell("typescript", "7", "node16", "node16", ending, { short: true }),
      cell("typescript", "7", "nodenext", "nodenext", ending, { short: true }),
      cell("typescript5", "5.9", "node16", "node16", ending),
    ]),
    cell("typescript", "7", "esnext", "bundler", "mts", { short: true }),
    cell("typescript5", "5.9", "esnext", "bundler", "mts"),
    cell("typescript5", "5.9", "commonjs", "node10", "cts"),
    documentation("typescript54", "5.4", { short: true }),
    documentation("typescript5", "5.9"),
    documentation("typescript6", "6.0"),
    documentation("typescript", "7", { short: true }),
  ],
};
