// Runs a gateway of the wasm module in process: a `fetch` to it, injected faults, a record of requests, and
// deliveries over the network. It is the same for both gateways.

import { fromPayload, ItPayError, ValidationError } from "../internal/errors.js";
import * as glue from "../glue/sandbox.js";
import { onRejection } from "../internal/untrusted.js";
import { type Glue, Wasm } from "../internal/wasm.js";
import { type Fault, FaultQueue } from "./faults.js";

export type { Fault } from "./faults.js";

/** @internal The wasm module. The entry says where it comes from. */
export const wasm = new Wasm<typeof glue & Glue>(glue);

/** A request to the gateway and its response. */
export interface SandboxRequest {
  /** When it arrived, in Unix milliseconds of the sandbox's clock. */
  at: number;
  /** HTTP method. */
  method: string;
  /** Path and query. */
  path: string;
  /** Headers, with names in lower case. */
  headers: Record<string, string>;
  /** Cut after 64 KiB. */
  body: string;
  /** The status of the response. Undefined where an injected fault withheld it. */
  status?: number | undefined;
  /** The body of an error response (status 400 and above), up to 2,000 characters. */
  errorBody?: string | undefined;
}

/** The gateways' common interface to the wasm module. */
export interface SandboxCore {
  handle(request: string, body: Uint8Array, now: number, caller: number, random: Uint8Array): string;
  delivered(id: string, status: number | undefined, now: number): void;
  deliveries(): string;
  next_delivery(now: number, receiver: number): string | undefined;
  next_due(): number | undefined;
  redeliver(id: string, now: number): void;
  snapshot(): string;
  take_changes(): string | undefined;
  tick(now: number, random: Uint8Array): void;
}

/** The outside world of a gateway. */
export interface Environment {
  now: () => number;
  random: () => Uint8Array;
  deliver: typeof fetch | undefined;
  /** Called with each change of the gateway's state. */
  onChange: (change: object) => void;
  /** Called with each attempt at a delivery. `response` is the start of the response's body. */
  onAttempt: (attempt: {
    id: string;
    url: string;
    status: number | null;
    at: number;
    response?: string | undefined;
  }) => void;
}

/** The time limit of a receiver, in milliseconds. */
const RECEIVER_TIMEOUT = 10_000;
/** How much of a receiver's response is read, in characters. */
const MAX_RECEIVER_TEXT = 80;
const MAX_REQUESTS = 10_000;
/** The size of all recorded requests together, in characters, and of a recorded body, in bytes. */
const MAX_RECORDED = 4 * 1024 * 1024;
const MAX_RECORDED_BODY = 64 * 1024;
const MAX_ERROR_BODY = 2_000;
const MAX_TIMEOUT = 2 ** 31 - 1;

/** @internal Returns the value if it is a string. */
export function checkedText<T extends string>(field: string, value: T): T {
  if (typeof value !== "string") throw invalid(field, "must be a string");
  return value;
}

/** @internal @throws ValidationError if a value is neither a string nor undefined */
export function checkTexts(texts: Record<string, string | undefined>): void {
  for (const [field, value] of Object.entries(texts)) if (value !== undefined) checkedText(field, value);
}

/** @internal @throws ValidationError if a value is neither a function nor undefined */
export function checkFunctions(functions: Record<string, unknown>): void {
  for (const [field, value] of Object.entries(functions))
    if (value !== undefined && typeof value !== "function") throw invalid(field, "must be a function");
}

/** @internal The caller's clock. Its results are checked, as a timer is set by them. */
export function checkedClock(now: () => number): () => number {
  return () => {
    const time = now();
    if (typeof time !== "number" || !(time >= 0 && time <= Number.MAX_SAFE_INTEGER))
      throw invalid("now", "must return Unix milliseconds");
    return time;
  };
}

/** @internal */
export function invalid(field: string, problem: string): ValidationError {
  return new ValidationError(`${field} ${problem}`, { code: "invalid_request", field });
}

/** @internal Calls the wasm module. @throws the error class of the record that it throws */
export function call<T>(use: (module: typeof glue) => T): T {
  try {
    return wasm.call(use);
  } catch (error) {
    // The message of wasm-bindgen for an object of an instance that was replaced after a trap.
    if (/stale object/.test((error as Error | undefined)?.message ?? "")) {
      throw new ItPayError("This sandbox was lost when its WebAssembly module trapped: make a new one", {
        code: "internal",
        cause: error,
      });
    }
    throw fromPayload(error);
  }
}

