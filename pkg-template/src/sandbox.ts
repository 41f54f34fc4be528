// The ItPay gateway in process: a `fetch` to hand to a client, a wallet to press, webhooks that are really posted.

import { fromRecord, ValidationError } from "./errors.js";
import * as glue from "./glue/sandbox.js";
import type { PaymentIntent, PaymentIntentStatus, QRCharge } from "./objects.js";
import { type Glue, Wasm } from "./wasm.js";

/** @internal The wasm module; the entry says where it comes from. */
export const wasm = new Wasm<typeof glue & Glue>(glue);

export interface SandboxOptions {
  /** The one key that it knows. Default `sk_test_sandbox`. */
  apiKey?: string;
  /** What it signs webhooks with. Default `whsec_sandbox`. */
  webhookSecret?: string;
  /** Where all webhooks go, instead of to the endpoints of their manifests. */
  webhookUrl?: string;
  /** What `scan_url` begins with. Default `itpay://pay`. */
  walletUrl?: string;
  /** Its clock, in Unix milliseconds, for whatever it dates and for expiry. Default: the machine's. See `tick()`. */
  now?: () => number;
  /** Makes ids, and whatever else is drawn, the same each time. */
  seed?: number;
  /** What `snapshot()` gave, to go on from there. */
  state?: string;
  /** Posts the webhooks. Default: `globalThis.fetch`, looked up each time. */
  deliver?: typeof fetch;
  /** Told of each status that an intent enters and of each attempt at a delivery, in order. */
  onChange?: (change: SandboxChange) => void;
}

/** An intent that entered a status, or an attempt at posting an event: then `status` is the answer's, null for none. */
export type SandboxChange =
  | { type: "intent"; id: string; status: PaymentIntentStatus; at: number }
  | { type: "attempt"; id: string; status: number | null; at: number };

/** A payment as the gateway keeps it. */
export interface SandboxIntent extends PaymentIntent {
  merchant_name: string;
  charge?: QRCharge;
  /** Every status that it has had and since when, in Unix milliseconds; the present one last. */
  history: { status: PaymentIntentStatus; at: number }[];
}

/** A request that came in, and how it was answered. */
export interface SandboxRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Undefined where an injected fault kept the answer back. */
  status?: number;
}

/** An event and each attempt at posting it. */
export interface SandboxDelivery {
  id: string;
  event_type: string;
  intent_id: string;
  url: string;
  body: string;
  /** Unix milliseconds. */
  created_at: number;
  /** Given up after ten tries. `due` is when it is tried next, in Unix milliseconds. */
  progress: { state: "waiting"; due: number } | { state: "in_flight" | "delivered" | "abandoned" };
  /** In milliseconds; no status where there was no answer. */
  attempts: { at: number; duration: number; status: number | null }[];
}

/** What goes wrong, for the next requests that match. */
export interface Fault {
  /** Default: any. */
  method?: string;
  /** The beginning of the path, such as `/v1/payment-intents`. Default: any. */
  path?: string;
  /** How many requests. Default 1. */
  times?: number;
  /** Answers with this status instead, with `headers` and `body`. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Waits so many milliseconds first. */
  delay?: number;
  /** Never answers; `"body"` sends the headers and then no end of the body. */
  stall?: boolean | "body";
  /** Ends the connection before the request is processed; `"after"`, when it has been. */
  reset?: boolean | "after";
}

/** Steps of the wallet. */
export type WalletAction = "scan" | "authorize" | "capture" | "succeed" | "pay" | "fail" | "expire" | "cancel";

export interface Sandbox {
  readonly apiKey: string;
  readonly webhookSecret: string;
  /** For `new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch })`. */
  readonly fetch: typeof fetch;
  /** Does a step; resolves when the webhooks that are due have been tried once. */
  act(intentId: string, action: WalletAction, reason?: string): Promise<PaymentIntent>;
  /** The wallet reads the code. */
  scan(intentId: string): Promise<PaymentIntent>;
  /** Every step that is left, to the success. */
  pay(intentId: string): Promise<PaymentIntent>;
  /** The wallet refuses. */
  fail(intentId: string, reason?: string): Promise<PaymentIntent>;
  /** The time is up, now. */
  expire(intentId: string): Promise<PaymentIntent>;
  /** The payment is called off. */
  cancel(intentId: string): Promise<PaymentIntent>;
  /** Posts an event once more. */
  redeliver(eventId: string): Promise<void>;
  /** Makes the next requests go wrong. */
  inject(fault: Fault): void;
  /** Does what is due by its clock: for a clock of your own, after it was moved. Resolves with when something is due next. */
  tick(): Promise<number | undefined>;
  /** An intent by its id. */
  intent(id: string): SandboxIntent | undefined;
  /** Every intent, in the order of creation. */
  readonly intents: readonly SandboxIntent[];
  /** What came in, in order: the last 10,000. */
  readonly requests: readonly SandboxRequest[];
  /** What went out, in order. */
  readonly deliveries: readonly SandboxDelivery[];
  /** The whole state as text, without key and secret. */
  snapshot(): string;
  /** Posts nothing any more; `fetch` finds nobody. */
  close(): void;
}

/** How long a webhook's receiver has, in milliseconds. */
const RECEIVER_TIMEOUT = 10_000;
const MAX_REQUESTS = 10_000;

