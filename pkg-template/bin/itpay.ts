#!/usr/bin/env node
// `npx itpay`: lists the commands and runs one.

import { VERSION } from "../src/internal/version.js";
import { type Command, EXIT, reasonOf, runCommand, suggestion, synopsisOf } from "./command.js";
import { loadEnvFile } from "./input.js";
import { mcp } from "./mcp.js";
import { qr } from "./qr.js";
import { sandbox } from "./sandbox.js";
import { send, sign, verify } from "./webhook.js";

const commands: Command[] = [sandbox, send, sign, verify, qr, mcp];

const HELP = `itpay ${VERSION}

${commands.map((one) => `  ${synopsisOf(one)}\n      ${one.summary}\n`).join("")}
  -h, --help      Show this help, or that of a command: npx itpay webhook send --help
  -v, --version   Show the version

Variables are read from the environment and from ./.env, which mcp does not read.
Exit status: 0 success, 1 failure, 2 wrong command line or unreadable file.
`;

/** Ends quietly when the reader of the output has gone, as in `npx itpay … | head`. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      if (stream === process.stdout) process.stderr.write(`itpay: the output cannot be written: ${reasonOf(error)}.\n`);
      process.exit(EXIT.failed);
    }
    if (process.listenerCount("SIGTERM") > 0) process.kill(process.pid, "SIGTERM");
    else process.exit();
  });
}

process.exitCode = await main(process.argv.slice(2));

async function main([name = "--help", ...args]: string[]): Promise<number> {
  if (name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  if (name === "--version" || name === "-v") {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.ok;
  }
  const found = commands.find((one) => one.name === name || one.name === `${name} ${args[0]}`);
  if (found !== undefined) {
    if (found.readsEnvFile !== false) loadEnvFile();
    return runCommand(found, args.slice(found.name.split(" ").length - 1));
  }
  const group = commands.filter((one) => one.name.startsWith(`${name} `));
  if (group.length > 0) {
    const [sub] = args;
    const list = `${group.map((one) => `  npx itpay ${one.name.padEnd(16)}${one.summary}`).join("\n")}\n`;
    if (sub === "--help" || sub === "-h") {
      process.stdout.write(`${list}\nSee npx itpay ${group[0]!.name} --help.\n`);
      return EXIT.ok;
    }
    process.stderr.write(
      `itpay ${name}: ${sub === undefined ? "a command is missing" : `there is no command ${JSON.stringify(sub)}`}. There are:\n\n${list}`,
    );
    return EXIT.usage;
  }
  const names = [...new Set(commands.map((one) => one.name.split(" ")[0]!))];
  process.stderr.write(
    `itpay: there is no command ${JSON.stringify(name)}.${suggestion(name, names, "npx itpay ")}\n\n${HELP}`,
  );
  return EXIT.usage;
}
