// The code that ItPay's and GoPay's webhook handlers share: it calls the listener of each event once, turns every
// failure into a response, reports it to `onError`, and sees to it that a handler's promise never rejects.

import { ItPayError } from "../internal/errors.js";
import { copyOptions } from "../internal/untrusted.js";
import { checkNumber, type EventStore, memoryStore } from "./event-store.js";

/** The second argument of a listener. */
export interface WebhookContext {
  /** The request that delivered the event. Its body has been read. */
  request: Request;
  /** The token of the claim, for `completeIn` of a store. */
  token: string;
  /** The `env` of a Worker. Set only if it holds the webhook secret. */
  env?: object | undefined;
  /**
   * Keeps the runtime alive until the promise settles. Set only if the runtime has it.
   * @param promise Work that continues after the response.
   */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
}

/** Options of both webhook handlers. */
export interface ProcessorOptions<E> {
  /** Remembers which events are processed. Default: `memoryStore()`, which forgets at a restart and is not shared between instances. */
  store?: EventStore | undefined;
  /**
   * How long one delivery may hold an event before another may claim it, in milliseconds. Set it longer than your
   * listeners ever take and shorter than the gateway keeps redelivering. Default 60,000, at most 2,147,483,647.
   */
  lease?: number | undefined;
  /** Time limit for reading the body, for each step of the store and for `onError`, in milliseconds. Default 10,000. */
  timeout?: number | undefined;
  /**
   * Called with every error: a refused request, a listener that threw or outlived its lease, a store that failed.
   * A failing `onError` is logged. Default: `console.error`.
   * @param error The error.
   */
  onError?: ((error: unknown, event?: E) => void | Promise<void>) | undefined;
}

/** The context of a request in the runtimes that have one: the third argument in Workers, the second in Netlify and Vercel. */
export interface RequestContext {
  /**
   * Keeps the runtime alive until the promise settles.
   * @param promise Work that continues after the response.
   */
  waitUntil(promise: Promise<unknown>): void;
}

/**
 * A webhook handler. `env` is the `env` of a Worker, `context` an object with `waitUntil`. `waitUntil` is taken from
 * either. Other objects that servers pass have no effect.
 */
export type WebhookHandler = (request: Request, env?: object, context?: RequestContext) => Promise<Response>;

type Listener<E> = (event: E, context: WebhookContext) => unknown;
type Listeners<E> = Record<string, Listener<E> | undefined>;

/** The context of a delivery before its event is claimed. */
export type DeliveryContext = Omit<WebhookContext, "token">;

/** The status of a processed event, or the response for one that was not processed. */
export type ProcessResult = "received" | "already_processed" | Response;

/** @internal */
export interface EventProcessor<E> {
  /** Claims the event, calls its listener and completes the claim. */
  process(event: E, context: DeliveryContext): Promise<ProcessResult>;
  /** Calls `onError`. Never rejects. */
  report(error: unknown, event?: E): Promise<void>;
  /** Reports an error and returns a response with the message. */
  fail(status: number, message: string, error: unknown, event?: E, headers?: Record<string, string>): Promise<Response>;
  /** Returns the response of `respond`, or 500 if it throws. Never rejects. Keeps the runtime alive until then, if one of `args` has `waitUntil`. */
  serve(
    request: Request,
    args: readonly unknown[],
    respond: (context: DeliveryContext) => Promise<Response>,
  ): Promise<Response>;
  readonly timeout: number;
}

/** The longest delay of `setTimeout`. A longer one fires at once. */
const MAX_TIMER = 2_147_483_647;

