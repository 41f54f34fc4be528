// What callers hand over is read once: a getter or a proxy of theirs may throw, or say something else the next time.

/** @internal A copy of an object of options. It has no prototype, so that a polluted one adds no options. @throws TypeError if it is none, or can't be read */
export function given<T extends object>(name: string, options: T | null | undefined): Partial<T> {
  if (typeof (options ?? {}) !== "object") throw new TypeError(`${name} must be an object`);
  return reading(name, () => ({ __proto__: null, ...options }) as unknown as Partial<T>);
}

/** @internal What `read` finds in what a caller gave. @throws TypeError if it can't be read */
export function reading<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new TypeError(`${name} could not be read`, { cause });
  }
}
