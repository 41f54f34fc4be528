// The limits of the tools, read from the options once.

import type { Money } from "../client/types.js";
import { ValidationError } from "../internal/errors.js";
import { checkedMoney, toMajor, toMinor } from "./amounts.js";
import { ToolError } from "./tool-error.js";
import type { AgentToolsOptions, PaymentCounter } from "./types.js";

const HOUR_MS = 60 * 60 * 1000;
const DEFAULT_MAX_PER_HOUR = 20;

export interface Limits {
  /** The currencies that are allowed; undefined means any. */
  readonly currencies: readonly string[] | undefined;
  /** The limits in words, for the model. */
  readonly summary: string;
  /** @throws ToolError if the amount is more than allowed */
  checkAmount(amount: Money): void;
  /** @throws ToolError if there have been too many payments within the last hour */
  count(paymentId: string): Promise<void>;
}

/** @throws ValidationError that names the invalid option */
export function readLimits({
  maxAmount,
  maxPerHour = DEFAULT_MAX_PER_HOUR,
  counter = memoryCounter(),
}: AgentToolsOptions): Limits {
  const list =
    maxAmount === undefined
      ? []
      : Array.isArray(maxAmount)
        ? (maxAmount as (string | Money)[])
        : [maxAmount as string | Money];
  const amounts = new Map<string, number>();
  for (const each of list) {
    const { currency, value } = readMaxAmount(each);
    if (amounts.has(currency)) throw invalid("maxAmount", `names ${currency} twice`);
    amounts.set(currency, value);
  }
  if (maxAmount !== undefined && amounts.size === 0) throw invalid("maxAmount", "must name an amount");
  if (!Number.isSafeInteger(maxPerHour) || maxPerHour < 0)
    throw invalid("maxPerHour", "must be a whole number, 0 or more");
  if (typeof (counter as Partial<PaymentCounter> | null)?.add !== "function")
    throw invalid("counter", "must have a function add(paymentId, max)");

  const most = (currency: string): string => `${toMajor(amounts.get(currency)!, currency)} ${currency}`;
  const currencies = amounts.size === 0 ? undefined : [...amounts.keys()];
  return {
    currencies,
    summary: `${currencies === undefined ? "" : `At most ${currencies.map(most).join(" or ")} for each payment. `}At most ${maxPerHour} payments within an hour.`,
    checkAmount({ currency, value }) {
      if (currencies === undefined) return;
      if (!amounts.has(currency)) {
        throw new ToolError(
          "currency_not_allowed",
          `Payments in ${currency} are not allowed here. Allowed: ${currencies.join(", ")}.`,
          { field: "currency" },
        );
      }
      if (value > amounts.get(currency)!) {
        throw new ToolError(
          "amount_too_large",
          `A payment may be at most ${most(currency)}. The operator has set this limit.`,
          { field: "amount" },
        );
      }
    },
    async count(paymentId) {
      let isCounted;
      try {
        isCounted = await counter.add(paymentId, maxPerHour);
      } catch {
        throw new ToolError(
          "counter_failed",
          "The payments of the last hour can't be counted, so no payment is created. Tell the operator.",
        );
      }
      if (isCounted !== true) {
        throw new ToolError(
          "too_many_payments",
          `At most ${maxPerHour} payments may be created within an hour. The operator has set this limit.`,
          {
            next: "Do not try again in a loop. Tell the person, and wait.",
          },
        );
      }
    },
  };
}

/** Counts in memory. The limit bounds its size. */
export function memoryCounter(now: () => number = () => performance.now()): PaymentCounter {
  let counted = new Map<string, number>();
  return {
    add(paymentId, max) {
      const time = now();
      counted = new Map([...counted].filter(([, at]) => time - at < HOUR_MS));
      if (counted.has(paymentId)) return true;
      if (counted.size >= max) return false;
      counted.set(paymentId, time);
      return true;
    },
  };
}

function readMaxAmount(value: string | Money): Money {
  const parts = typeof value === "string" ? /^(\d+(?:\.\d+)?) ?([A-Z]{3})$/.exec(value) : undefined;
  let amount: Money | undefined;
  try {
    amount = checkedMoney(parts ? { currency: parts[2]!, value: toMinor(parts[1]!, parts[2]!) } : value);
  } catch {
    // more decimals than the currency has, or too large
  }
  if (amount === undefined)
    throw invalid("maxAmount", 'must be a positive amount with its currency, such as "50.00CNY"');
  return amount;
}

function invalid(field: string, problem: string): ValidationError {
  return new ValidationError(`${field} ${problem}`, { code: "invalid_request", field });
}
