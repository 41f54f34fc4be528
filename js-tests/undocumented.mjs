// Public names without documentation, as an editor's hover text would show it. TypeScript's own API finds them
// (5.9: version 7 has none).

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ts = createRequire(import.meta.url)("typescript5");
const pkg = fileURLToPath(new URL("../pkg/", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
const entries = Object.entries(exports)
  .filter(([name, conditions]) => conditions.default?.types !== undefined || name === "./slim")
  .map(([name, conditions]) => [`itpay${name.slice(1)}`, join(pkg, conditions.default.types ?? conditions.types)]);

const UNITS =
  /millisecond|second|minute|hour|day|byte|KiB|MiB|pixel|module|minor unit|major unit|column|character|percent|ISO|integer|count|how many|how often|number of|port|seed|position|status|bits|retries|e-shop|number/i;

// Interfaces of other packages' objects. Their own documentation describes the members.
const FOREIGN =
  /^(D1|KV|DurableObject|IoRedis|NodeRedis|UpstashRedis|Fastify|Koa|Node(Request|Response)|Postgres|Pg|Sqlite|Neon|Lambda)/;

/** A line for each public name that lacks a summary, a parameter, a unit or a default. */
export function undocumented() {
  const options = {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    types: [],
  };
  const program = ts.createProgram(
    entries.map(([, path]) => path),
    options,
  );
  const checker = program.getTypeChecker();
  const found = [];
  const seen = new Set();
  /** Whether this declaration was looked at before, under another owner's name. */
  const again = (symbol) => seen.has(symbol.declarations[0]) || !seen.add(symbol.declarations[0]);

  const isOurs = (symbol) =>
    symbol.declarations?.some((declaration) => declaration.getSourceFile().fileName.includes("/pkg/dist/")) === true;
  const summary = (symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();

  /** The parameters of a function, where they are no object whose members are documented. */
  function checkParameters(name, signature) {
    for (const parameter of signature.parameters) {
      const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
      const described =
        (type.isUnion() ? type.types : [type]).some((each) => each.symbol !== undefined && isOurs(each.symbol)) ||
        type.aliasSymbol !== undefined;
      // A destructured parameter has no name to document.
      if (!described && !parameter.name.startsWith("__") && summary(parameter) === "")
        found.push(`${name}(${parameter.name}): no @param`);
    }
  }

  function checkMember(owner, member) {
    if (!isOurs(member) || /^(__|#)/.test(member.name) || again(member)) return;
    const name = `${owner}.${member.name}`;
    const text = summary(member);
    if (text === "") found.push(`${name}: no summary`);
    const type = checker.getNonNullableType(checker.getTypeOfSymbol(member));
    if (member.flags & ts.SymbolFlags.Method && !/Provider$/.test(owner))
      for (const signature of type.getCallSignatures())
        if (isOurs({ declarations: [signature.declaration] })) checkParameters(name, signature);
    if (!/(Options|Params)$/.test(owner)) return;
    if (type.flags & ts.TypeFlags.NumberLike && !UNITS.test(text)) found.push(`${name}: no unit`);
    if (/Options$/.test(owner) && member.flags & ts.SymbolFlags.Optional && !/default|absent|without/i.test(text))
      found.push(`${name}: no default`);
  }

  function check(entry, symbol) {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (!isOurs(target) || again(target)) return;
    const name = `${entry} ${symbol.name}`;
    if (summary(target) === "") found.push(`${name}: no summary`);
    if (target.flags & ts.SymbolFlags.Function) {
      for (const signature of checker.getTypeOfSymbol(target).getCallSignatures()) checkParameters(name, signature);
    }
    if (!(target.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias))) return;
    if (FOREIGN.test(symbol.name)) return;
    const type = checker.getDeclaredTypeOfSymbol(target);
    // Of a union, its parts are named elsewhere.
    if (type.isUnion() || type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike)) return;
    for (const member of checker.getPropertiesOfType(type)) checkMember(name, member);
    if (target.flags & ts.SymbolFlags.Class && !/Error$/.test(symbol.name)) {
      for (const signature of checker
        .getTypeOfSymbolAtLocation(target, target.valueDeclaration)
        .getConstructSignatures())
        checkParameters(`new ${name}`, signature);
    }
  }

  for (const [entry, path] of entries) {
    for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path))))
      check(entry, symbol);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(undocumented().join("\n"));
