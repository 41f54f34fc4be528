// A wasm module whose calls go on after they have returned: they wait for the network, and the runtime wakes them by
// calling closures of the module. Should it trap then, nobody would catch it, and its promises would never settle.

import type { ItPayError } from "./errors.js";
import { type Glue, Wasm } from "./wasm.js";

/** What scripts/assemble.mjs adds to the glue of such a module. */
interface AsyncGlue {
  /** Says what is told if one of the module's closures throws. */
  onClosureError(tell: (error: unknown) => void): void;
}

export class AsyncWasm<G extends Glue> extends Wasm<G> {
  /** Ends the calls that are under way. */
  readonly #underWay = new Set<(error: ItPayError) => void>();

  constructor(glue: G) {
    super(glue);
    (glue as unknown as AsyncGlue).onClosureError((error) => this.replace(error));
  }

  /** A trap, now or later, ends this call and all that are under way. */
  override call<T>(use: (glue: G) => T): T {
    const result = super.call(use);
    return result instanceof Promise ? (this.#watch(result) as T) : result;
  }

  protected override replace(cause: unknown): ItPayError {
    const error = super.replace(cause);
    for (const end of this.#underWay) end(error);
    this.#underWay.clear();
    return error;
  }

  #watch<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#underWay.add(reject);
      // A trap while the promise was made has rejected it already.
      const failed = (error: unknown): void => reject((error as Error | undefined)?.name === "RuntimeError" ? this.replace(error) : error);
      promise.then(resolve, failed).finally(() => this.#underWay.delete(reject));
    });
  }
}
