// QR codes for pages and terminals. Needs no key and makes no request.

import type { InitOutput } from "../glue/qr.js";
import { copyOptions } from "../internal/untrusted.js";
import { Wasm } from "../internal/wasm.js";
import { checkInteger, checkMargin, decode, draw, type ErrorCorrection, invalid, levelOf } from "./encoder.js";

export type { ErrorCorrection } from "./encoder.js";

/** @internal The wasm module. The entry says where it comes from. */
export const wasm = new Wasm<InitOutput>();

/** Options of `toMatrix`. */
export interface MatrixOptions {
  /** Default `M`. The code gets a higher level if that does not make it larger. */
  errorCorrection?: ErrorCorrection | undefined;
}

/** Options of `toSvg` and `toDataUrl`. */
export interface SvgOptions extends MatrixOptions {
  /** The quiet zone, in modules, 0 to 100. Default 4, as the standard asks. */
  margin?: number | undefined;
  /** A CSS color. Default `#000`. */
  dark?: string | undefined;
  /** A CSS color. Default `#fff`. */
  light?: string | undefined;
  /** Text for screen readers. Default: none. */
  title?: string | undefined;
  /** Width and height in CSS pixels, 1 to 10000. Default: none. A page's layout decides. */
  width?: number | undefined;
}

/** Options of `toTerminal`. */
export interface TerminalOptions {
  /** Default `L`, as a screen is clean. The code gets a higher level if that does not make it larger. */
  errorCorrection?: ErrorCorrection | undefined;
  /** For a terminal with dark text on a light background. Default false. */
  invert?: boolean | undefined;
  /** The quiet zone, in modules, 0 to 100. Default 2. */
  margin?: number | undefined;
}

/** A code's modules, without a margin. */
export interface Matrix {
  /** Modules per side, 21 to 177. */
  readonly size: number;
  /**
   * Whether the module in column `x` and row `y` is dark. No module outside of the code is.
   * @param x Column, from 0 to `size - 1`.
   * @param y Row, from 0 to `size - 1`.
   */
  isDark(x: number, y: number): boolean;
}

/**
 * Draws an SVG document: one path, sharp at any size.
 * @throws ValidationError that names the invalid option
 * @param data The text to encode.
 */
export function toSvg(data: string, options: SvgOptions = {}): string {
  const {
    errorCorrection = "M",
    margin = 4,
    dark = "#000",
    light = "#fff",
    title = "",
    width,
  } = copyOptions("options", options);
  const level = levelOf(errorCorrection);
  checkMargin(margin);
  if (width !== undefined) checkInteger("width", width, 1, 10_000, "pixels");
  // The module takes an empty title and a width of 0 as absent.
  const picture = draw(
    wasm,
    { data, dark, light, title },
    (module, ...[length = 0, darkLength = 0, lightLength = 0, titleLength = 0]) =>
      module.svg(level, margin, width ?? 0, length, darkLength, lightLength, titleLength),
  );
  return decode(picture);
}

/**
 * Draws the SVG as a URL for `<img src>`.
 * @throws ValidationError that names the invalid option
 * @param data The text to encode.
 */
export function toDataUrl(data: string, options: SvgOptions = {}): string {
  // Quotes and parentheses would end an HTML attribute or CSS's url().
  return `data:image/svg+xml,${encodeURIComponent(toSvg(data, options)).replaceAll(/['()]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)}`;
}

/**
 * Draws lines of half blocks. A payment's code is narrower than 80 columns.
 * @throws ValidationError that names the invalid option
 * @param data The text to encode.
 */
export function toTerminal(data: string, options: TerminalOptions = {}): string {
  const { errorCorrection = "L", invert = false, margin = 2 } = copyOptions("options", options);
  const level = levelOf(errorCorrection);
  checkMargin(margin);
  if (typeof invert !== "boolean") throw invalid("invert", "must be a boolean");
  return decode(draw(wasm, { data }, (module, length = 0) => module.terminal(level, margin, length, invert ? 1 : 0)));
}

/**
 * Returns the modules, for a drawing of your own. Leave a margin of 4 light modules.
 * @throws ValidationError that names the invalid option
 * @param data The text to encode.
 */
export function toMatrix(data: string, options: MatrixOptions = {}): Matrix {
  const { errorCorrection = "M" } = copyOptions("options", options);
  const level = levelOf(errorCorrection);
  const modules = draw(wasm, { data }, (module, length = 0) => module.matrix(level, length)).slice();
  const size = Math.sqrt(modules.length);
  return { size, isDark: (x, y) => x >= 0 && x < size && modules[y * size + x] === 1 };
}
