// The webhook Worker under load.

import { createWebhookHandler } from "itpay/webhooks";

let handle;
export default {
  fetch(request, env) {
    handle ??= createWebhookHandler({ secret: env.SECRET, on: { default: () => undefined } });
    return handle(request);
  },
};
