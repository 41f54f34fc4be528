// `npx itpay qr`: a code in the terminal.

import { parseArgs } from "node:util";

import { isItPayError, toTerminal } from "../entry/qr.js";

export function qr(args: string[]): number {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { invert: { type: "boolean", default: false } } });
    const [text = "", ...more] = positionals;
    if (more.length > 0) throw new Error("one text at a time: put it in quotes.");
    const code = toTerminal(text, { invert: values.invert });
    const lines = code.split("\n");
    const [width, height] = [lines[0]!.length, lines.length];
    const { isTTY, columns, rows } = process.stdout;
    if (isTTY && columns < width) throw new Error(`the code is ${width} columns wide, and this terminal ${columns}: make the window wider or its text smaller.`);
    process.stdout.write(`${code}\n`);
    // It can still be scrolled to, but not be scanned in one piece.
    if (isTTY && rows <= height) process.stderr.write(`The code is ${height} lines high, and this terminal ${rows}: make the window higher or its text smaller.\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`itpay qr: ${(error as Error).message}\n`);
    return isItPayError(error) ? 1 : 2;
  }
}
