// The only place that calls `fetch`. What is sent, when, and what an answer means is decided in the wasm module; here
// only happens what would cost a crossing of the border for each step.

import { DONE, type Ended, within } from "./within.js";

/** What has come so far. It is filled in as it comes, so that whoever stops waiting knows how far it was. */
export interface Seen {
  response?: Response;
  status?: number;
  requestId?: string | null;
  retryAfter?: string | null;
  body?: string | ArrayBuffer;
  /** Whether bytes are asked for. */
  binary?: boolean;
  /** Whether it failed, and with what. */
  failed?: boolean;
  cause?: unknown;
  /** What the body says, once the wasm module could read it. */
  data?: unknown;
}

/** @internal One attempt, whose end is told and never thrown. `init` is JSON: plain values, as people's doubles of fetch expect. */
export async function send(
  fetch: typeof globalThis.fetch,
  url: string,
  init: string,
  body: string | undefined,
  ms: number,
  signal: AbortSignal | undefined,
  seen: Seen,
): Promise<Ended> {
  const controller = new AbortController();
  const options: RequestInit = JSON.parse(init);
  options.signal = controller.signal;
  if (body !== undefined) options.body = body;
  const failed = (cause: unknown): void => {
    seen.failed = true;
    seen.cause = cause;
  };
  const ended = await within(ms, signal, (done) => void exchange(fetch, url, options, seen).catch(failed).then(done));
  // Whatever still listens to the attempt's own signal stops.
  if (ended !== DONE) controller.abort();
  return ended;
}

async function exchange(fetch: typeof globalThis.fetch, url: string, options: RequestInit, seen: Seen): Promise<void> {
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
  seen.body = await (seen.binary && response.ok ? response.arrayBuffer() : response.text());
}
