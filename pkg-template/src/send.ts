// The only place that calls `fetch`. What is sent, when, and what an answer means is decided in the wasm module; here
// only happens what would cost a crossing of the border for each step.

import { DONE, type Ended, FAILED, within } from "./within.js";

/** An attempt, filled in as its answer comes, so that whoever stops waiting knows how far it was. */
export class Seen {
  response: Response | undefined = undefined;
  status: number | undefined = undefined;
  requestId: string | null = null;
  retryAfter: string | null = null;
  body: string | ArrayBuffer | undefined = undefined;
  /** Why it failed. */
  cause: unknown = undefined;
  #data: unknown = undefined;

  /** What the body says: its JSON, unless the wasm module has made something else of it. */
  get data(): unknown {
    if (this.#data === undefined && typeof this.body === "string" && this.body !== "") this.#data = JSON.parse(this.body);
    return this.#data;
  }

  set data(data: unknown) {
    this.#data = data;
  }
}

/** @internal One attempt, whose end is told and never thrown. `head` has the method, the URL, and names and values of headers, each on a line. */
export function send(
  fetch: typeof globalThis.fetch,
  head: string,
  body: string | undefined,
  ms: number,
  signal: AbortSignal | undefined,
  binary: boolean,
  end: (how: Ended, seen: Seen) => void,
): Seen {
  const seen = new Seen();
  // A runtime may have none; then nothing can be stopped on the way, and the call ends in time all the same.
  const controller = typeof AbortController === "function" ? new AbortController() : undefined;
  const lines = head.split("\n") as [string, string, ...string[]];
  const headers: Record<string, string> = {};
  for (let index = 3; index < lines.length; index += 2) headers[lines[index - 1] as string] = lines[index] as string;
  // Plain options, as people's doubles of fetch expect. Another place must not get the key, and the signature holds for
  // this path only: redirects are not followed.
  const options: RequestInit = { method: lines[0], headers, redirect: "manual" };
  if (controller !== undefined) options.signal = controller.signal;
  if (body !== undefined) options.body = body;
  const over = within(ms, signal, (how) => {
    // Whatever still listens to the attempt's own signal stops.
    if (how !== DONE && how !== FAILED) controller?.abort();
    end(how, seen);
  });
  exchange(fetch, lines[1], options, binary, seen).then(
    () => over(),
    (cause: unknown) => {
      seen.cause = cause;
      over(FAILED);
    },
  );
  return seen;
}

async function exchange(fetch: typeof globalThis.fetch, url: string, options: RequestInit, binary: boolean, seen: Seen): Promise<void> {
  // Not as a method of anything: browsers want their fetch called bare.
  const response = await fetch(url, options);
  try {
    const { status, headers } = response;
    if (typeof status !== "number") return;
    seen.requestId = headers.get("x-request-id") ?? headers.get("request-id");
    if (status >= 300) seen.retryAfter = headers.get("retry-after");
    seen.response = response;
    seen.status = status;
  } catch {
    return; // no Response: without a status, that is what it means
  }
  seen.body = await (binary && response.ok ? response.arrayBuffer() : response.text());
}
