// How an event is handled once: claimed in a store, then completed, or released for its next delivery.

import type { EventStore } from "./event-store.js";

/** What became of an event, in the words that a webhook is answered with. */
export type Handling =
  | { status: "received" | "already_processed" | "in_progress" }
  | { failure: "The event could not be claimed" | "The event was not handled"; error: unknown };

/** Calls `handle` unless the event was handled before, or is in hand now. Never rejects. */
export async function handledOnce(store: EventStore, id: string, lease: number, handle: () => unknown, onError: (error: unknown) => void): Promise<Handling> {
  let state: Awaited<ReturnType<EventStore["claim"]>>;
  try {
    state = await store.claim(id, lease);
  } catch (error) {
    return { failure: "The event could not be claimed", error };
  }
  if (state !== "claimed") return { status: state === "done" ? "already_processed" : "in_progress" };
  try {
    await handle();
  } catch (error) {
    // If releasing fails, too, the lease ends by itself.
    await attempt(() => store.release(id), onError);
    return { failure: "The event was not handled", error };
  }
  // Handled is handled: asking for another delivery would do it twice.
  await attempt(() => store.complete(id), onError);
  return { status: "received" };
}

async function attempt(step: () => unknown, onError: (error: unknown) => void): Promise<void> {
  try {
    await step();
  } catch (error) {
    onError(error);
  }
}
