#!/usr/bin/env node
// `npx itpay`: says which commands there are and runs the one that was asked for. A command is a file of its name.

import { VERSION } from "../src/version.js";
import { sandbox } from "./sandbox.js";

const HELP = `itpay ${VERSION}

  npx itpay sandbox [--port 8402] [--webhook URL] [--state FILE]
      A gateway on this machine, with a log of what comes in and goes out.
`;

const commands: Record<string, (args: string[]) => Promise<number>> = { sandbox };

const [name = "--help", ...args] = process.argv.slice(2);
if (name === "--help" || name === "-h" || name === "help") {
  process.stdout.write(HELP);
} else if (name === "--version") {
  process.stdout.write(`${VERSION}\n`);
} else if (Object.hasOwn(commands, name)) {
  process.exitCode = await commands[name]!(args);
} else {
  process.stderr.write(`itpay: there is no command ${JSON.stringify(name)}.\n\n${HELP}`);
  process.exitCode = 2;
}
