// Amounts beside Intl: how many decimals each currency has, and how each amount is written, in every currency that the
// runtime knows. Intl's own NumberFormat is given a number, ours goes through text.

import assert from "node:assert/strict";
import { test } from "node:test";

import { formatMoney, money } from "itpay";

const CURRENCIES = Intl.supportedValuesOf("currency");
const LOCALES = ["en-US", "de-DE", "zh-CN", "ja-JP", "cs-CZ", "ar-EG", "hi-IN", "fr-CH"];

const decimalsOf = (currency) =>
  new Intl.NumberFormat("en-US", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
/** By which power of ten the minor unit is smaller. */
const ours = (currency) => String(money("1", currency).value).length - 1;

/** ISO 4217 gives these two decimals, the dinar of Iraq three; Intl has none, because nobody uses the coins any more. */
const coinsOutOfUse = [
  "AFN",
  "ALL",
  "COP",
  "HUF",
  "IDR",
  "IQD",
  "IRR",
  "KPW",
  "LAK",
  "LBP",
  "MGA",
  "MMK",
  "PKR",
  "SOS",
  "SYP",
  "YER",
];
/** Intl names the years of those that are no currencies any more; ISO's list one leaves them out. */
const isGone = (currency) =>
  new Intl.DisplayNames("en", { type: "currency" }).of(currency).match(/\(\d{4}.*\d{4}\)/) !== null;

test("every currency of Intl has as many decimals as in Intl, except where ISO 4217 differs", () => {
  assert.ok(CURRENCIES.length > 150);
  const differing = CURRENCIES.filter((currency) => ours(currency) !== decimalsOf(currency) && !isGone(currency));
  assert.deepEqual(
    differing.filter((currency) => !coinsOutOfUse.includes(currency)),
    [],
  );
  for (const currency of coinsOutOfUse) assert.equal(ours(currency), currency === "IQD" ? 3 : 2, currency);
});

test("an amount is written as Intl writes the number, in each currency and eight locales", () => {
  let compared = 0;
  for (const currency of CURRENCIES) {
    const decimals = ours(currency);
    for (const locale of LOCALES) {
      const intl = new Intl.NumberFormat(locale, {
        style: "currency",
        currency,
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      for (const value of [0, 1, -1, 7, 99, 100, 101, 123456, -987654321, 2 ** 40 + 5]) {
        assert.equal(
          formatMoney({ currency, value }, locale),
          intl.format(value / 10 ** decimals),
          `${value} ${currency} ${locale}`,
        );
        compared += 1;
      }
      // Beyond what a number can say with decimals, Intl is given the digits.
      for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 9_007_199_254_740_989]) {
        const digits = String(Math.abs(value)).padStart(decimals + 1, "0");
        const text = `${value < 0 ? "-" : ""}${digits.slice(0, digits.length - decimals)}.${digits.slice(digits.length - decimals)}0`;
        assert.equal(formatMoney({ currency, value }, locale), intl.format(text), `${value} ${currency} ${locale}`);
      }
    }
  }
  assert.ok(compared > 10_000);
});

test("an amount that was written is read as the same, in each currency", () => {
  for (const currency of CURRENCIES) {
    for (const value of [0, 1, 10, 99, 12345, 1_000_000, Number.MAX_SAFE_INTEGER]) {
      const written = formatMoney({ currency, value }, "en-US")
        .replace(/[^\d.]/g, "")
        .replace(/^\./, "");
      assert.equal(money(written, currency).value, value, `${written} ${currency}`);
    }
  }
});
