// A Worker with a webhook handler whose listener takes a while. `/bare` has no `waitUntil`.

import { createWebhookHandler, memoryStore } from "itpay/webhooks";

const counts = { ended: 0, hungUp: 0 };
const handler = createWebhookHandler({
  secret: "whsec_hangup",
  store: memoryStore(),
  on: {
    default: async () => {
      await new Promise((done) => setTimeout(done, 400));
      counts.ended += 1;
    },
  },
});

export default {
  fetch: (request, env, context) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/counts") return Response.json(counts);
    request.signal.addEventListener("abort", () => {
      counts.hungUp += 1;
    });
    return pathname === "/bare" ? handler(request) : handler(request, env, context);
  },
};
