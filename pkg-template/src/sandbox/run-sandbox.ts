// What a gateway's state machine needs around it in process: a `fetch` that answers, faults that are injected, a
// record of what came in, deliveries that are really made. The same for each gateway of the sandbox.

import { fromRecord, ItPayError, ValidationError } from "../internal/errors.js";
import { given } from "../internal/untrusted.js";
import * as glue from "../glue/sandbox.js";
import { type Glue, Wasm } from "../internal/wasm.js";

/** @internal The wasm module; the entry says where it comes from. */
export const wasm = new Wasm<typeof glue & Glue>(glue);

/** A request that came in, and how it was answered. */
export interface SandboxRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Undefined where an injected fault kept the answer back. */
  status?: number | undefined;
}

/** What goes wrong, for the next requests that match. */
export interface Fault {
  /** Default: any. */
  method?: string | undefined;
  /** The beginning of the path, such as `/v1/payment-intents`. Default: any. */
  path?: string | undefined;
  /** How many requests. Default 1. */
  times?: number | undefined;
  /** Answers with this status instead, with `headers` and `body`. */
  status?: number | undefined;
  headers?: Record<string, string> | undefined;
  body?: string | undefined;
  /** Waits so many milliseconds first. */
  delay?: number | undefined;
  /** Never answers; `"body"` sends the headers and then no end of the body. */
  stall?: boolean | "body" | undefined;
  /** Ends the connection before the request is processed; `"after"`, when it has been. */
  reset?: boolean | "after" | undefined;
}

/** What the gateways of the wasm module have alike. */
export interface Machine {
  answer(request: string, body: Uint8Array, now: number, caller: number, random: Uint8Array): string;
  delivered(id: string, status: number | undefined, now: number): void;
  deliveries(): string;
  next_delivery(now: number, receiver: number): string | undefined;
  next_due(): number | undefined;
  redeliver(id: string, now: number): void;
  snapshot(): string;
  take_changes(): string | undefined;
  tick(now: number, random: Uint8Array): void;
}

export interface Surroundings {
  now: () => number;
  random: () => Uint8Array;
  deliver: typeof fetch | undefined;
  /** Told of each change that the machine tells of. */
  changed: (change: object) => void;
  /** Told of each attempt at a delivery. */
  attempted: (attempt: { id: string; status: number | null; at: number }) => void;
}

/** How long a receiver has, in milliseconds. */
const RECEIVER_TIMEOUT = 10_000;
const MAX_REQUESTS = 10_000;

/** @internal The same, if it is a string. */
export function checkedText<T extends string>(field: string, value: T): T {
  if (typeof value !== "string") throw invalid(field, "must be a string");
  return value;
}

/** @internal Throws where one of these is neither a string nor undefined. */
export function checkTexts(texts: Record<string, string | undefined>): void {
  for (const [field, value] of Object.entries(texts)) if (value !== undefined) checkedText(field, value);
}

/** @internal Throws where one of these is neither a function nor undefined. */
export function checkFunctions(functions: Record<string, unknown>): void {
  for (const [field, value] of Object.entries(functions)) if (value !== undefined && typeof value !== "function") throw invalid(field, "must be a function");
}

function invalid(field: string, problem: string): ValidationError {
  return new ValidationError(`${field} ${problem}`, { code: "invalid_request", field });
}

/** @internal Calls the module. @throws the error that it means */
export function call<T>(use: (module: typeof glue) => T): T {
  try {
    return wasm.call(use);
  } catch (error) {
    // What wasm-bindgen says of an object whose instance has been replaced after a trap.
    if (/stale object/.test((error as Error | undefined)?.message ?? "")) {
      throw new ItPayError("This sandbox was lost when itpay failed inside: make a new one", { code: "internal", cause: error });
    }
    throw fromRecord(error);
  }
}

