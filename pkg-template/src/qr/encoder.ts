// Shared by `itpay/qr` and `itpay/qr/png`: options, and calls into a wasm module that draws.

import { ValidationError } from "../internal/errors.js";
import type { Wasm } from "../internal/wasm.js";

/** How much of a code may be damaged or hidden: about 7, 15, 25 or 30 %. */
export type ErrorCorrection = "L" | "M" | "Q" | "H";

/** The functions of src/js/qr.rs that both modules export. */
interface Exports {
  input(): number;
  output(): number;
  output_len(): number;
}

const LEVELS = ["L", "M", "Q", "H"] as const;
const INPUT_BYTES = 16384;
/** The options that the module's error numbers blame. */
const FIELDS = ["", "data", "dark", "light", "width", "scale"];

/** Draws into the module's output, which is valid until the next call. `lengths` are those of the strings, in bytes. */
export function draw<E extends Exports>(
  wasm: Wasm<E>,
  strings: { [name: string]: string },
  call: (module: E, ...lengths: number[]) => number,
): Uint8Array {
  const input = new Uint8Array(
    wasm.memory.buffer,
    wasm.call((module) => module.input()),
    INPUT_BYTES,
  );
  const encoder = new TextEncoder();
  let offset = 0;
  const lengths = Object.entries(strings).map(([name, text]) => {
    if (typeof text !== "string") throw invalid(name, "must be a string");
    const { read, written } = encoder.encodeInto(text, input.subarray(offset));
    if (read !== text.length) throw invalid(name, "is too long");
    offset += written;
    return written;
  });
  const error = wasm.call((module) => call(module, ...lengths));
  const [pointer, length] = wasm.call((module) => [module.output(), module.output_len()] as const);
  const output = new Uint8Array(wasm.memory.buffer, pointer, length);
  if (error !== 0) throw new ValidationError(decode(output), { code: "invalid_request", field: FIELDS[error] });
  return output;
}

export function decode(utf8: Uint8Array): string {
  return new TextDecoder().decode(utf8);
}

export function levelOf(errorCorrection: ErrorCorrection): number {
  const level = LEVELS.indexOf(errorCorrection);
  if (level < 0) throw invalid("errorCorrection", "must be L, M, Q or H");
  return level;
}

export function checkMargin(margin: number): number {
  return checkInteger("margin", margin, 0, 100, "modules");
}

export function checkInteger(field: string, value: number, min: number, max: number, unit: string): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw invalid(field, `must be a whole number of ${unit} from ${min} to ${max}`);
  return value;
}

export function invalid(field: string, problem: string): ValidationError {
  return new ValidationError(`\`${field}\` ${problem}`, { code: "invalid_request", field });
}
