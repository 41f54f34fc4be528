// The Node handler as a process of its own, under load. Says what is in use whenever it gets a line.

import { createServer } from "node:http";

// The package doesn't show its memory, so it is caught where it comes alive.
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function instance(...args) {
  const made = new Instance(...args);
  memories.push(made.exports.memory);
  return made;
};
const { createNodeHandler } = await import("itpay/webhooks/node");
const { memoryStore } = await import("itpay/webhooks");

let handled = 0;
const handler = createNodeHandler({ secret: process.env.SECRET, store: memoryStore({ max: 10_000 }), on: { default: () => void (handled += 1) } });
const server = createServer(handler).listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.on("data", () => {
  const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  console.log(JSON.stringify({ rss: process.memoryUsage().rss, wasm, handled }));
});
