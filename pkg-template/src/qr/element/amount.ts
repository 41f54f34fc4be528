// Amounts in a page. The client's `formatMoney` does the same, but on the wasm module that handles keys.

const EXPONENTS = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

/** Writes `699` of `CNY` as the language does. Returns an amount that is not a whole number of minor units unchanged. */
export function formatAmount(amount: string, currency: string, language: string): string {
  if (!/^\d{1,16}$/.test(amount) || !/^[A-Z]{3}$/.test(currency)) return amount;
  const exponent = Number(Object.entries(EXPONENTS).find(([, currencies]) => currencies.includes(currency))?.[0] ?? 2);
  const digits = amount.padStart(exponent + 1, "0");
  const split = digits.length - exponent;
  const decimal = exponent === 0 ? digits : `${digits.slice(0, split)}.${digits.slice(split)}`;
  try {
    const format = new Intl.NumberFormat(language, {
      style: "currency",
      currency,
      minimumFractionDigits: exponent,
      maximumFractionDigits: exponent,
    });
    // A string, because a floating point number would lose digits.
    return format.format(decimal as unknown as number);
  } catch {
    return `${currency} ${decimal}`;
  }
}
