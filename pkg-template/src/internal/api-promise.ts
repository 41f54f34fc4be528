// What a call returns: its data when awaited, and the Response that it came in for those who ask.

/** What the wasm module answers with. */
export interface Answered<T> {
  data: T;
  response: Response;
  requestId: string | null;
}

/** Resolves to the data. */
export interface ApiPromise<T> extends Promise<T> {
  /** The data together with the Response, whose body has been read, and the gateway's name for the exchange. */
  withResponse(): Promise<{ data: T; response: Response; requestId: string | null }>;
}

/** @internal Not a class of its own: what is awaited takes a detour unless it is a plain promise. */
export function apiPromise<T>(begin: (resolve: (answered: Answered<T>) => void, reject: (error: unknown) => void) => void): ApiPromise<T> {
  let answer: Answered<T>;
  const promise = new Promise<T>((resolve, reject) =>
    begin((answered) => {
      answer = answered;
      resolve(answered.data);
    }, reject),
  ) as ApiPromise<T>;
  promise.withResponse = async () => {
    await promise;
    const { data, response, requestId } = answer;
    return { data, response, requestId };
  };
  return promise;
}
