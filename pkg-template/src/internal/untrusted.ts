// Copies caller options once. Getters and proxies may throw or change between reads.

/** @internal Copies an options object. The copy has no prototype, so that a polluted one adds nothing. @throws TypeError */
export function copyOptions<T extends object>(name: string, options: T | null | undefined): Partial<T> {
  if (typeof (options ?? {}) !== "object") throw new TypeError(`${name} must be an object`);
  return readUntrusted(name, () => ({ __proto__: null, ...options }) as unknown as Partial<T>);
}

/** @internal Handles the rejection of a callback that is async, though its type is not. Without this, the process would end. */
export function onRejection(result: unknown, handle: (error: unknown) => void): void {
  if (result !== undefined) Promise.resolve(result).then(undefined, handle);
}

/** @internal Reads a caller's value. @throws TypeError if reading it throws */
export function readUntrusted<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new TypeError(`${name} could not be read`, { cause });
  }
}
