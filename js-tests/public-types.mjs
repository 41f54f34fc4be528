// The package's public types, read from its declarations by TypeScript's own API (5.9: version 7 has none).

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ts = createRequire(import.meta.url)("typescript5");
const pkg = fileURLToPath(new URL("../pkg/", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));

/** The entries that have code, each with its declarations. The slim ones have those of the others. */
const entries = Object.entries(exports)
  .filter(([name, conditions]) => conditions.default?.types !== undefined || name === "./slim")
  .map(([name, conditions]) => [`itpay${name.slice(1)}`, join(pkg, conditions.default.types ?? conditions.types)]);

function load() {
  const program = ts.createProgram(
    entries.map(([, path]) => path),
    {
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      exactOptionalPropertyTypes: true,
      types: [],
    },
  );
  return { program, checker: program.getTypeChecker() };
}

/** Every export of every entry with its declaration, without comments. */
export function publicTypes() {
  const { program, checker } = load();
  const printer = ts.createPrinter({ removeComments: true });
  const printed = new Set();
  const lines = [];
  for (const [entry, path] of entries) {
    lines.push(`# ${entry}`, "");
    const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)));
    for (const symbol of symbols.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (printed.has(target)) {
        lines.push(`export { ${symbol.name} }; // as above`, "");
        continue;
      }
      printed.add(target);
      for (const declaration of target.declarations) {
        const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
        lines.push(
          printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replaceAll(/^ +#private;\n/gm, ""),
          "",
        );
      }
    }
  }
  return lines.join("\n");
}

/** The optional properties, of whatever a user can reach, that do not accept `undefined`. */
export function propertiesWithoutUndefined() {
  const { program } = load();
  const found = [];
  const accepts = (type) =>
    type === undefined ||
    [ts.SyntaxKind.UndefinedKeyword, ts.SyntaxKind.UnknownKeyword, ts.SyntaxKind.AnyKeyword].includes(type.kind) ||
    (ts.isUnionTypeNode(type) && type.types.some(accepts)) ||
    (ts.isParenthesizedTypeNode(type) && accepts(type.type));
  for (const file of program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(pkg))) {
    const report = (node) => found.push(`${relative(pkg, file.fileName)}: ${node.getText(file).split("\n")[0]}`);
    const visit = (node) => {
      const optional =
        (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || ts.isMappedTypeNode(node)) &&
        node.questionToken !== undefined;
      if (optional && !accepts(node.type)) report(node);
      // `Partial` does not accept undefined either.
      if (
        (ts.isParameter(node) || ts.isPropertySignature(node) || ts.isTypeAliasDeclaration(node)) &&
        /^Partial</.test(node.type?.getText(file) ?? "")
      )
        report(node);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}
