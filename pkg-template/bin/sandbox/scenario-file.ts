// Reads and validates the file of a scenario. docs/sandbox.md has the format.

import { UsageError } from "../command.js";
import { parseJson, readFile } from "../input.js";

const DAY = 86_400_000;
const MAX_SCENARIO = 1024 * 1024;

const OUTCOMES = ["pay", "fail", "cancel", "expire"] as const;
export type Outcome = (typeof OUTCOMES)[number];

const GATEWAYS = ["itpay", "gopay"] as const;
export type Gateway = (typeof GATEWAYS)[number];

/** Times are in milliseconds, from midnight. */
export type Step =
  | {
      kind: "payments";
      at: number;
      until: number;
      count: number;
      gateway: Gateway;
      currency: string;
      from: number;
      to: number;
      outcomes: [Outcome, number][];
    }
  | { kind: "outage"; at: number; length: number; outage: number | "reset" }
  | { kind: "redeliver"; at: number; count: number }
  | { kind: "refund"; at: number; count: number };

export interface Scenario {
  /** The start of the day, in Unix milliseconds. */
  midnight: number;
  speed: number;
  seed: number;
  /** The merchant's checkout. Without it the sandbox creates the payments. */
  checkout: string | undefined;
  webhook: string | undefined;
  steps: Step[];
}

/** @throws UsageError that names the field */
export function readScenario(file: string, webhook: string | undefined): Scenario {
  const parsed = parseJson(file, readFile(file, MAX_SCENARIO).toString());
  try {
    return scenarioOf(parsed, webhook);
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}.`, { cause: error });
  }
}

function scenarioOf(value: unknown, webhook: string | undefined): Scenario {
  const { date, speed = 20, seed = 1, checkout, steps, ...rest } = fields(value, "the scenario");
  nothingElse(rest, "");
  if (date !== undefined && !(typeof date === "string" && /^\d{4}-\d\d-\d\d$/.test(date)))
    throw new Error("date must be like 2026-03-01");
  const midnight = date === undefined ? new Date().setHours(0, 0, 0, 0) : new Date(`${date}T00:00:00`).getTime();
  if (Number.isNaN(midnight)) throw new Error("date does not exist");
  if (!(typeof speed === "number" && speed >= 1 && speed <= 10_000))
    throw new Error("speed must be a number from 1 to 10000");
  if (!Number.isSafeInteger(seed)) throw new Error("seed must be a whole number");
  if (checkout !== undefined && !(typeof checkout === "string" && /^https?:\/\/./.test(checkout)))
    throw new Error("checkout must be a URL");
  if (!Array.isArray(steps) || steps.length === 0) throw new Error("steps must be a list with at least one step");
  if (checkout === undefined && webhook === undefined)
    throw new Error("add a checkout, or start the sandbox with --webhook");
  return {
    midnight,
    speed,
    seed: seed as number,
    checkout,
    webhook,
    steps: steps.map((step, index) => stepOf(step, `steps[${index}]`)),
  };
}

function stepOf(value: unknown, where: string): Step {
  const { at: time, ...step } = fields(value, where);
  const at = timeOfDay(time, `${where}.at`);
  if ("payments" in step) {
    const { payments, until = time, gateway = "itpay", amount = {}, outcomes = { pay: 1 }, ...rest } = step;
    nothingElse(rest, `${where}.`);
    if (!GATEWAYS.includes(gateway as Gateway)) throw new Error(`${where}.gateway must be ${GATEWAYS.join(" or ")}`);
    const {
      currency = gateway === "gopay" ? "CZK" : "CNY",
      from = 100,
      to = 10_000,
      ...more
    } = fields(amount, `${where}.amount`);
    nothingElse(more, `${where}.amount.`);
    if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency))
      throw new Error(`${where}.amount.currency must be three capital letters`);
    const end = timeOfDay(until, `${where}.until`);
    if (end < at) throw new Error(`${where}.until must not be before its at`);
    return {
      kind: "payments",
      at,
      until: end,
      gateway: gateway as Gateway,
      count: whole(payments, `${where}.payments`, 1, 100_000),
      currency,
      from: whole(from, `${where}.amount.from`, 1, Number.MAX_SAFE_INTEGER),
      to: whole(to, `${where}.amount.to`, Number(from), Number.MAX_SAFE_INTEGER),
      outcomes: weights(outcomes, `${where}.outcomes`),
    };
  }
  if ("outage" in step) {
    const { outage, seconds = 30, ...rest } = step;
    nothingElse(rest, `${where}.`);
    const length = whole(seconds, `${where}.seconds`, 1, 86_400) * 1000;
    return {
      kind: "outage",
      at,
      length,
      outage: outage === "reset" ? outage : whole(outage, `${where}.outage`, 500, 599, ' or "reset"'),
    };
  }
  for (const kind of ["redeliver", "refund"] as const) {
    if (!(kind in step)) continue;
    const { [kind]: count, ...rest } = step;
    nothingElse(rest, `${where}.`);
    return { kind, at, count: whole(count, `${where}.${kind}`, 1, 100_000) };
  }
  throw new Error(`${where} must have payments, outage, redeliver or refund`);
}

function fields(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${where} must be a JSON object`);
  return value as Record<string, unknown>;
}

function nothingElse(rest: object, where: string): void {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`${where}${unknown} is not known`);
}

function whole(value: unknown, where: string, min: number, max: number, other = ""): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${where} must be a whole number from ${min} to ${max}${other}`);
}

function weights(value: unknown, where: string): [Outcome, number][] {
  const entries = Object.entries(fields(value, where)).map(([name, weight]): [Outcome, number] => {
    if (!OUTCOMES.includes(name as Outcome))
      throw new Error(`${where}.${name} is not known: it can be ${OUTCOMES.join(", ")}`);
    if (!(typeof weight === "number" && weight >= 0 && weight <= 1e9))
      throw new Error(`${where}.${name} must be a number, 0 or more`);
    return [name as Outcome, weight];
  });
  if (!entries.some(([, weight]) => weight > 0)) throw new Error(`${where} must have a weight above 0`);
  return entries;
}

/** `8:30`, `08:30` or `08:30:15`, in milliseconds. */
function timeOfDay(value: unknown, where: string): number {
  const [, hours, minutes, seconds = "0"] =
    (typeof value === "string" && /^(\d?\d):(\d\d)(?::(\d\d))?$/.exec(value)) || [];
  const time = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  if (!(time < DAY) || Number(minutes) > 59 || Number(seconds) > 59)
    throw new Error(`${where} must be a time of day such as 08:30 or 08:30:15`);
  return time;
}
