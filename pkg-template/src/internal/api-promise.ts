// The result of a call: its data if awaited, and its Response on request.

/** The result of a call. */
export interface CallResult<T> {
  /** The data. */
  data: T;
  /** The Response of the data. Its body has been read. */
  response: Response;
  /** The gateway's id of the exchange. */
  requestId: string | null;
}

/** Resolves to the data. */
export interface ApiPromise<T> extends Promise<T> {
  /** Resolves to the data, the Response, whose body has been read, and the gateway's id of the exchange. */
  withResponse(): Promise<{ data: T; response: Response; requestId: string | null }>;
}

/** @internal Runs a call that keeps its result. Not a class, because awaiting a plain promise is faster. */
export function apiPromise<T>(run: (keep: (result: CallResult<unknown>) => void) => Promise<unknown>): ApiPromise<T> {
  let result: CallResult<unknown>;
  const promise = run((kept) => (result = kept)) as ApiPromise<T>;
  promise.withResponse = async () => {
    await promise;
    return result as CallResult<T>;
  };
  return promise;
}
