// Starts a wasm module once, synchronously, at its first use. The entry files set its source, which differs between
// runtimes.

import { ItPayError } from "./errors.js";
import type { CompiledModule } from "./platform-types.js";
import { internalError, isTrap, startError } from "./wasm-error.js";

/** A module's memory. `WebAssembly.Memory` is missing without the DOM library. */
type Memory = { readonly buffer: ArrayBuffer };

/** The part of wasm-bindgen's glue that is the same for every module. */
export interface Glue {
  /** Starts the module at the first call. Returns its exports. */
  initSync(options: { module?: CompiledModule | undefined }): { memory: Memory };
  __wbg_reset_state(): void;
}

/** `G` is the interface: the glue, or the module's own exports if only numbers and bytes cross. */
export class Wasm<G> {
  readonly #glue: (G & Glue) | undefined;
  #source: (() => CompiledModule) | undefined;
  #started: { memory: Memory } | undefined;
  #trapped = false;

  constructor(glue?: G & Glue) {
    this.#glue = glue;
  }

  /** Sets the source of the module. Only the first call counts. */
  setModuleSource(source: () => CompiledModule): void {
    this.#source ??= source;
  }

  get memory(): Memory {
    return this.#start().memory;
  }

  /** Calls the module. A trap ends the call with an `ItPayError`, and the next call starts a new instance. */
  call<T>(use: (glue: G) => T): T {
    const started = this.#start();
    try {
      return use(this.#glue ?? (started as G));
    } catch (error) {
      throw isTrap(error) ? this.replace(error) : error;
    }
  }

  /** Abandons an instance that trapped. Returns the error of the calls that used it. */
  protected replace(cause: unknown): ItPayError {
    this.#started = undefined;
    this.#trapped = true;
    return internalError(cause);
  }

  #start(): { memory: Memory } {
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
          (new WebAssembly.Instance(module).exports as unknown as { memory: Memory });
      } catch (error) {
        throw startError(error);
      }
    }
    return this.#started;
  }
}
