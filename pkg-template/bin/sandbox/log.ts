// The log in the terminal, a line for whatever happens.

import { styleText } from "node:util";

export type Color = "cyan" | "gray" | "green" | "magenta" | "red" | "yellow";

let clock: () => number = Date.now;
let write = (line: string): void => void process.stdout.write(line);

/** From now on lines are dated by this clock. */
export function logBy(now: () => number): void {
  clock = now;
}

/** For a command that speaks a protocol on its standard output. */
export function silenceLog(): void {
  write = () => undefined;
}

export function log(color: Color, mark: string, line: string): void {
  const time = new Date(clock()).toTimeString().slice(0, 8);
  write(`${paint("gray", time)} ${paint(color, mark)} ${printable(line)}\n`);
}

/** What came from outside must not move the cursor or end the line. */
function printable(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ");
}

function paint(color: Color, text: string): string {
  return process.stdout.isTTY && !process.env["NO_COLOR"] ? styleText(color, text) : text;
}
