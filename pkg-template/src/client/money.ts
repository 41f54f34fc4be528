// Converts amounts between text and integers in minor units.

import { callSync } from "./client.js";
import { ValidationError } from "../internal/errors.js";
import { copyOptions } from "../internal/untrusted.js";
import type { Money } from "./types.js";

/**
 * Parses a decimal: `money("6.99", "CNY")` is `{ currency: "CNY", value: 699 }`.
 * @throws ValidationError for an invalid decimal, or for more decimals than the currency has
 * @param amount In major units, such as `6.99`.
 * @param currency ISO 4217.
 */
export function money(amount: string, currency: string): Money {
  if (typeof amount !== "string")
    throw new ValidationError('amount must be a string such as "6.99"', { code: "invalid_request", field: "amount" });
  return { currency, value: callSync((module) => module.money(amount, checkedCurrency(currency))) };
}

/**
 * Formats an amount for a locale: `¥6.99`. Default: the runtime's locale.
 * @param locale BCP 47 tag, such as `en-US`. Default: the runtime's.
 */
export function formatMoney(money: Money, locale?: string): string {
  const { currency, value } = copyOptions("money", money) as Money;
  if (!Number.isSafeInteger(value))
    throw new ValidationError("value must be an integer of minor units", { code: "invalid_request", field: "value" });
  const decimal = callSync((module) => module.to_decimal(value, checkedCurrency(currency)));
  try {
    const decimals = decimal.split(".")[1]?.length ?? 0;
    const format = new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    // A string, because a floating point number would lose digits.
    return format.format(decimal as unknown as number);
  } catch (error) {
    throw new ValidationError("locale must be a language tag such as en-US", {
      code: "invalid_request",
      field: "locale",
      cause: error,
    });
  }
}

function checkedCurrency(currency: string): string {
  if (typeof currency !== "string")
    throw new ValidationError('currency must be a string such as "CNY"', {
      code: "invalid_request",
      field: "currency",
    });
  return currency;
}
