// The wasm modules as files, where there are files.

import { ItPayError } from "./errors.js";

/** The module that `read` brings. */
export function file(read: () => Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(read());
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
    throw new ItPayError(
      "itpay's .wasm file is missing: this program was bundled for Node by a bundler that does not resolve the condition `module`. " +
        "Let it, or leave itpay out of the bundle (`external`).",
      { code: "wasm_missing", cause: error },
    );
  }
}
