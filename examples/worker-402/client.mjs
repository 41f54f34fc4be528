// Buys a resource that costs something: asks for it, shows the code to a person, and asks again until it is paid.
//
//   node client.mjs http://127.0.0.1:8787/answer

import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { parsePaymentRequired, paymentScheme } from "itpay";
import { toTerminal } from "itpay/qr";

/**
 * Resolves to the response of a resource, once it is paid.
 *
 * - `maxAmount`: the highest price that is shown to the person, such as `CNY 6.99`. The text is compared as it is.
 * - `show`: shows the payment to a person, who pays it.
 * - `proof`: the content of X-Payment-Proof. ASSUMPTION: ItPay does not document it. Default: the payment's id, which the
 *   Worker beside this file expects.
 */
export async function buy(
  url,
  { maxAmount, show, proof = (asked) => asked.paymentIntentId, fetch = globalThis.fetch },
) {
  let response = await fetch(url);
  const scheme = await paymentScheme(response);
  if (response.status !== 402) return response;
  if (scheme !== "itpay") throw new Error(`This resource is paid by ${scheme}, not by ItPay`);
  const asked = await parsePaymentRequired(response);
  if (asked.amount !== maxAmount) throw new Error(`This resource costs ${asked.amount}, not ${maxAmount}`);
  await show(asked);
  const header = { "X-Payment-Proof": proof(asked) };
  for (let tries = 0; tries < 150; tries += 1) {
    response = await fetch(url, { headers: header });
    if (response.status !== 402) return response;
    // Another payment is asked for only if this one has ended without money, or was spent.
    const again = await parsePaymentRequired(response);
    if (again?.paymentIntentId !== asked.paymentIntentId) throw new Error("The payment has ended without a purchase");
    await sleep(2_000);
  }
  throw new Error("Nobody has paid in time");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const response = await buy(process.argv[2] ?? "http://127.0.0.1:8787/answer", {
    maxAmount: "CNY 6.99",
    show: ({ amount, qr }) => console.log(`${toTerminal(qr)}\n\nScan to pay ${amount}, or open ${qr}`),
  });
  console.log(await response.text());
}