/** @internal */
export function runSandbox(core: SandboxCore, { now, random, deliver, onChange, onAttempt }: Environment) {
  const requests: SandboxRequest[] = [];
  const faults = new FaultQueue();
  let recorded = 0;
  let isClosed = false;
  /** Ends each wait of a delivery or a stalled response. One signal with many listeners would make Node warn of a leak. */
  const endings = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Sends the deliveries that are due, then schedules the next call. @throws the first error of a callback, at the end */
  const flush = async (): Promise<void> => {
    const errors: unknown[] = [];
    const notify = <T>(callback: (event: T) => void, event: T): void => {
      try {
        onRejection(callback(event), (error) => console.error("itpay: onChange failed:", error));
      } catch (error) {
        errors.push(error);
      }
    };
    let sent: Promise<void>[];
    do {
      if (isClosed) break;
      call(() => core.tick(now(), random()));
      for (const change of JSON.parse(call(() => core.take_changes()) ?? "[]") as object[]) notify(onChange, change);
      sent = [];
      // The receiver checks a signature's age by the machine's clock.
      const next = (): string | undefined => call(() => core.next_delivery(now(), Date.now()));
      for (let delivery = next(); delivery !== undefined; delivery = next()) {
        sent.push(send(delivery).then((attempt) => attempt && notify(onAttempt, attempt)));
      }
      await Promise.all(sent);
      // The next delivery of a payment waits for the previous one.
    } while (sent.length > 0);
    schedule();
    if (errors.length > 0) throw errors[0];
  };

  const schedule = (): void => {
    clearTimeout(timer);
    const due = isClosed ? undefined : call(() => core.next_due());
    if (due === undefined) return;
    timer = setTimeout(flushInBackground, Math.min(Math.max(due - now(), 10), MAX_TIMEOUT));
    // The timer must not keep a program alive that has nothing else to do.
    (timer as { unref?: (() => void) | undefined }).unref?.();
  };

  /** For changes that no caller waits for. */
  const flushInBackground = (): void => void flush().catch((error: unknown) => console.error("itpay sandbox:", error));

  const send = async (delivery: string) => {
    const { id, url, method, headers, body } = JSON.parse(delivery) as {
      id: string;
      url: string;
      method: string;
      headers: [string, string][];
      body?: string | undefined;
    };
    // Not AbortSignal.any with AbortSignal.timeout: Node 20 may collect both before they fire.
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const timeUp = setTimeout(abort, RECEIVER_TIMEOUT);
    (timeUp as { unref?: (() => void) | undefined }).unref?.();
    const result: { status?: number | undefined; text?: string | undefined } = {};
    const receive = async (): Promise<void> => {
      // A redirect is a failure: the event must not go elsewhere.
      const response = await (deliver ?? globalThis.fetch)(url, {
        method,
        headers,
        redirect: "manual",
        ...(body === undefined ? {} : { body }),
        signal: controller.signal,
      });
      if (Number.isInteger(response.status) && response.status >= 100 && response.status <= 599)
        result.status = response.status;
      result.text = await startOf(response);
    };
    // Raced, as a caller's function may ignore the signal. A response without an end keeps its status.
    await Promise.race([receive(), wait(controller.signal)]).catch(() => undefined);
    clearTimeout(timeUp);
    abort();
    if (isClosed) return undefined;
    const { status, text } = result;
    call(() => core.delivered(id, status, now()));
    return { id, url, status: status ?? null, at: now(), ...(text ? { response: text } : {}) };
  };

  /** Settles when `begin` calls back. Rejects when the signal fires or the sandbox is closed. */
  const wait = (signal: AbortSignal, begin?: (resolve: () => void) => () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      let cancel: (() => void) | undefined;
      const end = (settle: () => void) => (): void => {
        cancel?.();
        signal.removeEventListener("abort", abort);
        endings.delete(close);
        settle();
      };
      const abort = end(() => reject(signal.reason as Error));
      const close = end(() => reject(connectionError("read ECONNRESET", "ECONNRESET")));
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort, { once: true });
      endings.add(close);
      cancel = begin?.(end(resolve));
    });

  const record = (request: SandboxRequest): void => {
    requests.push(request);
    recorded += sizeOf(request);
    while (requests.length > MAX_REQUESTS || (recorded > MAX_RECORDED && requests.length > 1))
      recorded -= sizeOf(requests.shift()!);
  };

  const handle: typeof fetch = async (input, init) => {
    if (isClosed) throw connectionError("connect ECONNREFUSED", "ECONNREFUSED");
    const request = new Request(input, init);
    const { method, signal } = request;
    const { pathname: path, search } = new URL(request.url);
    // `npx itpay sandbox` serves GoPay's API there, so GOPAY_BASE_URL may name that path.
    const pathname = path.replace(/^\/gopay(?=\/api\/)/, "");
    const body = new Uint8Array(await request.arrayBuffer());
    const entry: SandboxRequest = {
      at: now(),
      method,
      path: pathname,
      headers: Object.fromEntries(request.headers),
      body: new TextDecoder().decode(body.subarray(0, MAX_RECORDED_BODY)),
    };
    record(entry);
    const respond = (
      status: number,
      headers: Headers,
      text: string,
      body: ReadableStream<Uint8Array> | string | null,
    ): Response => {
      entry.status = status;
      if (status >= 400) entry.errorBody = text.slice(0, MAX_ERROR_BODY);
      return new Response(status === 204 ? null : body, { status, headers });
    };
    const fault = faults.take(method, pathname) ?? {};
    if (fault.delay !== undefined) {
      await wait(signal, (resolve) => {
        const timeout = setTimeout(resolve, fault.delay);
        return () => clearTimeout(timeout);
      });
    }
    if (fault.stall === true) await wait(signal);
    if (fault.reset === true) throw connectionError("read ECONNRESET", "ECONNRESET");
    if (fault.status !== undefined)
      return respond(fault.status, new Headers(fault.headers), fault.body ?? "", fault.body || null);
    const json = JSON.stringify({
      method,
      path: pathname,
      query: search.slice(1) || undefined,
      headers: [...request.headers],
    });
    const response = JSON.parse(call(() => core.handle(json, body, now(), Date.now(), random()))) as {
      status: number;
      headers: [string, string][];
      body: string;
    };
    flushInBackground();
    if (fault.reset === "after") throw connectionError("read ECONNRESET", "ECONNRESET");
    const text = fault.body ?? response.body;
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(fault.headers ?? {})) headers.set(name, value);
    return respond(response.status, headers, text, fault.stall === "body" ? stalled(text, wait(signal)) : text);
  };

  return {
    fetch: handle,
    flush,
    redeliver: async (id: string): Promise<void> => {
      checkedText("id", id);
      call(() => core.redeliver(id, now()));
      await flush();
    },
    inject: (fault: Fault): void => faults.add(fault),
    /** Runs everything that is due. Resolves with the next due time. */
    tick: async (): Promise<number | undefined> => {
      await flush();
      return isClosed ? undefined : call(() => core.next_due());
    },
    requests: requests as readonly SandboxRequest[],
    snapshot: (): string => call(() => core.snapshot()),
    close: (): void => {
      isClosed = true;
      for (const end of [...endings]) end();
      clearTimeout(timer);
    },
  };
}

function sizeOf({ path, headers, body }: SandboxRequest): number {
  return (
    path.length +
    body.length +
    Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  );
}

/** The error of Node's fetch for a connection that failed. */
function connectionError(message: string, code: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
}

/** Reads the start of a body and cancels the rest. */
async function startOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < MAX_RECEIVER_TEXT) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, 4 * MAX_RECEIVER_TEXT), { stream: true });
    }
  } finally {
    // Not awaited: a stream may never settle it.
    reader.cancel().catch(() => undefined);
  }
  return text.slice(0, MAX_RECEIVER_TEXT);
}

/** A body that sends half of the text and then waits for its end, which is an error. */
function stalled(text: string, end: Promise<void>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text.slice(0, text.length / 2)));
      end.catch((error: unknown) => controller.error(error));
    },
  });
}

/** Draws 16 bytes at a time. With a seed (mulberry32) they are the same in each run. */
export function randomness(seed: number | undefined): () => Uint8Array {
  if (seed === undefined) return () => crypto.getRandomValues(new Uint8Array(16));
  if (!Number.isFinite(seed)) throw invalid("seed", "must be a number");
  let state = seed | 0;
  const byte = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) & 255;
  };
  return () => Uint8Array.from({ length: 16 }, byte);
}
