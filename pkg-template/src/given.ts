// What callers hand over is read once: a getter or a proxy of theirs may throw, or say something else the next time.

/** @internal A copy of an object of options. @throws TypeError if it can't be read */
export function given<T extends object>(name: string, options: T | null | undefined): Partial<T> {
  try {
    return { ...options } as Partial<T>;
  } catch (cause) {
    throw new TypeError(`${name} could not be read`, { cause });
  }
}
