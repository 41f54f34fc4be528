// The only place that calls `fetch`. What is sent, when, and what an answer means is decided in the wasm module; here
// only happens what would cost a crossing of the border for each step.

import { DONE, type Ended, within } from "./within.js";

/** What has come so far. It is filled in as it comes, so that whoever stops waiting knows how far it was. */
export interface Seen {
  response: Response | undefined;
  status: number | undefined;
  requestId: string | null;
  retryAfter: string | null;
  body: string | ArrayBuffer | undefined;
  /** Whether it failed, and with what. */
  failed: boolean;
  cause: unknown;
  /** What the body says, once the wasm module could read it. */
  data: unknown;
}

/** @internal One attempt, whose end is told and never thrown. `init` is JSON: plain values, as people's doubles of fetch expect. */
export function send(
  fetch: typeof globalThis.fetch,
  url: string,
  init: string,
  body: string | undefined,
  ms: number,
  signal: AbortSignal | undefined,
  binary: boolean,
  end: (how: Ended) => void,
): Seen {
  const seen: Seen = { response: undefined, status: undefined, requestId: null, retryAfter: null, body: undefined, failed: false, cause: undefined, data: undefined };
  // A runtime may have none; then nothing can be stopped on the way, and the call ends in time all the same.
  const controller = typeof AbortController === "function" ? new AbortController() : undefined;
  const options: RequestInit = JSON.parse(init);
  if (controller !== undefined) options.signal = controller.signal;
  if (body !== undefined) options.body = body;
  const done = within(ms, signal, (how) => {
    // Whatever still listens to the attempt's own signal stops.
    if (how !== DONE) controller?.abort();
    end(how);
  });
  exchange(fetch, url, options, binary, seen).then(done, (cause: unknown) => {
    seen.failed = true;
    seen.cause = cause;
    done();
  });
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
