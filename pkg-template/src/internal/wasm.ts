// How a wasm module comes alive: started once, synchronously, at its first use. The entry files say where it comes
// from, because that differs between runtimes; nothing else does.

import { ItPayError } from "./errors.js";
import { internalError, isTrap, startError } from "./wasm-error.js";

/** What wasm-bindgen's glue has for every module. */
export interface Glue {
  /** Starts the module, at the first call. Says what it exports, at every one. */
  initSync(options: { module?: WebAssembly.Module | undefined }): { memory: WebAssembly.Memory };
  __wbg_reset_state(): void;
}

/** `G` is what is called: the glue, or the module's own exports where only numbers and bytes cross. */
export class Wasm<G> {
  readonly #glue: (G & Glue) | undefined;
  #source: (() => WebAssembly.Module) | undefined;
  #started: { memory: WebAssembly.Memory } | undefined;
  #trapped = false;

  constructor(glue?: G & Glue) {
    this.#glue = glue;
  }

  /** Says where the module comes from. Only the first call counts. */
  setModuleSource(source: () => WebAssembly.Module): void {
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

  /** Gives up an instance that trapped: the next call starts another. Returns the error of the calls that used it. */
  protected replace(cause: unknown): ItPayError {
    this.#started = undefined;
    this.#trapped = true;
    return internalError(cause);
  }

  #start(): { memory: WebAssembly.Memory } {
    if (this.#started === undefined) {
      if (this.#source === undefined)
        throw new ItPayError("itpay has no wasm module yet: with itpay/slim, call init first", {
          code: "wasm_missing",
        });
      const module = this.#source();
      try {
        if (this.#trapped) this.#glue?.__wbg_reset_state();
        this.#trapped = false;
        this.#started =
          this.#glue?.initSync({ module }) ??
          (new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory });
      } catch (error) {
        throw startError(error);
      }
    }
    return this.#started;
  }
}
