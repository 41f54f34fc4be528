// A wasm module whose calls go on after they have returned: they wait for the network, and the runtime wakes them by
// calling closures of the module. Should it trap then, nobody would catch it, and its promises would never settle.

import { fromRecord, type ItPayError } from "./errors.js";
import { type Glue, isTrap, Wasm } from "./wasm.js";

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

  /** A call that takes its time. A trap, now or later, ends it and all that are under way. */
  promise<T>(use: (glue: G) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const made = this.call(use);
      this.#underWay.add(reject);
      made.then(
        (value) => {
          this.#underWay.delete(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.#underWay.delete(reject);
          // A trap while the promise was made has rejected it already.
          reject(isTrap(error) ? this.replace(error) : fromRecord(error));
        },
      );
    });
  }

  protected override replace(cause: unknown): ItPayError {
    const error = super.replace(cause);
    for (const end of this.#underWay) end(error);
    this.#underWay.clear();
    return error;
  }
}
