// How a wasm module comes alive: compiled and started once, synchronously, at its first use. The entry files
// say where it comes from, because that differs between runtimes; nothing else does.

import { ItPayError } from "./errors.js";

/** What wasm-bindgen's glue has for every module. */
export interface Glue {
  initSync(options: { module: WebAssembly.Module }): { memory: WebAssembly.Memory };
  __wbg_reset_state(): void;
}

/** `G` is what is called: the glue, or the module's own exports where only numbers and bytes cross. */
export class Wasm<G> {
  readonly #glue: (G & Glue) | undefined;
  #source: (() => WebAssembly.Module) | undefined;
  #started: { memory: WebAssembly.Memory } | undefined;

  constructor(glue?: G & Glue) {
    this.#glue = glue;
  }

  /** Says where the module comes from. The first word counts. */
  provide(source: () => WebAssembly.Module): void {
    this.#source ??= source;
  }

  get memory(): WebAssembly.Memory {
    return this.#start().memory;
  }

  /** Calls into the module. A trap ends the call with an `ItPayError`; the next one finds a fresh module. */
  call<T>(use: (glue: G) => T): T {
    const started = this.#start();
    try {
      return use(this.#glue ?? (started as G));
    } catch (error) {
      // By name: a test runner's or an edge runtime's error class may be another realm's.
      if ((error as Error | undefined)?.name !== "RuntimeError") throw error;
      this.#glue?.__wbg_reset_state();
      this.#started = undefined;
      throw new ItPayError("itpay failed inside; the next call starts afresh. Please report this.", { code: "internal", cause: error });
    }
  }

  #start(): { memory: WebAssembly.Memory } {
    if (this.#started === undefined) {
      if (this.#source === undefined) throw new ItPayError("itpay has no wasm module yet: with itpay/slim, call init first", { code: "wasm_missing" });
      const module = this.#source();
      this.#started = this.#glue?.initSync({ module }) ?? (new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory });
    }
    return this.#started;
  }
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
  try {
    return new WebAssembly.Module(bytes.subarray(0, length));
  } catch (error) {
    if ((error as Error | undefined)?.name !== "CompileError") throw error;
    throw new ItPayError(
      "This runtime does not allow WebAssembly to be compiled from bytes. " +
        "On Cloudflare or Vercel's edge the bundler must resolve the condition `workerd` or `edge-light` " +
        "(OpenNext: add itpay to serverExternalPackages); in a page the CSP needs script-src 'wasm-unsafe-eval'.",
      { code: "wasm_forbidden", cause: error },
    );
  }
}
