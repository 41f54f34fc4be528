// Log levels, and the sink of log lines.

import { onRejection } from "./untrusted.js";

/** Receives log lines. `console` is one. */
export interface Logger {
  /**
   * Logs a line of level `error`.
   * @param message The line, without a line break.
   */
  error(message: string): void;
  /**
   * Logs a line of level `warn`.
   * @param message The line, without a line break.
   */
  warn(message: string): void;
  /**
   * Logs a line of level `info`.
   * @param message The line, without a line break.
   */
  info(message: string): void;
  /**
   * Logs a line of level `debug`.
   * @param message The line, without a line break.
   */
  debug(message: string): void;
}

const levels = ["off", "error", "warn", "info", "debug"] as const;

/** `info` has a line for each attempt, `debug` also the headers that may be shown. */
export type LogLevel = (typeof levels)[number];

/** @internal The level as a number for the wasm module. 0 is off. Unknown levels are off. */
export function levelNumber(level: unknown): number {
  return Math.max(0, levels.indexOf(level as LogLevel));
}

/** @internal Returns the function that passes a line to the logger. */
export function createLogSink(logger: Logger | undefined): (level: number, line: string) => void {
  return (level, line) => {
    const method = levels[level] as Exclude<LogLevel, "off">;
    onRejection((logger ?? console)[method](`itpay: ${line}`), () => {});
  };
}
