// What scanners that we didn't write read in a picture.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import jsQR from "jsqr";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasmBinary = readFileSync(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"));
prepareZXingModule({ overrides: { wasmBinary: wasmBinary.buffer.slice(wasmBinary.byteOffset, wasmBinary.byteOffset + wasmBinary.length) } });

/** By ZXing (C++), all codes in it. The picture: RGBA, as pngjs gives it. */
export async function scanned({ data, width, height }) {
  const codes = await readBarcodes({ data: new Uint8ClampedArray(data), width, height }, { formats: ["QRCode"] });
  return codes.map(({ text }) => text);
}

/** By jsQR, the one code in it. */
export function scannedByJsQR({ data, width, height }) {
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}
