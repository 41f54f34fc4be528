// A Worker that creates a payment of CNY 6.99 and responds with its code as a picture.

import { ItPayClient, isItPayError } from "itpay";
import { toSvg } from "itpay/qr";

export default {
  async fetch(_request, env) {
    try {
      const itpay = new ItPayClient({ env, channel: "alipay" });
      const intent = await itpay.paymentIntents.create({
        service_id: env.ITPAY_SERVICE_ID,
        type: "one_time",
        amount: { currency: "CNY", value: 699 },
        payer: { agent_id: "agent_worker" },
      });
      const { scan_url = "", qr_data = scan_url } = intent.qr ?? (await itpay.qr.generate(intent.id));
      const svg = toSvg(qr_data, { title: "Pay CNY 6.99" });
      return new Response(svg, { headers: { "Content-Type": "image/svg+xml", "X-Payment-Intent": intent.id } });
    } catch (error) {
      if (!isItPayError(error)) throw error;
      return Response.json({ error: error.code }, { status: 502 });
    }
  },
};
