// The webhook Worker under load. Says what its wasm memory is when it is asked by GET.

// The package doesn't show its memory, so it is caught where it comes alive.
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function instance(...args) {
  const made = new Instance(...args);
  memories.push(made.exports.memory);
  return made;
};

let handle;
export default {
  async fetch(request, env) {
    if (request.method === "GET") return Response.json({ wasm: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) });
    const { createWebhookHandler } = await import("itpay/webhooks");
    handle ??= createWebhookHandler({ secret: env.SECRET, on: { default: () => undefined } });
    return handle(request);
  },
};
