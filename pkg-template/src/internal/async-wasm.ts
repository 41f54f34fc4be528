// A wasm module whose calls wait for the network: wasm-bindgen-futures drives them, and a promise comes back.

import { CallIo, type TokenCache } from "./call-io.js";
import type { CallResult } from "./api-promise.js";
import { callerTrace, fromRecord, type ItPayError, ValidationError } from "./errors.js";
import { type Glue, Wasm } from "./wasm.js";

/** wasm-bindgen's glue of such a module, as scripts/assemble.mjs adapts it. */
export interface AsyncGlue extends Glue {
  /** Sets what is called with whatever a closure of the module's throws: a trap between two awaits is nobody's error else. */
  onClosureError(handler: (error: unknown) => void): void;
  /** Lets no closure of the current instance enter it any more. */
  abandonInstance(): void;
}

export class AsyncWasm<G extends AsyncGlue> extends Wasm<G> {
  readonly #glue: G;
  /** The calls in flight, and how to reject each. A trap ends them all: the memory that they were in is lost. */
  readonly #inFlight = new Map<CallIo, (error: unknown) => void>();

  constructor(glue: G & Glue) {
    super(glue);
    this.#glue = glue;
    glue.onClosureError((error) => this.replace(error));
  }

  /**
   * Makes a call over that `fetch`. `use` begins it, or throws what is wrong with it. Errors are made in this async function,
   * as V8 then puts the frames that await it into their stack.
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
      const error = fromRecord(thrown, trace);
      // Not at once: workerd calls a promise unhandled that is rejected before its owner could listen.
      await undefined;
      throw error;
    }
    try {
      const json = await new Promise<unknown>((resolve, reject) => {
        this.#inFlight.set(io, reject);
        promise.then(resolve, reject);
      });
      const result = io.result(json as string | undefined);
      keep(result);
      return result.data;
    } catch (error) {
      throw fromRecord(error, trace);
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
