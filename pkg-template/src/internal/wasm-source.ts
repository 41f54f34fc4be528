// Compiles a wasm module from text or from a file, for entries that cannot import it as a module.

import { decode } from "./bytewise91.js";
import { ItPayError } from "./errors.js";
import { setStartError } from "./wasm-error.js";

setStartError((error) => {
  if ((error as Error | undefined)?.name !== "RangeError") return error;
  return new ItPayError(
    "No address space is left for a WebAssembly memory; Node.js reserves 10 GB for each. " +
      "Raise the limit (ulimit -v), or start Node.js with --disable-wasm-trap-handler.",
    { code: "wasm_memory", cause: error },
  );
});

/** Compiles these bytes. @throws ItPayError if the runtime forbids it */
export function compile(bytes: BufferSource): WebAssembly.Module {
  requireWebAssembly();
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    return wrapCompileError(error);
  }
}

/** @throws ItPayError in a runtime without WebAssembly */
export function requireWebAssembly(): void {
  if (typeof WebAssembly === "object") return;
  throw new ItPayError(
    "This runtime has no WebAssembly. Start Node.js without --jitless; in a browser, leave its lockdown mode.",
    { code: "wasm_unsupported" },
  );
}

/** The error of a runtime that compiles no bytes. */
export function wrapCompileError(error: unknown): never {
  if ((error as Error | undefined)?.name !== "CompileError") throw error;
  throw new ItPayError(
    "This runtime does not allow WebAssembly to be compiled from bytes. " +
      "On Cloudflare or Vercel's edge the bundler must resolve the condition `workerd` or `edge-light` " +
      "(OpenNext: add itpay to serverExternalPackages); in a page the CSP needs script-src 'wasm-unsafe-eval'.",
    { code: "wasm_forbidden", cause: error },
  );
}

/** Compiles the bytes that `read` returns. @throws ItPayError if the file is missing */
export function compileFile(read: () => BufferSource): WebAssembly.Module {
  let bytes: BufferSource;
  try {
    bytes = read();
  } catch (error) {
    throw new ItPayError(
      "itpay's .wasm file cannot be read: this program was bundled for Node by a bundler that does not resolve the condition `module`. " +
        "Let it, or leave itpay out of the bundle (`external`).",
      { code: "wasm_missing", cause: error },
    );
  }
  return compile(bytes);
}

/** Compiles a text in bytewise base 91. @throws ItPayError if the runtime forbids it */
export function compileText(text: string): WebAssembly.Module {
  return compile(decode(text));
}
