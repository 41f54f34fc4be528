// QR codes: text in, a picture out. Knows no key and makes no request.

import { ValidationError } from "../internal/errors.js";
import { given } from "../internal/untrusted.js";
import type { InitOutput } from "../glue/qr.js";
import { Wasm } from "../internal/wasm.js";

/** @internal The wasm module; the entry says where it comes from. */
export const wasm = new Wasm<InitOutput>();

/** How much of a code may be dirty or hidden: about 7, 15, 25 or 30 %. */
export type ErrorCorrection = "L" | "M" | "Q" | "H";

export interface SvgOptions {
  /** Default `M`. A higher level is taken where the code does not become larger by it. */
  errorCorrection?: ErrorCorrection | undefined;
  /** The quiet zone, in modules. Default 4, which is what the standard asks for. */
  margin?: number | undefined;
  /** A CSS colour. Default `#000`. */
  dark?: string | undefined;
  /** A CSS colour. Default `#fff`. */
  light?: string | undefined;
  /** What a screen reader says. */
  title?: string | undefined;
}

export interface TerminalOptions {
  /** For a terminal with dark text on a light ground. */
  invert?: boolean | undefined;
  /** The quiet zone, in modules. Default 2. */
  margin?: number | undefined;
}

const LEVELS = ["L", "M", "Q", "H"] as const;
const INPUT_BYTES = 16384;
// By the numbers that the wasm module answers with.
const FIELDS = ["", "data", "data", "dark", "light"];

/** An SVG document, one path, sharp at any size. @throws ValidationError naming the option that is wrong */
export function toSvg(data: string, options: SvgOptions = {}): string {
  return svg(data, options, false);
}

/** The SVG as a URL for an `<img src>`. @throws ValidationError naming the option that is wrong */
export function toDataUrl(data: string, options: SvgOptions = {}): string {
  return svg(data, options, true);
}

/** Lines of half blocks: a code of 200 characters is narrower than 80 columns. @throws ValidationError */
export function toTerminal(data: string, options: TerminalOptions = {}): string {
  const { invert, margin } = given("options", options);
  const quiet = checkedMargin(margin, 2);
  const [length = 0] = write([data], ["data"]);
  return picture((module) => module.terminal(0, quiet, length, invert === true ? 1 : 0));
}

function svg(data: string, options: SvgOptions, url: boolean): string {
  const { errorCorrection = "M", margin, dark = "", light = "", title = "" } = given("options", options);
  const level = LEVELS.indexOf(errorCorrection);
  if (level < 0) throw invalid("errorCorrection", "must be L, M, Q or H");
  const quiet = checkedMargin(margin, 4);
  const [length = 0, darkLength = 0, lightLength = 0, titleLength = 0] = write([data, dark, light, title], ["data", "dark", "light", "title"]);
  return picture((module) => module.svg(level, quiet, length, darkLength, lightLength, titleLength, url ? 1 : 0));
}

/** Writes the strings one after the other; their lengths in bytes. */
function write(texts: string[], names: string[]): number[] {
  const input = new Uint8Array(wasm.memory.buffer, wasm.call((module) => module.input()), INPUT_BYTES);
  const encoder = new TextEncoder();
  let offset = 0;
  return texts.map((text, index) => {
    const name = names[index] ?? "";
    if (typeof text !== "string") throw invalid(name, "must be a string");
    const { read, written } = encoder.encodeInto(text, input.subarray(offset));
    if (read !== text.length) throw invalid(name, "is too long");
    offset += written;
    return written;
  });
}

function picture(draw: (module: InitOutput) => number): string {
  const problem = wasm.call(draw);
  const [pointer, length] = wasm.call((module) => [module.output(), module.output_len()]);
  const text = new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, pointer, length));
  if (problem !== 0) throw new ValidationError(text, { code: "invalid_request", field: FIELDS[problem] });
  return text;
}

function checkedMargin(margin: number | undefined, standard: number): number {
  if (margin === undefined) return standard;
  if (!Number.isInteger(margin) || margin < 0 || margin > 100) throw invalid("margin", "must be a whole number of modules from 0 to 100");
  return margin;
}

function invalid(field: string, problem: string): ValidationError {
  return new ValidationError(`${field} ${problem}`, { code: "invalid_request", field });
}
