// How a wasm module comes alive: started once, synchronously, at its first use. The entry files say where it comes
// from, because that differs between runtimes; nothing else does.

import { ItPayError } from "./errors.js";

/** What wasm-bindgen's glue has for every module. */
export interface Glue {
  /** Starts the module, at the first call. Says what it exports, at every one. */
  initSync(options: { module?: WebAssembly.Module | undefined }): { memory: WebAssembly.Memory };
  __wbg_reset_state(): void;
}

/** By name: a test runner's or an edge runtime's error class may be another realm's. */
export function isTrap(error: unknown): boolean {
  return (error as Error | undefined)?.name === "RuntimeError";
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
      throw isTrap(error) ? this.replace(error) : error;
    }
  }

  /** Puts a fresh instance in the place of one that trapped; the error for whoever was using it. */
  protected replace(cause: unknown): ItPayError {
    this.#glue?.__wbg_reset_state();
    this.#started = this.#glue?.initSync({});
    return new ItPayError("itpay failed inside; the next call starts afresh. Please report this.", { code: "internal", cause });
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
