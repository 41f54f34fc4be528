// A Worker that keeps one GoPay client, as documented.

import { GoPayClient } from "itpay/gopay";

let client;

export default {
  async fetch(request, env) {
    client ??= new GoPayClient({
      clientId: "1",
      clientSecret: "secret",
      goId: "8123456789",
      isSandbox: true,
      baseUrl: `${env.GATEWAY}/api`,
      env,
    });
    const { state } = await client.payments.status("7");
    return new Response(state);
  },
};
