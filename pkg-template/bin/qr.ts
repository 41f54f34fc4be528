// `npx itpay qr`: a code in the terminal, or as a picture.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { type ErrorCorrection, isItPayError, toTerminal } from "../entry/qr.js";

export async function qr(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { invert: { type: "boolean" }, level: { type: "string" }, png: { type: "string" } },
    });
    const [text = "", ...more] = positionals;
    if (more.length > 0) throw new Error("one text at a time: put it in quotes.");
    const { level, png } = values;
    if (level !== undefined && !/^[LMQH]$/.test(level)) throw new Error("--level must be L, M, Q or H.");
    if (png === "") throw new Error("--png needs a file name.");
    const errorCorrection = level as ErrorCorrection | undefined;
    if (png !== undefined) {
      await writePng(png, text, errorCorrection);
      return 0;
    }
    const code = toTerminal(text, { errorCorrection, invert: values.invert });
    const lines = code.split("\n");
    const { isTTY, columns, rows } = process.stdout;
    if (isTTY && (columns < lines[0]!.length || rows <= lines.length)) {
      // Half a code can't be scanned. The folder is this user's only.
      const file = join(mkdtempSync(join(tmpdir(), "itpay-qr-")), "code.png");
      await writePng(file, text, errorCorrection);
      process.stdout.write(`${text}\n\nThe code is larger than this terminal. It is in ${file}\n`);
      return 0;
    }
    process.stdout.write(`${code}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`itpay qr: ${(error as Error).message}\n`);
    return isItPayError(error) ? 1 : 2;
  }
}

async function writePng(file: string, text: string, errorCorrection: ErrorCorrection | undefined): Promise<void> {
  const { toPng } = await import("../entry/qr-png.js");
  writeFileSync(file, toPng(text, { errorCorrection }));
}
