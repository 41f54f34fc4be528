// Where log lines go, and which.

/** Receives log lines. `console` is one. */
export interface Logger {
  /**
   * Takes a line of level `error`.
   * @param message The line, without a line break.
   */
  error(message: string): void;
  /**
   * Takes a line of level `warn`.
   * @param message The line, without a line break.
   */
  warn(message: string): void;
  /**
   * Takes a line of level `info`.
   * @param message The line, without a line break.
   */
  info(message: string): void;
  /**
   * Takes a line of level `debug`.
   * @param message The line, without a line break.
   */
  debug(message: string): void;
}

const levels = ["off", "error", "warn", "info", "debug"] as const;

/** `info` has a line for each attempt, `debug` also the headers that may be shown. */
export type LogLevel = (typeof levels)[number];

/** @internal The level as the wasm module counts: 0 is off. What is no level is off. */
export function levelNumber(level: unknown): number {
  return Math.max(0, levels.indexOf(level as LogLevel));
}

/** @internal Hands a line of that level to the logger. */
export function sink(logger: Logger | undefined): (level: number, line: string) => void {
  return (level, line) => {
    const method = levels[level] as Exclude<LogLevel, "off">;
    (logger ?? console)[method](`itpay: ${line}`);
  };
}
