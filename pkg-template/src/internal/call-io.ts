// The input and output of one call: attempts over `fetch`, and pauses. The wasm module decides when to make one
// (src/js/drive.rs). Nothing here throws or rejects. The timers are on this side, because a timer of a trapped module
// would keep the process alive.

import { lazyTextDecoder } from "./lazy-text-codec.js";
import { onRejection } from "./untrusted.js";

type Fetch = typeof globalThis.fetch;

/** How an attempt ended. src/js/drive.rs uses the same numbers. */
const AttemptEnd = {
  Response: 0,
  ConnectionFailed: 1,
  ConnectionRefused: 2,
  HostNotFound: 3,
  TimedOut: 4,
  TooLarge: 5,
  Aborted: 6,
  NotSent: 7,
  NotAResponse: 8,
} as const;

type AttemptEnd = (typeof AttemptEnd)[keyof typeof AttemptEnd];

/** The result of an attempt. It is filled in while the response arrives. */
class AttemptResult {
  end: AttemptEnd = AttemptEnd.NotAResponse;
  response: Response | undefined = undefined;
  status: number | undefined = undefined;
  requestId: string | undefined = undefined;
  retryAfter: string | undefined = undefined;
  date: string | undefined = undefined;
  contentType: string | undefined = undefined;
  body: string | ArrayBuffer | undefined = undefined;
  cause: unknown = undefined;
  /** Whether nobody waits for the response any longer. */
  isOver = false;
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined = undefined;

  /** Stops the reading of the body, also where `fetch` does not heed its signal. */
  drop(): void {
    this.isOver = true;
    try {
      onRejection(this.reader?.cancel(), () => {});
    } catch {
      // The reader of a mock may throw.
    }
  }
}

/** The longest delay of a timer, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A cache through which several instances share an access token, such as one on Redis. */
export interface TokenCache {
  /**
   * Returns the token for a key, or undefined.
   * @param key Identifies the client, the gateway and the scope
   */
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  /**
   * Stores a token.
   * @param key Identifies the client, the gateway and the scope
   * @param token The token, which is a secret
   * @param ttlMs The remaining lifetime of the token, in milliseconds
   */
  set(key: string, token: string, ttlMs: number): unknown;
}

/** The highest number of three digits, as statuses have. */
const MAX_STATUS = 999;

/** The time limit of a cache operation, in milliseconds. */
const CACHE_TIMEOUT_MS = 1_000;

/** The result of a cache operation. Undefined if it fails or takes too long. */
function settled(step: () => unknown): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CACHE_TIMEOUT_MS);
    const end = (value?: unknown): void => {
      clearTimeout(timer);
      resolve(value);
    };
    Promise.resolve()
      .then(step)
      .then(end, () => end());
  });
}

export class CallIo {
  readonly #fetch: Fetch;
  readonly #cache: TokenCache | undefined;
  #last = new AttemptResult();
  #stop = (): void => {};
  /** Ends the call with an error of the caller's. */
  fail = (_error: unknown): void => {};

  constructor(fetch: Fetch, cache?: TokenCache) {
    this.#fetch = fetch;
    this.#cache = cache;
  }

  /** Makes one attempt. `headers` is JSON. The result contains any failure. */
  attempt(
    method: string,
    url: string,
    headers: string,
    body: string | undefined,
    timeoutMs: number,
    maxBodyBytes: number,
    isFile: boolean,
    signal: AbortSignal | undefined,
  ): Promise<AttemptResult> {
    const result = new AttemptResult();
    this.#last = result;
    return new Promise((resolve) => {
      if (isAborted(signal)) {
        result.end = AttemptEnd.NotSent;
        return resolve(result);
      }
      // Some runtimes have none. Then the request cannot be aborted, and the attempt still ends in time.
      const controller = typeof AbortController === "function" ? new AbortController() : undefined;
      const finish = endOnce<AttemptEnd>(
        timeoutMs,
        signal,
        (end) => {
          result.end = end;
          if (end !== AttemptEnd.Response) {
            controller?.abort();
            result.drop();
          }
          resolve(result);
        },
        AttemptEnd.TimedOut,
        AttemptEnd.Aborted,
      );
      // Plain options, as mocks of fetch expect. Redirects are not followed, because another host must not get the key and
      // the signature is for this path only.
      const init: RequestInit = { method, headers: JSON.parse(headers) as Record<string, string>, redirect: "manual" };
      this.#stop = () => finish(AttemptEnd.Aborted);
      if (body !== undefined) init.body = body;
      if (controller !== undefined) init.signal = controller.signal;
      void exchange(this.#fetch, url, init, maxBodyBytes, isFile, result).then(finish);
    });
  }

  /** Waits. Resolves to whether the signal ended the wait. */
  pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      if (isAborted(signal)) return resolve(true);
      const finish = endOnce<boolean>(ms, signal, resolve, false, true);
      this.#stop = () => finish(true);
    });
  }

  /** Calls a listener of the caller's. If it throws or rejects, the call ends with its error. */
  notify(listener: (value: unknown) => unknown, value: unknown): void {
    onRejection(listener(value), (error) => {
      this.fail(error);
      this.stop();
    });
  }

  /** Ends the attempt or the pause in progress. */
  stop(): void {
    this.#stop();
  }

  /** Reads the shared cache. Failures and time-outs count as a missing entry. */
  readCache(key: string): Promise<string | undefined> {
    return settled(() => this.#cache?.get(key)).then((value) =>
      typeof value === "string" && value !== "" ? value : undefined,
    );
  }

  /** Writes to the shared cache. Failures and time-outs are ignored. */
  async writeCache(key: string, value: string, ttlMs: number): Promise<void> {
    await settled(() => this.#cache?.set(key, value, ttlMs));
  }

  monotonic(): number {
    // Some runtimes have none.
    return typeof performance === "object" ? performance.now() : Date.now();
  }

  /** The result of the call: `json`, or the body of the last response. */
  result(json: string | undefined): { data: unknown; response: Response; requestId: string | null } {
    const { body, response, requestId } = this.#last;
    const text = json ?? body;
    const data = typeof text !== "string" ? text : text === "" ? undefined : (JSON.parse(text) as unknown);
    return { data, response: response as Response, requestId: requestId ?? null };
  }
}