/** A gateway that checks whatever the real one's pages describe. @throws ValidationError */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { apiKey = "sk_test_sandbox", webhookSecret = "whsec_sandbox", now = Date.now } = options;
  const random = randomness(options.seed);
  const requests: SandboxRequest[] = [];
  const faults: { fault: Fault; left: number }[] = [];
  const call = <T>(use: (module: typeof glue) => T): T => {
    try {
      return wasm.call(use);
    } catch (error) {
      throw fromRecord(error);
    }
  };
  const gateway = call((module) => new module.Gateway(apiKey, webhookSecret, options.webhookUrl, options.walletUrl, options.state));
  const closing = new AbortController();
  const closed = (): boolean => closing.signal.aborted;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Posts what is due, then sleeps until the next thing happens by itself. */
  const pump = async (): Promise<void> => {
    if (closed()) return;
    call(() => gateway.tick(now(), random()));
    for (const change of JSON.parse(gateway.take_changes() ?? "[]") as object[]) options.onChange?.({ type: "intent", ...change } as SandboxChange);
    const posted: Promise<void>[] = [];
    // The receiver judges a signature's age by its own clock, which is the machine's.
    const next = (): string | undefined => gateway.next_delivery(now(), Date.now());
    for (let delivery = next(); delivery !== undefined; delivery = next()) posted.push(post(delivery));
    await Promise.all(posted);
    // An event may have waited for the one before it.
    if (posted.length > 0) return pump();
    clearTimeout(timer);
    const due = gateway.next_due();
    if (due === undefined || closed()) return;
    timer = setTimeout(() => void pump(), Math.min(Math.max(due - now(), 10), 2 ** 31 - 1));
    // Waiting must not keep a program alive that has nothing else to do.
    (timer as { unref?: () => void }).unref?.();
  };

  const post = async (delivery: string): Promise<void> => {
    const { id, url, headers, body } = JSON.parse(delivery) as { id: string; url: string; headers: [string, string][]; body: string };
    const receiver = AbortSignal.any([closing.signal, AbortSignal.timeout(RECEIVER_TIMEOUT)]);
    const answered = async (): Promise<number> => {
      const response = await (options.deliver ?? globalThis.fetch)(url, { method: "POST", headers, body, signal: receiver });
      await response.body?.cancel();
      return response.status;
    };
    // Raced, because whoever delivers may not listen to the signal.
    const status = await Promise.race([answered(), interruptible(receiver, () => undefined)]).catch(() => undefined);
    if (closed()) return;
    gateway.delivered(id, status ?? undefined, now());
    options.onChange?.({ type: "attempt", id, status: status ?? null, at: now() });
  };

  const act = async (intentId: string, action: WalletAction, reason?: string): Promise<PaymentIntent> => {
    const intent = JSON.parse(call(() => gateway.wallet(intentId, action, reason, now(), random()))) as PaymentIntent;
    await pump();
    return intent;
  };

  const answer = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
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
    const given = JSON.parse(call(() => gateway.answer(question, body, now(), Date.now(), random()))) as { status: number; headers: [string, string][]; body: string };
    void pump();
    if (fault?.reset === "after") throw hungUp("read ECONNRESET", "ECONNRESET");
    entry.status = given.status;
    const stream = fault?.stall === "body" ? stalled(fault.body ?? given.body, request.signal) : (fault?.body ?? given.body);
    return new Response(stream, { status: given.status, headers: { ...Object.fromEntries(given.headers), ...fault?.headers } });
  };

  return {
    apiKey,
    webhookSecret,
    fetch: answer,
    act,
    scan: (id) => act(id, "scan"),
    pay: (id) => act(id, "pay"),
    fail: (id, reason) => act(id, "fail", reason),
    expire: (id) => act(id, "expire"),
    cancel: (id) => act(id, "cancel"),
    redeliver: async (eventId) => {
      call(() => gateway.redeliver(eventId, now()));
      await pump();
    },
    inject: (fault) => {
      const left = fault.times ?? 1;
      const check = (good: boolean, field: keyof Fault, problem: string): void => {
        if (!good) throw new ValidationError(`${field} ${problem}`, { code: "invalid_request", field });
      };
      check(Number.isInteger(left) && left > 0, "times", "must be a whole number above 0");
      const { status = 200, delay = 0, body = "" } = fault;
      check(Number.isInteger(status) && status >= 200 && status <= 599, "status", "must be a whole number from 200 to 599");
      check(typeof delay === "number" && delay >= 0, "delay", "must be a number of milliseconds");
      check(typeof body === "string", "body", "must be a string");
      faults.push({ fault, left });
    },
    tick: async () => {
      await pump();
      return closed() ? undefined : gateway.next_due();
    },
    intent: (id) => {
      const intent = call(() => gateway.intent(id));
      return intent === undefined ? undefined : (JSON.parse(intent) as SandboxIntent);
    },
    get intents() {
      return JSON.parse(call(() => gateway.intents())) as SandboxIntent[];
    },
    requests,
    get deliveries() {
      return JSON.parse(call(() => gateway.deliveries())) as SandboxDelivery[];
    },
    snapshot: () => call(() => gateway.snapshot()),
    close: () => {
      closing.abort();
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
function randomness(seed: number | undefined): () => Uint8Array {
  if (seed === undefined) return () => crypto.getRandomValues(new Uint8Array(16));
  let state = seed | 0;
  const byte = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) & 255;
  };
  return () => Uint8Array.from({ length: 16 }, byte);
}
