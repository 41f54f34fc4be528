// What a call returns: its data when awaited, and the Response that it came in for those who ask.

/** What the wasm module answers with. */
export interface Answered<T> {
  data: T;
  response: Response;
  requestId: string | null;
}

/** Resolves to the data. */
export class ApiPromise<T> extends Promise<T> {
  readonly #kept: { answered?: Answered<T> };

  constructor(begin: (resolve: (answered: Answered<T>) => void, reject: (error: unknown) => void) => void) {
    const kept: { answered?: Answered<T> } = {};
    super((resolve, reject) =>
      begin((answered) => {
        kept.answered = answered;
        resolve(answered.data);
      }, reject),
    );
    this.#kept = kept;
  }

  /** The data together with the Response, whose body has been read, and the gateway's name for the exchange. */
  async withResponse(): Promise<{ data: T; response: Response; requestId: string | null }> {
    await this;
    const { data, response, requestId } = this.#kept.answered as Answered<T>;
    return { data, response, requestId };
  }

  // `then` makes plain promises: only the call itself has a response.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }
}
