// What a call returns: its data when awaited, and the Response that it came in for those who ask.

/** The result of a call. */
export interface CallResult<T> {
  /** The data. */
  data: T;
  /** The Response that the data came in. Its body has been read. */
  response: Response;
  /** The gateway's name for the exchange. */
  requestId: string | null;
}

/** Resolves to the data. */
export interface ApiPromise<T> extends Promise<T> {
  /** The data together with the Response, whose body has been read, and the gateway's name for the exchange. */
  withResponse(): Promise<{ data: T; response: Response; requestId: string | null }>;
}

/** @internal Runs a call that keeps its result. Not a class of its own: awaiting a plain promise takes no detour. */
export function apiPromise<T>(run: (keep: (result: CallResult<unknown>) => void) => Promise<unknown>): ApiPromise<T> {
  let result: CallResult<unknown>;
  const promise = run((kept) => (result = kept)) as ApiPromise<T>;
  promise.withResponse = async () => {
    await promise;
    return result as CallResult<T>;
  };
  return promise;
}
