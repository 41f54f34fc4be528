// The only place that calls `fetch`. What is sent, when, and what an answer means is decided in the wasm module; here
// only happens what would cost a crossing of the border for each step.

import { DONE, type Ended, FAILED, soon, within } from "./wait-for.js";

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

/** @internal One attempt, whose end is told and never thrown. `message` has the method, the URL and the headers as JSON, a line each; then the body. */
export function send(
  fetch: typeof globalThis.fetch,
  message: string,
  ms: number,
  signal: AbortSignal | undefined,
  binary: boolean,
  tell: (how: Ended, seen: Seen) => void,
): Seen {
  const seen = new Seen();
  // A runtime may have none; then nothing can be stopped on the way, and the call ends in time all the same.
  const controller = typeof AbortController === "function" ? new AbortController() : undefined;
  const url = message.indexOf("\n") + 1;
  const headers = message.indexOf("\n", url) + 1;
  const body = message.indexOf("\n", headers) + 1;
  // Plain options, as people's doubles of fetch expect. Another place must not get the key, and the signature holds for
  // this path only: redirects are not followed.
  const options: RequestInit = {
    method: message.slice(0, url - 1),
    headers: JSON.parse(message.slice(headers, body - 1)) as Record<string, string>,
    redirect: "manual",
  };
  if (message.length > body) options.body = message.slice(body);
  if (controller !== undefined) options.signal = controller.signal;
  const over = within(ms, signal, (how) => {
    // Whatever still listens to the attempt's own signal stops.
    if (how !== DONE && how !== FAILED) controller?.abort();
    tell(how, seen);
  });
  void exchange(fetch, message.slice(url, headers - 1), options, binary, seen, over);
  return seen;
}

async function exchange(
  fetch: typeof globalThis.fetch,
  url: string,
  options: RequestInit,
  binary: boolean,
  seen: Seen,
  over: (how: Ended) => void,
): Promise<void> {
  try {
    // Not as a method of anything: browsers want their fetch called bare.
    const response = await fetch(url, options);
    if (readHead(response, seen)) seen.body = await (binary && response.ok ? response.arrayBuffer() : response.text());
  } catch (cause) {
    seen.cause = cause;
    // What fetch throws at once, too, must not end the attempt before `send` has returned.
    return soon(() => over(FAILED));
  }
  over(DONE);
}

/** Whether it is a Response at all: without a status, it means that it is none. */
function readHead(response: Response, seen: Seen): boolean {
  try {
    const { status, headers } = response;
    if (typeof status !== "number") return false;
    seen.requestId = headers.get("x-request-id") ?? headers.get("request-id");
    if (status >= 300) seen.retryAfter = headers.get("retry-after");
    seen.response = response;
    seen.status = status;
    return true;
  } catch {
    return false;
  }
}
