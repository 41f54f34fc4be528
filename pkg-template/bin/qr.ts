// `npx itpay qr`: a code in the terminal.

import { parseArgs } from "node:util";

import { isItPayError, toTerminal } from "../entry/qr.js";

export function qr(args: string[]): number {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { invert: { type: "boolean", default: false } } });
    const [text = "", ...more] = positionals;
    if (more.length > 0) throw new Error("one text at a time: put it in quotes.");
    process.stdout.write(`${toTerminal(text, { invert: values.invert })}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`itpay qr: ${(error as Error).message}\n`);
    return isItPayError(error) ? 1 : 2;
  }
}
