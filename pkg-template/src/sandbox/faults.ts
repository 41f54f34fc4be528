// Injected faults: the requests that they match, and their responses.

import { ValidationError } from "../internal/errors.js";
import { copyOptions } from "../internal/untrusted.js";

/** A failure for the next requests that match. */
export interface Fault {
  /** The method of the requests. Default: any. */
  method?: string | undefined;
  /** The start of their path, such as `/v1/payment-intents`. Default: any. */
  path?: string | undefined;
  /** The number of requests. Default 1. */
  times?: number | undefined;
  /** Responds with this status, from 200 to 599, and with `headers` and `body`. The request is not processed. */
  status?: number | undefined;
  /** Headers of the response. Without `status` they are added to the gateway's response. */
  headers?: Record<string, string | undefined> | undefined;
  /** The body of the response. Without `status` it replaces the gateway's. */
  body?: string | undefined;
  /** Waits first, in milliseconds, at most 2^31 - 1. */
  delay?: number | undefined;
  /** `true` never responds. `"body"` sends the headers and half of the body, and never ends it. */
  stall?: boolean | "body" | undefined;
  /** `true` resets the connection before the request is processed, `"after"` afterward. */
  reset?: boolean | "after" | undefined;
}

const MAX_DELAY = 2 ** 31 - 1;
/** Statuses whose responses must not have a body (Fetch standard). */
const WITHOUT_BODY = [204, 205, 304];

const RULES: { [Name in keyof Fault]-?: [problem: string, isValid: (value: unknown) => boolean] } = {
  method: ["must be a string", isString],
  path: ["must be a string", isString],
  times: ["must be a whole number above 0", (value) => Number.isInteger(value) && (value as number) > 0],
  status: [
    "must be a whole number from 200 to 599",
    (value) => Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599,
  ],
  headers: ["must be an object of header names and strings", isHeaders],
  body: ["must be a string", isString],
  delay: [
    `must be a number of milliseconds from 0 to ${MAX_DELAY}`,
    (value) => typeof value === "number" && value >= 0 && value <= MAX_DELAY,
  ],
  stall: ['must be true, false or "body"', (value) => typeof value === "boolean" || value === "body"],
  reset: ['must be true, false or "after"', (value) => typeof value === "boolean" || value === "after"],
};

/** @internal A checked fault. */
export type CheckedFault = Omit<Fault, "headers"> & { headers?: Record<string, string> };

/** @internal The faults that wait for a request. */
export class FaultQueue {
  readonly #waiting: { fault: CheckedFault; left: number }[] = [];

  /** @throws ValidationError that names the field */
  add(wanted: Fault): void {
    const fault = copyOptions<Fault>("fault", wanted);
    for (const [name, value] of Object.entries(fault)) {
      if (!Object.hasOwn(RULES, name))
        throw invalid(name, `is not a field of a fault. There are ${Object.keys(RULES).join(", ")}`);
      const [problem, isValid] = RULES[name as keyof Fault];
      if (value !== undefined && !isValid(value)) throw invalid(name, problem);
    }
    if (fault.body && WITHOUT_BODY.includes(fault.status ?? 200))
      throw invalid("body", `must be left out, as a response with status ${fault.status} has none`);
    this.#waiting.push({ fault: { ...fault, headers: definedOf(fault.headers ?? {}) }, left: fault.times ?? 1 });
  }

  /** Returns the first fault that matches a request, and counts it. */
  take(method: string, path: string): CheckedFault | undefined {
    const index = this.#waiting.findIndex(
      ({ fault }) =>
        (fault.method === undefined || fault.method.toUpperCase() === method) && path.startsWith(fault.path ?? "/"),
    );
    const found = this.#waiting[index];
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left === 0) this.#waiting.splice(index, 1);
    return found.fault;
  }
}

function isString(value: unknown): boolean {
  return typeof value === "string";
}

function isHeaders(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    new Headers(definedOf(value as Record<string, string | undefined>));
  } catch {
    return false;
  }
  return Object.values(value).every((text: unknown) => text === undefined || isString(text));
}

function definedOf(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function invalid(field: string, problem: string): ValidationError {
  return new ValidationError(`${field} ${problem}`, { code: "invalid_request", field });
}
