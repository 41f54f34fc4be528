// Takes a payment from a script and draws its code in the terminal.
//
//   ITPAY_API_KEY=… ITPAY_SERVICE_ID=… node pay.mjs 6.99 CNY

import { ItPayClient, formatMoney, isItPayError, money } from "itpay";
import { toTerminal } from "itpay/qr";

try {
  const [amount = "6.99", currency = "CNY"] = process.argv.slice(2);
  const itpay = new ItPayClient({ channel: "alipay" });
  const intent = await itpay.paymentIntents.create({
    service_id: process.env.ITPAY_SERVICE_ID ?? "",
    type: "one_time",
    amount: money(amount, currency),
    payer: { agent_id: "agent_script" },
  });
  const { scan_url = "", qr_data = scan_url } = intent.qr ?? (await itpay.qr.generate(intent.id));
  console.log(`${toTerminal(qr_data)}\n\nScan to pay ${formatMoney(intent.amount)}.`);
  const { status } = await itpay.paymentIntents.waitForCompletion(intent.id, {
    pollInterval: 500,
    onUpdate: ({ status }) => console.log(`  ${status}`),
  });
  process.exitCode = status === "succeeded" ? 0 : 1;
} catch (error) {
  if (!isItPayError(error)) throw error;
  console.error(`${error.name} (${error.code}): ${error.message}`);
  process.exitCode = 1;
}
