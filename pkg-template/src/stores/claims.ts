// Which claims went out through a store of this process, so that each release ends its own.

/** The tokens of the claims that are neither complete nor released, by event. */
export class Claims {
  readonly #tokens = new Map<string, string[]>();

  add(id: string, token: string): void {
    this.#tokens.set(id, [...(this.#tokens.get(id) ?? []), token]);
  }

  /**
   * The token of the oldest claim, which is taken to be the one that is released. If its lease ended and the event
   * was claimed anew, the service has another token by now, and the new claim stays.
   */
  release(id: string): string | undefined {
    const [token, ...rest] = this.#tokens.get(id) ?? [];
    if (rest.length > 0) this.#tokens.set(id, rest);
    else this.#tokens.delete(id);
    return token;
  }

  complete(id: string): void {
    this.#tokens.delete(id);
  }
}
