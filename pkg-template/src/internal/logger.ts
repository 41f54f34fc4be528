// Log levels, and the sink of log lines.

import { onRejection, readUntrusted } from "./untrusted.js";

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

/** @internal The level as a number for the wasm module. 0 is off, -1 an unknown level. */
export function levelNumber(level: unknown): number {
  return levels.indexOf(level as LogLevel);
}

/** @internal Whether it is a logger, or absent. */
export function isLogger(logger: Logger | null | undefined): boolean {
  const isMethod = (name: LogLevel): boolean =>
    typeof (logger as unknown as Record<string, unknown>)[name] === "function";
  return (logger ?? undefined) === undefined || readUntrusted("logger", () => levels.slice(1).every(isMethod));
}

/** @internal Returns the function that passes a line to the logger. */
export function createLogSink(logger: Logger | undefined): (level: number, line: string) => void {
  return (level, line) => {
    const method = levels[level] as Exclude<LogLevel, "off">;
    onRejection((logger ?? console)[method](`itpay: ${line}`), () => {});
  };
}
