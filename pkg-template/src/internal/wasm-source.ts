// Where a compiled wasm module comes from, for the entries that do not import it as one: from text, from a file.

import { ItPayError } from "./errors.js";

/** The module of these bytes. @throws ItPayError if the runtime forbids it */
export function compile(bytes: BufferSource): WebAssembly.Module {
  requireWebAssembly();
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    return refused(error);
  }
}

/** @throws ItPayError in a runtime without WebAssembly */
export function requireWebAssembly(): void {
  if (typeof WebAssembly === "object") return;
  throw new ItPayError("This runtime has no WebAssembly. Start Node.js without --jitless; in a browser, leave its lockdown mode.", { code: "wasm_unsupported" });
}

/** Says what to do about a runtime that compiles nothing. */
export function refused(error: unknown): never {
  if ((error as Error | undefined)?.name !== "CompileError") throw error;
  throw new ItPayError(
    "This runtime does not allow WebAssembly to be compiled from bytes. " +
      "On Cloudflare or Vercel's edge the bundler must resolve the condition `workerd` or `edge-light` " +
      "(OpenNext: add itpay to serverExternalPackages); in a page the CSP needs script-src 'wasm-unsafe-eval'.",
    { code: "wasm_forbidden", cause: error },
  );
}

/** The module that `read` reads from the package. @throws ItPayError if it is not there */
export function file(read: () => BufferSource): WebAssembly.Module {
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

/** The module that `asText` of scripts/assemble.mjs wrote. */
export function inline(text: string): WebAssembly.Module {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let index = 0;
  const digit = (): number => {
    const code = text.charCodeAt(index++);
    return code - (code < 92 ? 35 : 36);
  };
  while (index < text.length) {
    const value = digit();
    bytes[length++] = value < 89 ? value : 89 + (value - 89) * 91 + digit();
  }
  return compile(bytes.subarray(0, length));
}
