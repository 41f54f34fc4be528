// A wait with an end: a number of milliseconds, or a signal that fires before.

/** How a wait ended. src/js/line.rs says the same. */
export const DONE = 0;
export const ABORTED = 1;
export const TIME_UP = 2;
export type Ended = typeof DONE | typeof ABORTED | typeof TIME_UP;

/** Timers count in 32 bits; what is longer would fire at once. */
const LONGEST = 2_147_483_647;

/** Waits for what `begin` begins, which says when it is done; for nothing else without it. Leaves no timer and no listener behind. */
export function within(ms: number, signal: AbortSignal | undefined, begin?: (done: () => void) => void): Promise<Ended> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(ABORTED);
    const end = (how: Ended): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      resolve(how);
    };
    const aborted = (): void => end(ABORTED);
    const timer = setTimeout(end, Math.min(ms, LONGEST), TIME_UP);
    signal?.addEventListener("abort", aborted);
    begin?.(() => end(DONE));
  });
}

/** Waits for a promise, which does not reject; what it resolved to is `seen.data` then. */
export function waitFor(promise: Promise<unknown>, ms: number, signal: AbortSignal | undefined, seen: { data?: unknown }): Promise<Ended> {
  return within(ms, signal, (done) => {
    void promise.then((data) => {
      seen.data = data;
      done();
    });
  });
}
