// The merchant's webhook endpoint, as one would deploy it to Cloudflare.

import { createWebhookHandler } from "itpay/webhooks";

let handle;

export default {
  fetch(request, env) {
    handle ??= createWebhookHandler({
      secret: env.ITPAY_WEBHOOK_SECRET,
      on: { "payment_intent.succeeded": () => undefined }, // here the shop would deliver
      onError: () => undefined, // the demo sends a forgery on purpose
    });
    return handle(request);
  },
};
