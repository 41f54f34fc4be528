// GoPay's token in workerd, where what a request waits for dies with the request.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { startWorker } from "../workerd.mjs";

let worker;
let tokens = 0;
let onToken;
const server = createServer((request, response) => {
  const reply = (body) => response.setHeader("Content-Type", "application/json").end(JSON.stringify(body));
  if (!request.url.endsWith("/oauth2/token")) return reply({ id: 7, state: "PAID" });
  tokens += 1;
  onToken?.();
  // The first one never gets a response.
  if (tokens > 1) reply({ access_token: `token-${tokens}`, expires_in: 1800 });
});

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const GATEWAY = `http://127.0.0.1:${server.address().port}`;
  worker = await startWorker(fileURLToPath(new URL("worker-token.mjs", import.meta.url)), { bindings: { GATEWAY } });
});
after(async () => {
  await worker?.dispose();
  server.close();
  server.closeAllConnections();
});

test("callers that wait for the token request of a dead request send their own after a short wait", {
  timeout: 30_000,
}, async () => {
  const hungUp = new AbortController();
  const asked = new Promise((resolve) => (onToken = resolve));
  const first = worker.dispatchFetch("http://shop.example/", { signal: hungUp.signal }).catch((error) => error.name);
  await asked;
  const started = Date.now();
  const others = Array.from({ length: 5 }, async () => (await worker.dispatchFetch("http://shop.example/")).text());
  hungUp.abort();
  assert.equal(await first, "AbortError");
  assert.deepEqual(await Promise.all(others), Array(5).fill("PAID"));
  assert.ok(Date.now() - started < 10_000, `they waited ${Date.now() - started} ms`);
  assert.equal(tokens, 2, "one of them asks for all");
});
