// `itpay/webhooks/node` under real servers on loopback.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import express from "express";
import fastify from "fastify";
import Koa from "koa";

import { generateTestHeader } from "itpay/webhooks";
import { createNodeHandler, fastifyWebhook, koaWebhook } from "itpay/webhooks/node";

const SECRET = "whsec_node";
const LIMIT = 2000;

/** Each server, made of the handler's options; closes itself. */
const servers = {
  "node:http": (options) => listen(createServer(createNodeHandler(options))),
  Express: (options) => listen(createServer(express().all("/webhook", createNodeHandler(options)))),
  "Express behind express.raw()": (options) => listen(createServer(express().use(express.raw({ type: "*/*" })).all("/webhook", createNodeHandler(options)))),
  Koa: (options) => listen(createServer(new Koa().use(koaWebhook(options)).callback())),
  Fastify: async (options) => {
    const app = fastify();
    app.post("/json", async (request) => request.body);
    app.register(fastifyWebhook({ path: "/webhook", ...options }));
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    return { url, close: () => app.close() };
  },
};

async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const body = (id, note = "") => JSON.stringify({ id, type: "payment_intent.succeeded", data: { id: "pi_1", note } });

async function post(url, payload, secret = SECRET, more = {}) {
  const headers = { "Content-Type": "application/json", ...(secret === null ? {} : { "X-ItPay-Signature": generateTestHeader({ payload: typeof payload === "string" ? payload : body("x"), secret }) }) };
  const response = await fetch(`${url}/webhook`, { method: "POST", headers, body: payload, ...more });
  return [response.status, await response.json()];
}

for (const [name, start] of Object.entries(servers)) {
  test(`${name}: events are handled once, forgeries and long bodies refused`, async () => {
    const handled = [];
    const errors = [];
    const server = await start({
      secret: SECRET,
      maxBodyBytes: LIMIT,
      on: { "payment_intent.succeeded": (event) => void handled.push(event.id), default: () => { throw new Error("mine"); } },
      onError: (error) => errors.push(error.code ?? error.message),
    });
    try {
      assert.deepEqual(await post(server.url, body("evt_1", "支付 ✓")), [200, { status: "received" }]);
      assert.deepEqual(await post(server.url, body("evt_1", "支付 ✓")), [200, { status: "already_processed" }]);
      assert.equal((await post(server.url, body("evt_2"), "whsec_forged"))[0], 401);
      assert.equal((await post(server.url, body("evt_2"), null))[0], 401);
      assert.equal((await post(server.url, "[]"))[0], 400);
      assert.equal((await post(server.url, '{"id":"evt_3","type":"other"}'))[0], 500);
      assert.equal((await post(server.url, body("evt_4", "x".repeat(LIMIT))))[0], 413);
      const get = await fetch(`${server.url}/webhook`);
      assert.deepEqual([get.status, get.headers.get("allow")], [405, "POST"]);
      assert.deepEqual([handled, errors], [["evt_1"], ["no_match", "missing_header", "invalid_event", "mine"]]);
    } finally {
      await server.close();
    }
  });
}

test("node:http: a long body without a length is answered 413 before its end", { timeout: 5000 }, async () => {
  const server = await servers["node:http"]({ secret: SECRET, maxBodyBytes: LIMIT, on: {}, onError: () => undefined });
  try {
    const endless = new ReadableStream({ async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      controller.enqueue(new Uint8Array(500));
    } });
    assert.equal((await post(server.url, endless, SECRET, { duplex: "half" }))[0], 413);
  } finally {
    await server.close();
  }
});

test("Express behind express.json(): 500, and onError is told the cure", async () => {
  const errors = [];
  const app = express().use(express.json()).post("/webhook", createNodeHandler({ secret: SECRET, on: {}, onError: (error) => errors.push(error) }));
  const server = await listen(createServer(app));
  try {
    assert.equal((await post(server.url, body("evt_1")))[0], 500);
    assert.deepEqual(errors.map(({ code }) => code), ["body_not_raw"]);
    assert.match(errors[0].hint, /express\.raw/);
  } finally {
    await server.close();
  }
});

test("Fastify: other routes still get their JSON parsed", async () => {
  const server = await servers.Fastify({ secret: SECRET, on: {} });
  try {
    const response = await fetch(`${server.url}/json`, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"a":1}' });
    assert.deepEqual(await response.json(), { a: 1 });
  } finally {
    await server.close();
  }
});
