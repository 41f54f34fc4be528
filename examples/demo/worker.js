// The merchant's webhook endpoint, ready for Cloudflare.

import { createWebhookHandler } from "itpay/webhooks";

let handle;

export default {
  fetch(request, env) {
    handle ??= createWebhookHandler({
      secret: env.ITPAY_WEBHOOK_SECRET,
      on: { "payment_intent.succeeded": () => undefined }, // a shop would deliver here
      onError: () => undefined, // the demo sends a forgery on purpose
    });
    return handle(request);
  },
};