export function host(machine: Machine, { now, random, deliver, changed, attempted }: Surroundings) {
  const requests: SandboxRequest[] = [];
  const faults: { fault: Fault; left: number }[] = [];
  let isClosed = false;
  const closed = (): boolean => isClosed;
  /** Ends the deliveries that are under way. Not listeners of one signal: of many, Node warns. */
  const underWay = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Delivers what is due, then sleeps until the next thing happens by itself. */
  const pump = async (): Promise<void> => {
    if (closed()) return;
    call(() => machine.tick(now(), random()));
    for (const change of JSON.parse(call(() => machine.take_changes()) ?? "[]") as object[]) changed(change);
    const sent: Promise<void>[] = [];
    // The receiver judges a signature's age by its own clock, which is the machine's.
    const next = (): string | undefined => call(() => machine.next_delivery(now(), Date.now()));
    for (let delivery = next(); delivery !== undefined; delivery = next()) sent.push(send(delivery));
    await Promise.all(sent);
    // A delivery may have waited for the one before it.
    if (sent.length > 0) return pump();
    clearTimeout(timer);
    const due = call(() => machine.next_due());
    if (due === undefined || closed()) return;
    timer = setTimeout(pumpAlone, Math.min(Math.max(due - now(), 10), 2 ** 31 - 1));
    // Waiting must not keep a program alive that has nothing else to do.
    (timer as { unref?: (() => void) | undefined }).unref?.();
  };

  /** Where nobody waits for it. What fails inside, the next call says. */
  const pumpAlone = (): void => void pump().catch(() => undefined);

  const send = async (delivery: string): Promise<void> => {
    const { id, url, method, headers, body } = JSON.parse(delivery) as { id: string; url: string; method: string; headers: [string, string][]; body?: string | undefined };
    // Not AbortSignal.any over AbortSignal.timeout: in Node 20 the collector may take both away before they fire.
    const controller = new AbortController();
    const receiver = controller.signal;
    const giveUp = (): void => controller.abort();
    const timeUp = setTimeout(giveUp, RECEIVER_TIMEOUT);
    (timeUp as { unref?: (() => void) | undefined }).unref?.();
    underWay.add(giveUp);
    const answered = async (): Promise<number> => {
      const response = await (deliver ?? globalThis.fetch)(url, { method, headers, ...(body === undefined ? {} : { body }), signal: receiver });
      await response.body?.cancel();
      return response.status;
    };
    // Raced, because whoever delivers may not listen to the signal.
    const status = await Promise.race([answered(), interruptible(receiver, () => undefined)]).catch(() => undefined);
    clearTimeout(timeUp);
    underWay.delete(giveUp);
    if (closed()) return;
    call(() => machine.delivered(id, status ?? undefined, now()));
    attempted({ id, status: status ?? null, at: now() });
  };

  const answer = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (closed()) throw hungUp("connect ECONNREFUSED", "ECONNREFUSED");
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const headers = Object.fromEntries(request.headers);
    const entry: SandboxRequest = { method: request.method, path: pathname, headers, body: new TextDecoder().decode(body) };
    requests.push(entry);
    if (requests.length > MAX_REQUESTS) requests.shift();
    const fault = takeFault(faults, entry);
    if (fault?.delay !== undefined) await interruptible(request.signal, (resolve) => setTimeout(resolve, fault.delay));
    if (fault?.stall === true) await interruptible(request.signal, () => undefined);
    if (fault?.reset === true) throw hungUp("read ECONNRESET", "ECONNRESET");
    if (fault?.status !== undefined) {
      entry.status = fault.status;
      return new Response(fault.body || null, { status: fault.status, headers: fault.headers ?? {} });
    }
    const question = JSON.stringify({ method: request.method, path: pathname, query: search.slice(1) || undefined, headers: [...request.headers] });
    const given = JSON.parse(call(() => machine.answer(question, body, now(), Date.now(), random()))) as { status: number; headers: [string, string][]; body: string };
    pumpAlone();
    if (fault?.reset === "after") throw hungUp("read ECONNRESET", "ECONNRESET");
    entry.status = given.status;
    const stream = fault?.stall === "body" ? stalled(fault.body ?? given.body, request.signal) : (fault?.body ?? given.body);
    return new Response(stream, { status: given.status, headers: { ...Object.fromEntries(given.headers), ...fault?.headers } });
  };

  return {
    fetch: answer satisfies typeof fetch,
    pump,
    redeliver: async (id: string): Promise<void> => {
      checkedText("id", id);
      call(() => machine.redeliver(id, now()));
      await pump();
    },
    inject: (wanted: Fault): void => {
      const fault: Fault = given("fault", wanted);
      const left = fault.times ?? 1;
      const check = (good: boolean, field: keyof Fault, problem: string): void => {
        if (!good) throw invalid(field, problem);
      };
      check(Number.isInteger(left) && left > 0, "times", "must be a whole number above 0");
      const { status = 200, delay = 0 } = fault;
      check(Number.isInteger(status) && status >= 200 && status <= 599, "status", "must be a whole number from 200 to 599");
      check(typeof delay === "number" && delay >= 0, "delay", "must be a number of milliseconds");
      checkTexts({ body: fault.body, method: fault.method, path: fault.path });
      faults.push({ fault, left });
    },
    /** Does what is due. Gives when something is due next. */
    tick: async (): Promise<number | undefined> => {
      await pump();
      return closed() ? undefined : call(() => machine.next_due());
    },
    requests: requests as readonly SandboxRequest[],
    snapshot: (): string => call(() => machine.snapshot()),
    close: (): void => {
      isClosed = true;
      for (const giveUp of underWay) giveUp();
      clearTimeout(timer);
    },
  };
}

function takeFault(faults: { fault: Fault; left: number }[], { method, path }: SandboxRequest): Fault | undefined {
  const index = faults.findIndex(
    ({ fault }) => (fault.method === undefined || fault.method.toUpperCase() === method) && path.startsWith(fault.path ?? "/"),
  );
  const found = faults[index];
  if (found === undefined) return undefined;
  found.left -= 1;
  if (found.left === 0) faults.splice(index, 1);
  return found.fault;
}

/** What Node's fetch throws when the other side hangs up. */
function hungUp(message: string, code: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
}

/** Waits until `begin` calls back; rejects when the signal fires before. */
function interruptible(signal: AbortSignal, begin: (resolve: () => void) => void): Promise<undefined> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    begin(() => {
      signal.removeEventListener("abort", abort);
      resolve(undefined);
    });
  });
}

/** Half of the text, and then nothing. */
function stalled(text: string, signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text.slice(0, text.length / 2)));
      signal.addEventListener("abort", () => controller.error(signal.reason), { once: true });
    },
  });
}

/** Sixteen bytes at a time. With a seed (mulberry32) the same ones in each run. */
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
