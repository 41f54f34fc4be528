// Errors of a WebAssembly module that cannot start or that stopped.

import { ItPayError } from "./errors.js";

/** Compares by name: the error class of a test runner or an edge runtime may belong to another realm. */
export function isTrap(error: unknown): boolean {
  return (error as Error | undefined)?.name === "RuntimeError";
}

/** The error of a call whose module trapped. */
export function internalError(cause: unknown): ItPayError {
  return new ItPayError(
    "Internal error: the WebAssembly module trapped, and the next call starts a new instance. Please report it.",
    {
      code: "internal",
      cause,
    },
  );
}

/** Set by wasm-source.ts. Entries that import a compiled module leave the texts out. */
let explain = (error: unknown): unknown => error;

export function setStartError(explanation: (error: unknown) => unknown): void {
  explain = explanation;
}

/** The error of an instance that did not start. */
export function startError(error: unknown): unknown {
  return explain(error);
}
