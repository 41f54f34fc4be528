// QR codes as PNG, for mail, chats, files and agents. On a wasm module of its own, with a compressor in it.

import type { InitOutput } from "../glue/qr-png.js";
import { copyOptions } from "../internal/untrusted.js";
import { Wasm } from "../internal/wasm.js";
import { checkInteger, checkMargin, draw, type ErrorCorrection, invalid, levelOf } from "./encoder.js";

/** @internal The wasm module. The entry says where it comes from. */
export const wasm = new Wasm<InitOutput>();

/** Options of `toPng` and `toPngDataUrl`. */
export interface PngOptions {
  /** Default `M`. The code gets a higher level if that does not make it larger. */
  errorCorrection?: ErrorCorrection | undefined;
  /** The quiet zone, in modules, 0 to 100. Default 4, as the standard asks. */
  margin?: number | undefined;
  /** `#rgb`, `#rrggbb`, with or without alpha, or `transparent`. Default `#000`. */
  dark?: string | undefined;
  /** `#rgb`, `#rrggbb`, with or without alpha, or `transparent`. Default `#fff`. */
  light?: string | undefined;
  /** Pixels of a module's side, 1 to 100. Default 8. */
  scale?: number | undefined;
  /** Pixels of the picture's side, up to 10000, instead of `scale`. Modules stay whole pixels, and the margin takes the rest. Default: as `scale` makes it. */
  width?: number | undefined;
}

/**
 * Draws a PNG with one bit a pixel.
 * @throws ValidationError that names the invalid option
 * @param data The text to encode.
 */
export function toPng(data: string, options: PngOptions = {}): Uint8Array {
  const {
    errorCorrection = "M",
    margin = 4,
    dark = "#000",
    light = "#fff",
    scale,
    width,
  } = copyOptions("options", options);
  const level = levelOf(errorCorrection);
  checkMargin(margin);
  const colors = [color("dark", dark), color("light", light)] as const;
  if (scale !== undefined) checkInteger("scale", scale, 1, 100, "pixels");
  if (width !== undefined) checkInteger("width", width, 1, 10_000, "pixels");
  if (scale !== undefined && width !== undefined) throw invalid("scale", "and `width` exclude each other");
  // The module takes a width of 0 as absent.
  return draw(wasm, { data }, (module, length = 0) =>
    module.png(level, margin, scale ?? 8, width ?? 0, ...colors, length),
  ).slice();
}

/**
 * Draws the PNG as a URL for `<img src>`.
 * @throws ValidationError that names the invalid option
 * @param data The text to encode.
 */
export function toPngDataUrl(data: string, options: PngOptions = {}): string {
  const png = toPng(data, options);
  let binary = "";
  for (const byte of png) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}

/** As 0xRRGGBBAA. */
function color(field: "dark" | "light", text: string): number {
  if (text === "transparent") return 0;
  const [, short, long] =
    (typeof text === "string" ? /^#(?:([\da-f]{3,4})|([\da-f]{6}|[\da-f]{8}))$/i.exec(text) : undefined) ?? [];
  const digits = long ?? short?.replaceAll(/./g, "$&$&");
  if (digits === undefined) throw invalid(field, "must be a color such as #000 or #00000080, or `transparent`");
  return Number.parseInt(digits.padEnd(8, "f"), 16);
}
