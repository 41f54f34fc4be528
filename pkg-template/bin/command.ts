// Shared by all commands: options and --help from one table, errors in the user's terms, exit statuses.

import { parseArgs } from "node:util";

/** The exit statuses. docs/cli.md documents them. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

export interface OptionSpec {
  type: "boolean" | "string";
  /** The placeholder of a value in --help, such as `URL`. */
  value?: string;
  /** The default as --help shows it. */
  default?: string;
  /** May be repeated: the value is a list, undefined if the option is absent. */
  multiple?: true;
  help: string;
}

type Values<Options extends Record<string, OptionSpec>> = {
  [Name in keyof Options]: Options[Name]["type"] extends "boolean"
    ? boolean
    : Options[Name] extends { multiple: true }
      ? string[] | undefined
      : string | undefined;
};

export interface Command<Options extends Record<string, OptionSpec> = Record<string, OptionSpec>> {
  /** Such as `webhook send`. */
  name: string;
  summary: string;
  /** The positional argument in --help, such as `[FILE]`. */
  argument?: string;
  options: Options;
  /** Whether ./.env is read. Default true. */
  readsEnvFile?: false;
  /** Sentences below the options in --help. */
  notes?: string;
  examples: string[];
  /** Returns the exit status. */
  run: (values: Values<Options>, argument: string | undefined) => number | Promise<number>;
}

/** The command line is wrong: exit status 2. */
export class UsageError extends Error {}

const HELP_OPTION: OptionSpec = { type: "boolean", help: "Show this help" };

/** Checks the types of a command's options. */
export function command<const Options extends Record<string, OptionSpec>>(spec: Command<Options>): Command {
  return spec as unknown as Command;
}

/** Runs a command. Returns its exit status. Errors are sentences on standard error. */
export async function runCommand(spec: Command, args: string[]): Promise<number> {
  try {
    const { values, argument, isHelp } = parse(spec, args);
    if (isHelp) {
      process.stdout.write(helpOf(spec));
      return EXIT.ok;
    }
    return await spec.run(values, argument);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    process.stderr.write(
      `itpay ${spec.name}: ${String((error as Error).message)}\n${isUsage ? `See npx itpay ${spec.name} --help.\n` : ""}`,
    );
    return isUsage ? EXIT.usage : EXIT.failed;
  }
}

/** The command with all its options on one line. */
export function synopsisOf({ name, argument, options }: Command): string {
  const parts = Object.entries(options).map(
    ([option, { value }]) => `[--${option}${value === undefined ? "" : ` ${value}`}]`,
  );
  return ["npx itpay", name, ...parts, ...(argument === undefined ? [] : [argument])].join(" ");
}

/** The text of --help. */
export function helpOf({ name, summary, argument, options, notes, examples }: Command): string {
  const rows = Object.entries({ ...options, help: HELP_OPTION }).map(
    ([option, { value, default: preset, help }]): [string, string] => [
      `  ${option === "help" ? "-h, " : "    "}--${option}${value === undefined ? "" : ` ${value}`}`,
      `${help}${preset === undefined ? "" : `. Default: ${preset}`}`,
    ],
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return (
    [
      `${summary}.`,
      `Usage: npx itpay ${name} [options]${argument === undefined ? "" : ` ${argument}`}`,
      `Options:\n${rows.map(([left, right]) => `${left.padEnd(width)}${wrap(right, width)}`).join("\n")}`,
      ...(notes === undefined ? [] : [wrap(notes, 0)]),
      `Examples:\n${examples.map((example) => `  ${example}`).join("\n")}`,
    ].join("\n\n") + "\n"
  );
}

function wrap(text: string, indent: number): string {
  const room = 100 - indent;
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + word.length >= room) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}

function parse({ options, argument: expected }: Command, args: string[]) {
  const known: Record<string, OptionSpec & { short?: string }> = { ...options, help: { ...HELP_OPTION, short: "h" } };
  // Not strict: the errors are our own.
  const parsing = Object.fromEntries(
    Object.entries(known).map(([name, { type, short }]) => [name, { type, ...(short === undefined ? {} : { short }) }]),
  );
  const { tokens } = parseArgs({ args, options: parsing, strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, boolean | string | string[] | undefined> = Object.fromEntries(
    Object.entries(options).map(([name, { type }]) => [name, type === "boolean" ? false : undefined]),
  );
  const positionals: string[] = [];
  let isHelp = false;
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(known, name) ? known[name]! : undefined;
    if (option === undefined)
      throw new UsageError(`there is no option ${rawName}.${suggestion(name, Object.keys(known))}`);
    if (name === "help") isHelp = true;
    if (option.type === "boolean") {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value.`);
      values[name] = true;
    } else {
      if (value === undefined || (!token.inlineValue && value.startsWith("--"))) {
        throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}.`);
      }
      values[name] = option.multiple ? [...((values[name] as string[] | undefined) ?? []), value] : value;
    }
  }
  const [argument, second] = positionals;
  if (!isHelp && expected === undefined && argument !== undefined) {
    const option = /^https?:/.test(argument) && Object.keys(options).find((name) => options[name]!.value === "URL");
    const hint = option ? ` Did you mean --${option} ${argument}?` : "";
    throw new UsageError(`${JSON.stringify(argument)} is not expected here.${hint}`);
  }
  if (!isHelp && second !== undefined)
    throw new UsageError(`${JSON.stringify(second)} is one argument too many. Put text with spaces in quotes.`);
  return { values: values as never, argument, isHelp };
}

/** Suggests the name with the smallest edit distance, if it is close. */
export function suggestion(name: string, names: string[], prefix = "--"): string {
  const [best] = names
    .map((other) => ({ other, distance: distanceOf(name, other) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= 2 ? ` Did you mean ${prefix}${best.other}?` : "";
}

/** The Levenshtein distance. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The reason of a file system error, in place of Node's own text. */
export function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EACCES: "this user may not access it",
    EISDIR: "it is a folder",
    ENOENT: "it does not exist",
    ENOSPC: "the disk is full",
    ENOTDIR: "a part of its path is not a folder",
    EROFS: "the file system is read-only",
  };
  return reasons[code ?? ""] ?? code ?? "unknown";
}
