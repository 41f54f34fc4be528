// How an event is handled once: claimed in a store, then completed, or released for its next delivery.

import type { EventStore } from "./event-store.js";

/** What became of an event. */
export type Handling =
  | { state: "handled" | "already_handled" | "in_progress" }
  | { state: "not_claimed" | "not_handled"; error: unknown };

/** Calls `handle` unless the event was handled before, or is in hand now. Never rejects. */
export async function handledOnce(store: EventStore, id: string, lease: number, handle: () => unknown, onError: (error: unknown) => void): Promise<Handling> {
  let claim: Awaited<ReturnType<EventStore["claim"]>>;
  try {
    claim = await store.claim(id, lease);
  } catch (error) {
    return { state: "not_claimed", error };
  }
  if (claim === "done") return { state: "already_handled" };
  if (claim !== "claimed") return { state: "in_progress" };
  try {
    await handle();
  } catch (error) {
    // If releasing fails, too, the lease ends by itself.
    await attempt(() => store.release(id), onError);
    return { state: "not_handled", error };
  }
  // Handled is handled: asking for another delivery would do it twice.
  await attempt(() => store.complete(id), onError);
  return { state: "handled" };
}

async function attempt(step: () => unknown, onError: (error: unknown) => void): Promise<void> {
  try {
    await step();
  } catch (error) {
    onError(error);
  }
}
