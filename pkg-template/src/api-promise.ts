// What a call returns: its data when awaited, and the Response that it came in for those who ask.

/** What the wasm module answers with. */
export interface Answered<T> {
  data: T;
  response: Response;
  requestId: string | null;
}

/** Resolves to the data. */
export class ApiPromise<T> extends Promise<T> {
  readonly #answered: Promise<Answered<T>>;

  constructor(answered: Promise<Answered<T>>) {
    super((resolve, reject) => {
      answered.then(({ data }) => resolve(data), reject);
    });
    this.#answered = answered;
  }

  /** The data together with the Response, whose body has been read, and the gateway's name for the exchange. */
  async withResponse(): Promise<{ data: T; response: Response; requestId: string | null }> {
    // The same failure is this promise's, too: whoever asks for the response handles it there.
    this.catch(() => undefined);
    const { data, response, requestId } = await this.#answered;
    return { data, response, requestId };
  }

  // `then` makes plain promises: only the call itself has a response.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }
}
