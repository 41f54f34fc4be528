// The log on standard output: compact and colored on a terminal, plain lines in a pipe, JSON lines with --json.

import { styleText } from "node:util";

export type Color = "cyan" | "gray" | "green" | "magenta" | "red" | "yellow";

/** An entry as --json prints it, with its time. */
export type LogEntry =
  | {
      type: "request";
      method: string;
      path: string;
      status: number | null;
      code?: string | undefined;
      message?: string | undefined;
    }
  | { type: "payment"; gateway: "itpay" | "gopay"; id: string; status: string }
  | { type: "webhook"; gateway: "itpay" | "gopay"; event: string; url: string; status: number | null; response: string }
  | { type: "note"; color: Color; mark: string; text: string };

let clock: () => number = Date.now;
let format: "json" | "silent" | "text" = "text";

/** Uses a scenario's clock for the times of all entries. */
export function logBy(now: () => number): void {
  clock = now;
}

/** For a command whose standard output is a protocol. */
export function silenceLog(): void {
  format = "silent";
}

export function logAsJson(): void {
  format = "json";
}

/** Logs a sentence. */
export function log(color: Color, mark: string, text: string): void {
  logEntry({ type: "note", color, mark, text });
}

export function logEntry(entry: LogEntry): void {
  if (format === "silent") return;
  if (format === "json") {
    const { color, mark, ...rest } = entry as Extract<LogEntry, { type: "note" }>;
    process.stdout.write(`${JSON.stringify({ time: new Date(clock()).toISOString(), ...rest })}\n`);
    return;
  }
  const time = new Date(clock()).toTimeString().slice(0, 8);
  const [color, mark, text] = lineOf(entry, Boolean(process.stdout.isTTY));
  const room = process.stdout.isTTY ? Math.max(process.stdout.columns - 11, 20) : Infinity;
  process.stdout.write(`${paint("gray", time)} ${paint(color, mark)} ${shorten(printable(text), room)}\n`);
}

/** `isCompact` leaves out what the reader of a terminal sees on the page. */
function lineOf(entry: LogEntry, isCompact: boolean): [Color, string, string] {
  switch (entry.type) {
    case "request": {
      const { method, path, status, code, message } = entry;
      const color = status === null ? "red" : status < 400 ? "green" : "yellow";
      const result = [status, code, message].filter((part) => part != null && part !== "").join(" ");
      return [color, "←", `${method} ${path}${isCompact ? "" : ":"} ${result}`];
    }
    case "payment": {
      const { gateway, id, status } = entry;
      return [
        "cyan",
        "●",
        isCompact ? `${abbreviated(id)} ${status}` : `${gateway === "gopay" ? "GoPay's " : ""}${id} is ${status}`,
      ];
    }
    case "webhook": {
      const { event, url, status, response } = entry;
      const color = status !== null && status >= 200 && status < 300 ? "magenta" : "red";
      const result = status === null ? "no response" : `${status} ${response}`;
      return [
        color,
        "→",
        isCompact ? `${event.split(" ")[0]} ${result}` : `${event}${event === "" ? "" : " to "}${url}: ${result}`,
      ];
    }
    case "note":
      return [entry.color, entry.mark, entry.text];
  }
}

/** The start and the end of a long id, of which people compare the end. */
function abbreviated(id: string): string {
  return id.length > 20 ? `${id.slice(0, 8)}…${id.slice(-6)}` : id;
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Removes control characters: text from outside must not move the cursor or end the line. */
function printable(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ");
}

export function paint(color: Color, text: string): string {
  return process.stdout.isTTY && !process.env["NO_COLOR"] ? styleText(color, text) : text;
}
