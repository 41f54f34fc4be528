// Reads codes in pictures by scanners that others wrote: ZXing (C++), jsQR, and Debian's zbar.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import jsQR from "jsqr";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasmBinary = readFileSync(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"));
prepareZXingModule({
  overrides: { wasmBinary: wasmBinary.buffer.slice(wasmBinary.byteOffset, wasmBinary.byteOffset + wasmBinary.length) },
});

/** By ZXing (C++), all codes in it. The picture: RGBA, as pngjs gives it. */
export async function scanned({ data, width, height }) {
  const codes = await readBarcodes({ data: new Uint8ClampedArray(data), width, height }, { formats: ["QRCode"] });
  return codes.map(({ text }) => text);
}

/** By jsQR, the one code in it. */
export function scannedByJsQR({ data, width, height }) {
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}

/** Whether zbar is there: `apt-get install zbar-tools`. */
export const zbarIsThere = spawnSync("zbarimg", ["--version"]).error === undefined;

/** By zbar, the code in each of the pictures. */
export function scannedByZbar(pictures) {
  const folder = mkdtempSync(join(tmpdir(), "itpay-zbar-"));
  try {
    const files = pictures.map(({ data, width, height }, index) => {
      const file = join(folder, `${index}.pgm`);
      writeFileSync(
        file,
        Buffer.concat([
          Buffer.from(`P5 ${width} ${height} 255\n`),
          Uint8Array.from({ length: width * height }, (_, pixel) => data[4 * pixel]),
        ]),
      );
      return file;
    });
    // It ends with 4 if a picture has no code.
    const { stdout } = spawnSync("zbarimg", ["-q", "--xml", "-Sdisable", "-Sqrcode.enable", ...files], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    const found = new Map(
      [...stdout.matchAll(/<source href='[^']*?(\d+)\.pgm'>([^]*?)<\/source>/g)].map(([, index, source]) => [
        Number(index),
        source,
      ]),
    );
    return pictures.map((_, index) => {
      const [, format, text] = /<data([^>]*)><!\[CDATA\[([^]*?)\]\]><\/data>/.exec(found.get(index) ?? "") ?? [];
      // A text with "]]>" cannot stand in XML as it is.
      return format?.includes("base64") ? Buffer.from(text, "base64").toString() : text;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The characters as a terminal draws them, in cells of 8 by 16 pixels. */
export function drawTerminal(text, ink, ground) {
  const lines = text.split("\n").map((line) => [...line]);
  const [width, height] = [8 * (Math.max(...lines.map((line) => line.length)) + 4), 16 * (lines.length + 2)];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const character = lines[Math.floor(y / 16) - 1]?.[Math.floor(x / 8) - 2] ?? " ";
      const lit = character === "█" || character === (y % 16 < 8 ? "▀" : "▄");
      data.fill(lit ? ink : ground, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { data, width, height };
}
