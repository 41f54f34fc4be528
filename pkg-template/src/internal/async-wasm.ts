// A wasm module whose calls wait for the network. wasm-bindgen-futures drives them, and each call returns a promise.

import { CallIo, type TokenCache } from "./call-io.js";
import type { CallResult } from "./api-promise.js";
import { callerTrace, fromPayload, type ItPayError, ValidationError } from "./errors.js";
import { type Glue, Wasm } from "./wasm.js";

/** wasm-bindgen's glue of such a module, adapted by scripts/assemble.mjs. */
export interface AsyncGlue extends Glue {
  /** Sets the handler of errors that a closure of the module throws. It reports a trap between two awaits. */
  onClosureError(handler: (error: unknown) => void): void;
  /** Prevents the closures of the current instance from entering it. */
  abandonInstance(): void;
}

export class AsyncWasm<G extends AsyncGlue> extends Wasm<G> {
  readonly #glue: G;
  /** The calls in flight and how to reject each. A trap ends all of them, because their memory is lost. */
  readonly #inFlight = new Map<CallIo, (error: unknown) => void>();

  constructor(glue: G & Glue) {
    super(glue);
    this.#glue = glue;
    glue.onClosureError((error) => this.replace(error));
  }

  /**
   * Makes a call with this `fetch`. `use` begins it, or throws. Errors are created in this async function, because V8 then
   * adds the frames that await it to their stack.
   */
  async run(
    fetch: typeof globalThis.fetch,
    use: (glue: G, io: CallIo) => Promise<unknown>,
    keep: (result: CallResult<unknown>) => void,
    cache?: TokenCache,
  ): Promise<unknown> {
    const trace = callerTrace();
    const io = new CallIo(fetch, cache);
    let promise: Promise<unknown>;
    try {
      if (typeof fetch !== "function") {
        throw new ValidationError("fetch must be a function; this runtime has none of its own, so pass one", {
          code: "invalid_request",
          field: "fetch",
        });
      }
      promise = this.call((glue) => use(glue, io));
    } catch (thrown) {
      const error = fromPayload(thrown, trace);
      // Deferred, because workerd reports a promise as unhandled if it is rejected before its owner can listen.
      await undefined;
      throw error;
    }
    try {
      const json = await new Promise<unknown>((resolve, reject) => {
        this.#inFlight.set(io, reject);
        io.fail = reject;
        promise.then(resolve, reject);
      });
      const result = io.result(json as string | undefined);
      keep(result);
      return result.data;
    } catch (error) {
      throw fromPayload(error, trace);
    } finally {
      this.#inFlight.delete(io);
    }
  }

  protected override replace(cause: unknown): ItPayError {
    const error = super.replace(cause);
    this.#glue.abandonInstance();
    for (const [io, fail] of this.#inFlight) {
      io.stop();
      fail(error);
    }
    this.#inFlight.clear();
    return error;
  }
}
