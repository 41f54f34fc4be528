// `npx itpay qr`: a code in the terminal, or as a picture.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type ErrorCorrection, toMatrix, toTerminal } from "../entry/qr.js";
import { command, EXIT, reasonOf, UsageError } from "./command.js";

export const qr = command({
  name: "qr",
  summary: "Draw a QR code in the terminal, or as a picture if the terminal is too small",
  argument: "TEXT",
  options: {
    invert: { type: "boolean", help: "For dark text on a light background" },
    level: {
      type: "string",
      value: "LEVEL",
      help: "The error correction: L, M, Q or H. Default: L in a terminal, else M",
    },
    png: { type: "string", value: "FILE", help: "Write a picture instead" },
    json: { type: "boolean", help: "Print one line of JSON: the code's rows, with 1 for a dark module" },
  },
  examples: ["npx itpay qr https://example.com", "npx itpay qr --png code.png --level H https://example.com"],
  run: async ({ invert, level, png, json }, text) => {
    if (text === undefined || text === "") throw new UsageError("a text is missing.");
    if (level !== undefined && !/^[LMQH]$/.test(level)) throw new UsageError("--level must be L, M, Q or H.");
    if (png === "") throw new UsageError("--png needs a file name.");
    const errorCorrection = level as ErrorCorrection | undefined;
    if (png !== undefined) {
      await writePng(png, text, errorCorrection);
      if (json) process.stdout.write(`${JSON.stringify({ file: png })}\n`);
      return EXIT.ok;
    }
    if (json) {
      const { size, isDark } = toMatrix(text, { errorCorrection });
      const range = Array.from({ length: size }, (_, index) => index);
      const rows = range.map((y) => range.map((x) => (isDark(x, y) ? "1" : "0")).join(""));
      process.stdout.write(`${JSON.stringify({ size, rows })}\n`);
      return EXIT.ok;
    }
    const code = toTerminal(text, { errorCorrection, invert });
    const lines = code.split("\n");
    const { isTTY, columns, rows } = process.stdout;
    if (isTTY && (columns < lines[0]!.length || rows <= lines.length)) {
      // Half a code can't be scanned. The folder is this user's only.
      const file = join(mkdtempSync(join(tmpdir(), "itpay-qr-")), "code.png");
      await writePng(file, text, errorCorrection);
      process.stdout.write(`${text}\n\nThe code is larger than this terminal. It is in ${file}\n`);
      return EXIT.ok;
    }
    process.stdout.write(`${code}\n`);
    return EXIT.ok;
  },
});

async function writePng(file: string, text: string, errorCorrection: ErrorCorrection | undefined): Promise<void> {
  const { toPng } = await import("../entry/qr-png.js");
  const png = toPng(text, { errorCorrection });
  try {
    writeFileSync(file, png);
  } catch (error) {
    throw new Error(`${file} cannot be written: ${reasonOf(error)}.`, { cause: error });
  }
}
