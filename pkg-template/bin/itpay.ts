#!/usr/bin/env node
// `npx itpay`: says which commands there are and runs the one that was asked for. A command is a file of its name.

import { VERSION } from "../src/internal/version.js";
import { qr } from "./qr.js";
import { sandbox } from "./sandbox.js";
import { webhook } from "./webhook.js";

const HELP = `itpay ${VERSION}

  npx itpay sandbox [--port 8402] [--webhook URL] [--state FILE] [--scenario FILE] [--host ADDRESS] [--url URL]
      Gateways on this machine, with a wallet to press and a log of what comes in and goes out.
      --webhook   where all webhooks go, instead of to the endpoints of their services
      --state     keeps everything in a file, across restarts
      --scenario  plays a day of payments, outages and redeliveries by itself: see docs/sandbox.md
      --host      listens there instead of on 127.0.0.1
      --url       where it is reached, if not there: http://sandbox.test:8402

  npx itpay webhook send --to URL [--type payment_intent.succeeded] [--data FILE] [--secret whsec_…]
      Posts an event to an endpoint as the gateway would, signed.
  npx itpay webhook sign [--secret whsec_…] [--timestamp SECONDS] [FILE]
      Prints the header for a body.
  npx itpay webhook verify --header VALUE [--secret whsec_…] [--explain] [FILE]
      Whether a body verifies, and if not, why.

  npx itpay qr TEXT [--invert] [--level L|M|Q|H] [--png FILE]
      Draws a code in this terminal, or as a picture if the terminal is too small.
      --invert    for dark text on a light background
      --level     error correction, default L in a terminal and M in a picture
      --png       writes a picture instead

Without FILE the body is read from standard input; without --secret, ITPAY_WEBHOOK_SECRET is used.
`;

const commands: Record<string, (args: string[]) => number | Promise<number>> = { qr, sandbox, webhook };

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
