// The only place that calls `fetch`. What is sent, when, and what an answer means is decided in the wasm module; here
// only happens what would cost a crossing of the border for each step.

/** What has come so far. It is filled in as it comes, so that whoever stops waiting knows how far it was. */
interface Seen {
  raw?: Response;
  status?: number;
  requestId?: string | null;
  retryAfter?: string | null;
  body?: string | ArrayBuffer;
  /** Whether bytes are asked for. */
  binary?: boolean;
}

/** @internal `init` is JSON: plain values, as people's doubles of fetch expect. */
export async function send(fetch: typeof globalThis.fetch, url: string, init: string, body: string | undefined, signal: AbortSignal, seen: Seen): Promise<void> {
  const options: RequestInit = JSON.parse(init);
  options.signal = signal;
  if (body !== undefined) options.body = body;
  // Not as a method of anything: browsers want their fetch called bare.
  const response = await fetch(url, options);
  try {
    const { status, headers } = response;
    if (typeof status !== "number") return;
    seen.requestId = headers.get("x-request-id") ?? headers.get("request-id");
    seen.retryAfter = headers.get("retry-after");
    seen.raw = response;
    seen.status = status;
  } catch {
    return; // no Response: without a status, that is what it means
  }
  seen.body = await (seen.binary && response.ok ? response.arrayBuffer() : response.text());
}
