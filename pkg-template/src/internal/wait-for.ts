// A wait with an end: a number of milliseconds, or a signal that fires before.

/** How a wait ended. src/js/call.rs says the same. */
export const DONE = 0;
export const ABORTED = 1;
export const TIME_UP = 2;
export const FAILED = 3;
export type Ended = typeof DONE | typeof ABORTED | typeof TIME_UP | typeof FAILED;

/** At the end of this turn. Not by queueMicrotask: test runners hold that back with their fake timers. */
export function soon(act: () => void): void {
  void Promise.resolve().then(act);
}

/** Timers count in 32 bits; what is longer would fire at once. */
const LONGEST = 2_147_483_647;

/**
 * Tells how the wait ended: once, and never before this has returned. What it returns ends it, as done where nothing
 * else is said. Leaves no timer and no listener behind.
 */
export function within(ms: number, signal: AbortSignal | undefined, end: (how: Ended) => void): (how?: Ended) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const over = (how: Ended = DONE): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    signal?.removeEventListener("abort", aborted);
    end(how);
  };
  const aborted = (): void => over(ABORTED);
  if (signal?.aborted) {
    soon(aborted);
  } else {
    timer = setTimeout(over, Math.min(ms, LONGEST), TIME_UP);
    try {
      signal?.addEventListener("abort", aborted);
    } catch {
      // one that cannot be listened to never fires
    }
  }
  return over;
}
