// A wasm module whose calls wait for the network: wasm-bindgen-futures drives them, and a promise comes back.

import { CallIo, type TokenCache } from "./call-io.js";
import { captureTrace, fromRecord, type ItPayError, ValidationError } from "./errors.js";
import { type Glue, Wasm } from "./wasm.js";

/** wasm-bindgen's glue of such a module, as scripts/assemble.mjs adapts it. */
export interface AsyncGlue extends Glue {
  /** Sets what is called with whatever a closure of the module's throws: a trap between two awaits is nobody's error else. */
  onClosureError(handler: (error: unknown) => void): void;
  /** Lets no closure of the current instance enter it any more. */
  abandonInstance(): void;
}

type Result = ReturnType<CallIo["result"]>;

export class AsyncWasm<G extends AsyncGlue> extends Wasm<G> {
  readonly #glue: G;
  /** The calls in flight, and how to reject each. A trap ends them all: the memory that they were in is lost. */
  readonly #inFlight = new Map<CallIo, (error: unknown) => void>();

  constructor(glue: G & Glue) {
    super(glue);
    this.#glue = glue;
    glue.onClosureError((error) => this.replace(error));
  }

  /** Makes a call over that `fetch`. `use` begins it, or throws what is wrong with it. */
  begin(fetch: typeof globalThis.fetch, use: (glue: G, io: CallIo) => Promise<unknown>, resolve: (result: Result) => void, reject: (error: unknown) => void, cache?: TokenCache): void {
    const trace = captureTrace(this.begin);
    const fail = (error: unknown): void => reject(fromRecord(error, trace));
    try {
      if (typeof fetch !== "function") {
        throw new ValidationError("fetch must be a function; this runtime has none of its own, so pass one", { code: "invalid_request", field: "fetch" });
      }
      const io = new CallIo(fetch, cache);
      const promise = this.call((glue) => use(glue, io));
      this.#inFlight.set(io, fail);
      promise.then((json) => {
        // A trap may have ended it meanwhile.
        if (!this.#inFlight.delete(io)) return;
        try {
          resolve(io.result(json as string | undefined));
        } catch (error) {
          fail(error);
        }
      }, (error: unknown) => {
        this.#inFlight.delete(io);
        fail(error);
      });
    } catch (error) {
      // Not at once: workerd calls a promise unhandled that is rejected before its owner could listen.
      void Promise.resolve(error).then(fail);
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