/** Calls `done` once: with the result, or when the time is up or the signal fires. */
function endOnce<T>(
  ms: number,
  signal: AbortSignal | undefined,
  done: (end: T) => void,
  timedOut: T,
  aborted: T,
): (end: T) => void {
  let isOver = false;
  const end = (how: T): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    try {
      signal?.removeEventListener("abort", abort);
    } catch {
      // A signal that throws when it is listened to.
    }
    done(how);
  };
  const abort = (): void => end(aborted);
  const timer = setTimeout(end, Math.min(ms, MAX_TIMER_MS), timedOut);
  try {
    signal?.addEventListener("abort", abort);
  } catch {
    // A signal that throws when it is listened to never fires.
  }
  return end;
}

function isAborted(signal: AbortSignal | undefined): boolean {
  try {
    return signal?.aborted === true;
  } catch {
    return false;
  }
}

async function exchange(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  maxBodyBytes: number,
  isFile: boolean,
  result: AttemptResult,
): Promise<AttemptEnd> {
  try {
    // Called without a receiver, as browsers require.
    const response = await fetch(url, init);
    if (!readHead(response, result)) return AttemptEnd.NotAResponse;
    const body = await readBody(response, maxBodyBytes, isFile && response.ok, result);
    if (body === TOO_LARGE) return AttemptEnd.TooLarge;
    result.body = body;
    return AttemptEnd.Response;
  } catch (cause) {
    result.cause = cause;
    return result.status === undefined ? connectionEnd(cause) : AttemptEnd.ConnectionFailed;
  }
}

/** Whether it is a Response. The getters of a mock may throw. */
function readHead(response: Response, result: AttemptResult): boolean {
  try {
    const { status, headers } = response;
    if (typeof status !== "number") return false;
    const header = (name: string): string | undefined => {
      const value: unknown = headers.get(name);
      return typeof value === "string" ? value : undefined;
    };
    result.requestId = header("x-request-id") ?? header("request-id");
    result.date = header("date");
    result.contentType = header("content-type");
    if (status >= 300) result.retryAfter = header("retry-after");
    result.response = response;
    // The wasm module would take a number outside of 16 bits for another one.
    result.status = Number.isInteger(status) && status > 0 && status <= MAX_STATUS ? status : 0;
    return true;
  } catch {
    return false;
  }
}

const decoder = lazyTextDecoder();

const TOO_LARGE = Symbol("too large");

/** The body. Undefined if it is longer than allowed. */
async function readBody(
  response: Response,
  maxBytes: number,
  isFile: boolean,
  result: AttemptResult,
): Promise<string | ArrayBuffer | typeof TOO_LARGE> {
  const stream: ReadableStream<Uint8Array> | null | undefined = response.body;
  // A mocked Response has no stream, and its body is already in memory.
  if (typeof stream?.getReader !== "function") return isFile ? response.arrayBuffer() : response.text();
  const reader = stream.getReader();
  result.reader = reader;
  if (result.isOver) result.drop();
  let bytes: Uint8Array = new Uint8Array();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || result.isOver) break;
    if (length + value.byteLength > maxBytes) return TOO_LARGE;
    bytes = append(bytes, length, value);
    length += value.byteLength;
  }
  if (isFile) return (bytes.buffer.byteLength === length ? bytes : bytes.slice(0, length)).buffer as ArrayBuffer;
  return withoutBom(decoder.decode(bytes.subarray(0, length)));
}

/** Adds a chunk to the first `length` bytes. A list of many small chunks would take a hundred times their size. */
function append(bytes: Uint8Array, length: number, chunk: Uint8Array): Uint8Array {
  if (length === 0) return chunk;
  let buffer = bytes;
  if (length + chunk.byteLength > bytes.byteLength) {
    buffer = new Uint8Array(Math.max(length + chunk.byteLength, 2 * length));
    buffer.set(bytes);
  }
  buffer.set(chunk, length);
  return buffer;
}

function withoutBom(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

const REFUSED = new Set<unknown>(["ECONNREFUSED", "ConnectionRefused"]);
const NOT_FOUND = new Set<unknown>(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]);

/** Whether a connection was made. Node, Bun and Deno put this into the code of the error or of its cause. */
function connectionEnd(error: unknown): AttemptEnd {
  try {
    const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
    for (const own of [code, cause?.code]) {
      if (REFUSED.has(own)) return AttemptEnd.ConnectionRefused;
      if (NOT_FOUND.has(own)) return AttemptEnd.HostNotFound;
    }
  } catch {
    // The getters of an error may throw.
  }
  return AttemptEnd.ConnectionFailed;
}