/** @internal @throws TypeError that names the invalid option */
export function eventProcessor<E extends { id: string; type: string }>(
  gateway: string,
  isOwnError: (error: unknown) => error is Error & { hint?: string | undefined },
  options: ProcessorOptions<E> & { on?: object | undefined; other?: object | undefined },
): EventProcessor<E> {
  const { store = memoryStore(), lease = 60_000, timeout = 10_000, onError } = options;
  const on = checkListeners<E>("on", options.on);
  const other = checkListeners<E>("other", options.other ?? {});
  checkNumber("lease", lease, MAX_TIMER);
  checkNumber("timeout", timeout, MAX_TIMER);
  if (onError !== undefined && typeof onError !== "function") throw new TypeError("onError must be a function");
  const name = `itpay: ${gateway} webhook`;

  const log = (error: unknown, event?: E): void => {
    const about = `${name}${event ? ` (event ${event.id})` : ""}:`;
    try {
      console.error(about, isOwnError(error) ? `${error.message}. ${error.hint ?? ""}` : error);
    } catch {
      // An error that cannot be printed.
    }
  };

  const report = async (error: unknown, event?: E): Promise<void> => {
    try {
      if (!onError) log(error, event);
      else await withTimeout("onError", timeout, () => onError(error, event));
    } catch (failure) {
      log(error, event);
      log(failure, event);
    }
  };

  const fail: EventProcessor<E>["fail"] = async (status, message, error, event, headers) => {
    await report(error, event);
    return json(status, { error: message }, headers);
  };

  const logged = new Set<string>();
  const findListener = (type: string): Listener<E> | undefined => {
    const listener = on[type] ?? other[type] ?? on["default"];
    if (!listener && logged.size < 100 && !logged.has(type)) {
      logged.add(type);
      console.warn(`${name}: no listener for ${JSON.stringify(type)}`);
    }
    return listener;
  };

  const runListener = async (event: E, context: WebhookContext): Promise<void> => {
    let reported: Promise<void> | undefined;
    try {
      await watch(
        lease,
        () => findListener(event.type)?.(event, context),
        () => {
          reported = report(
            new ItPayError(`The listener took longer than its lease of ${lease} ms`, { code: "lease_expired" }),
            event,
          );
        },
      );
    } finally {
      await reported;
    }
  };

  const process = async (event: E, context: DeliveryContext): Promise<ProcessResult> => {
    let token: string = crypto.randomUUID();
    // Repeated once, because a connection may have lost the response, and repeating changes nothing.
    const end = async (step: "complete" | "release"): Promise<void> => {
      const run = async (): Promise<void> => store[step](event.id, token);
      try {
        await withTimeout(`store.${step}`, timeout, () => run().catch(run));
      } catch (error) {
        await report(error, event);
      }
    };
    try {
      // A claim that takes longer than its lease is worth nothing.
      const claim = await withTimeout("store.claim", Math.min(timeout, lease), () =>
        store.claim(event.id, lease, token),
      );
      if (claim.state === "done") return "already_processed";
      if (claim.state === "in_progress")
        return json(409, { error: "This event is already being processed" }, { "Retry-After": "10" });
      if (claim.state !== "claimed") throw new TypeError("store.claim: unknown state");
      token = claim.token ?? token;
    } catch (error) {
      // The store may hold the claim if only its response was lost.
      await end("release");
      return fail(500, "The event could not be claimed", error, event);
    }
    try {
      await runListener(event, { ...context, token });
    } catch (error) {
      await end("release");
      return fail(500, "The event was not handled", error, event);
    }
    // The listener has run, so the response is 200 even if this fails: a redelivery would run it again.
    await end("complete");
    return "received";
  };

  const serve: EventProcessor<E>["serve"] = (request, args, respond) => {
    const context: DeliveryContext = { request };
    try {
      const owner = args.find((arg) => typeof (arg as RequestContext | null | undefined)?.waitUntil === "function") as
        | RequestContext
        | undefined;
      if (owner)
        context.waitUntil = (promise) => {
          (async () => owner.waitUntil(promise))().catch(report);
        };
    } catch {
      // An argument that cannot be read is ignored.
    }
    const response = respond(context).catch((error: unknown) => fail(500, "Internal error", error));
    // The sender may hang up while a listener runs. Its work still has to end.
    context.waitUntil?.(response);
    return response;
  };

  return { process, report, fail, serve, timeout };
}

/** @internal */
export function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

/** @internal Settles like `run`, or rejects with an ItPayError of the code `timeout` after `ms` milliseconds. */
export function withTimeout<T>(what: string, ms: number, run: () => T | PromiseLike<T>): Promise<T> {
  return watch(ms, run, (reject) => reject(new ItPayError(`${what} took longer than ${ms} ms`, { code: "timeout" })));
}

/** Settles like `run`. Calls `onTime` if that takes longer than `ms` milliseconds. */
async function watch<T>(
  ms: number,
  run: () => T | PromiseLike<T>,
  onTime: (reject: (error: Error) => void) => void,
): Promise<T> {
  const result = Promise.resolve(run());
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  result.then(settle, settle);
  // Code without I/O settles in a few microtasks. A timer, or another promise, would double its time.
  for (let turn = 0; turn < 9 && !settled; turn += 1) await undefined;
  if (settled) return result;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => onTime(reject), ms);
    result.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function checkListeners<E>(name: string, map: object | undefined): Listeners<E> {
  if (!map) throw new TypeError(`${name} must be an object`);
  const listeners = copyOptions(name, map) as Listeners<E>;
  for (const [type, listener] of Object.entries(listeners)) {
    if (listener !== undefined && typeof listener !== "function")
      throw new TypeError(`${name} must have a function for ${type}`);
  }
  return listeners;
}
