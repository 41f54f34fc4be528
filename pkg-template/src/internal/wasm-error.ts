// Errors of a WebAssembly module that cannot start or that stopped.

import { ItPayError } from "./errors.js";

/** Compares by name: the error class of a test runner or an edge runtime may belong to another realm. */
export function isTrap(error: unknown): boolean {
  return (error as Error | undefined)?.name === "RuntimeError";
}

/** The error of a call whose module trapped. */
export function internalError(cause: unknown): ItPayError {
  return new ItPayError("itpay failed inside; the next call starts afresh. Please report this.", { code: "internal", cause });
}

/** The error of an instance that did not start. */
export function startError(error: unknown): unknown {
  if ((error as Error | undefined)?.name !== "RangeError") return error;
  return new ItPayError(
    "No address space is left for a WebAssembly memory; Node.js reserves 10 GB for each. " +
      "Raise the limit (ulimit -v), or start Node.js with --disable-wasm-trap-handler.",
    { code: "wasm_memory", cause: error },
  );
}
