// A gateway on loopback whose misbehavior is the first segment of the path: /<how>/<run>/v1/…
// Each run (any text) counts its own requests, so that "first this, then that" works side by side.

import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

import { listen } from "./loopback.mjs";

const INTENT = JSON.stringify({ id: "pi_1", status: "pending", amount: { currency: "CNY", value: 699 } });

const ways = {
  ok: (_, reply) => reply(200, INTENT),
  "reset-before": (request) => request.socket.destroy(),
  "reset-once": (request, reply, nth) => (nth === 1 ? request.socket.destroy() : reply(200, INTENT)),
  "reset-after-headers": (request, _, __, response) => {
    response.writeHead(200, { "Content-Length": INTENT.length }).write(INTENT.slice(0, 10));
    setTimeout(() => request.socket.destroy(), 20);
  },
  "stall-headers": () => undefined,
  "stall-body": (_, __, ___, response) => response.writeHead(200).write(INTENT.slice(0, 10)),
  "500-once": (_, reply, nth) =>
    nth === 1 ? reply(500, '{"error":{"code":"OOPS","message":"later"}}') : reply(200, INTENT),
  "500-always": (_, reply) => reply(500, '{"error":{"code":"OOPS","message":"later"}}'),
  "429-seconds": (_, reply, nth) => (nth === 1 ? reply(429, "{}", { "Retry-After": "1" }) : reply(200, INTENT)),
  "429-date": (_, reply, nth) =>
    nth === 1 ? reply(429, "{}", { "Retry-After": new Date(Date.now() + 2000).toUTCString() }) : reply(200, INTENT),
  "429-always": (_, reply) =>
    reply(429, '{"error":{"code":"SLOW_DOWN","message":"slow down"},"request_id":"req_429"}', { "Retry-After": "7" }),
  truncated: (_, reply) => reply(200, INTENT.slice(0, 20)),
  redirect: (request, reply) =>
    reply(307, "", { Location: `http://127.0.0.1:${request.socket.localPort}/stolen/x/v1/payment-intents/pi_1` }),
  gzip: (_, reply) => reply(200, gzipSync(INTENT), { "Content-Encoding": "gzip" }),
  "byte-by-byte": async (_, __, ___, response) => {
    response.writeHead(200);
    for (const byte of INTENT) {
      response.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  },
  huge: (_, reply) => reply(400, "<html><body><h1>Bad</h1>" + "x".repeat(2 * 1024 * 1024)),
  big: (_, reply) =>
    reply(200, '{"id":"pi_1","status":"pending","amount":{"currency":"CNY","value":9007199254740993}}'),
};

/** Starts it; `url` and `requests` by run, and `close()`. */
export async function misbehavingServer() {
  const requests = new Map();
  const server = createServer((request, response) => {
    const [, how, run] = request.url.split("/");
    const seen = requests.get(`${how}/${run}`) ?? [];
    requests.set(`${how}/${run}`, seen);
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      seen.push({
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(pieces).toString(),
      });
      const reply = (status, body, headers = {}) =>
        response.writeHead(status, { "X-Request-Id": "req_1", ...headers }).end(body);
      if (how === "seen") return reply(200, JSON.stringify(requests.get(request.url.slice("/seen/".length)) ?? []));
      return (ways[how] ?? ((_, plain) => plain(404, "{}")))(request, reply, seen.length, response);
    });
  });
  return listen(server);
}
