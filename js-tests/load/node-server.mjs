// The Node handler as a process of its own, under load. Says what is in use whenever it gets a line.

import { createServer } from "node:http";

import { createNodeHandler } from "itpay/webhooks/node";
import { memoryStore } from "itpay/webhooks";

import { memories } from "../wasm-memories.mjs";

let handled = 0;
const handler = createNodeHandler({ secret: process.env.SECRET, store: memoryStore({ max: 10_000 }), on: { default: () => void (handled += 1) } });
const server = createServer(handler).listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.on("data", () => {
  const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  console.log(JSON.stringify({ rss: process.memoryUsage().rss, wasm, handled }));
});
