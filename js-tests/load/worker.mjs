// The webhook Worker under load. Says what its wasm memory is when it is asked by GET.

import { memories } from "../wasm-memories.mjs";

let handle;
export default {
  async fetch(request, env) {
    if (request.method === "GET")
      return Response.json({ wasm: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) });
    const { createWebhookHandler } = await import("itpay/webhooks");
    handle ??= createWebhookHandler({ secret: env.SECRET, on: { default: () => undefined } });
    return handle(request);
  },
};
