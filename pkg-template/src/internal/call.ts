// Calls that go on after they have returned, because they wait for the network. What to do next is decided in the wasm
// module; here a call waits for it, and the module is resumed when the wait has ended.

import { fromRecord, type ItPayError, ValidationError } from "./errors.js";
import { type Seen, send } from "./send.js";
import { type Glue, Wasm } from "./wasm.js";
import { DONE, type Ended, soon, within } from "./wait-for.js";

type Fetch = typeof globalThis.fetch;
type Resolve = (result: never) => void;
type Reject = (error: unknown) => void;

/** What a module has whose calls wait. */
export interface AsyncGlue extends Glue {
  /** Goes on with a call. */
  resume(
    index: number,
    now: number,
    ended: Ended,
    status?: number,
    requestId?: string,
    retryAfter?: string,
    body?: string,
  ): void;
}

export class AsyncWasm<G extends AsyncGlue> extends Wasm<G> {
  /** A trap in one of them ends them all: what the module knew of them is lost. */
  readonly underWay = new Set<Call>();

  /** Makes a call over that `fetch`. `use` begins it, and says by which number the module knows it. */
  begin(fetch: Fetch, use: (glue: G, call: Call) => number, resolve: Resolve, reject: Reject): void {
    const call = new Call(this as AsyncWasm<AsyncGlue>, fetch, resolve, reject);
    this.underWay.add(call);
    try {
      if (typeof fetch !== "function") {
        throw new ValidationError("fetch must be a function; this runtime has none of its own, so pass one", { code: "invalid_request", field: "fetch" });
      }
      call.index = this.call((glue) => use(glue, call));
    } catch (error) {
      call.fail(error);
    }
  }

  protected override replace(cause: unknown): ItPayError {
    const error = super.replace(cause);
    for (const call of this.underWay) call.fail(error);
    return error;
  }
}

/** One call: what of it the module uses, src/js/call.rs says. */
export class Call {
  readonly #wasm: AsyncWasm<AsyncGlue>;
  readonly #fetch: Fetch;
  readonly #resolve: Resolve;
  readonly #reject: Reject;
  /** The module's number for it. */
  index = 0;
  #made: Promise<unknown> | undefined;

  constructor(wasm: AsyncWasm<AsyncGlue>, fetch: Fetch, resolve: Resolve, reject: Reject) {
    this.#wasm = wasm;
    this.#fetch = fetch;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  readonly resume = (ended: Ended, seen?: Seen): void => {
    // One that a trap has ended is not known to the instance that is there now.
    if (!this.#wasm.underWay.has(this)) return;
    try {
      this.#wasm.call((glue) =>
        seen === undefined
          ? glue.resume(this.index, Date.now(), ended)
          : glue.resume(this.index, Date.now(), ended, seen.status, text(seen.requestId), text(seen.retryAfter), text(seen.body)),
      );
    } catch (error) {
      this.fail(error);
    }
  };

  end(answer: unknown): void {
    this.#wasm.underWay.delete(this);
    try {
      this.#resolve(answer as never);
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#wasm.underWay.delete(this);
    // Not at once: workerd calls a promise unhandled that is rejected before whoever gets it could listen.
    soon(() => this.#reject(fromRecord(error)));
  }

  /** One attempt. */
  send(message: string, ms: number, signal: AbortSignal | undefined, binary: boolean): Seen {
    return send(this.#fetch, message, ms, signal, binary, this.resume);
  }

  pause(ms: number, signal: AbortSignal | undefined): void {
    within(ms, signal, this.resume);
  }

  /** Waits for the end of a call that the module made itself: `data` is its result, nothing if it was lost. */
  waitFor(made: Promise<unknown>, ms: number, signal: AbortSignal | undefined): { data?: unknown } {
    const seen: { data?: unknown } = {};
    const over = within(ms, signal, this.resume);
    made.then(
      (data) => {
        seen.data = data;
        over();
      },
      () => over(),
    );
    return seen;
  }

  /** A call of the module's own, over the same `fetch`: `run` begins it. */
  another(): Call {
    let call!: Call;
    const made = new Promise<unknown>((resolve, reject) => {
      call = new Call(this.#wasm, this.#fetch, resolve, reject);
    });
    call.#made = made;
    return call;
  }

  /** Not at once, as the module is still in the call that makes this one. */
  run(index: number): Promise<unknown> | undefined {
    this.index = index;
    this.#wasm.underWay.add(this);
    soon(() => this.resume(DONE));
    return this.#made;
  }
}

/** People's doubles of fetch answer with anything. */
function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
