// Converts amounts between text in major units, as models write them, and minor units.

import { money } from "../client/money.js";
import type { Money } from "../client/types.js";
import { isItPayError } from "../internal/errors.js";

/** Reads `"6.99"`. @throws ItPayError for malformed text and for too many decimals */
export function toMinor(amount: string, currency: string): number {
  return money(amount, currency).value;
}

/** Writes `6.99`. */
export function toMajor(value: number, currency: string): string {
  const unit = toMinor("1", currency);
  const decimals = String(unit).length - 1;
  const rest = value % unit;
  const fraction = decimals === 0 ? "" : `.${String(rest).padStart(decimals, "0")}`;
  return `${(value - rest) / unit}${fraction}`;
}

/** Returns an amount from outside if it is a positive integer of minor units in a known form of currency. */
export function checkedMoney(amount: unknown): Money | undefined {
  const { currency, value } = (amount ?? {}) as Partial<Money>;
  if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency)) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value <= 0) return undefined;
  try {
    toMinor("1", currency);
  } catch (error) {
    if (isItPayError(error)) return undefined;
    throw error;
  }
  return { currency, value };
}
