// GoPay's notifications under every server that `itpay/webhooks/node` has an adapter for, and as a plain handler.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import express from "express";
import fastify from "fastify";
import Koa from "koa";

import { createGopay, createGopayWebhookHandler } from "itpay/gopay";
import { createGopaySandbox } from "itpay/sandbox";
import { toFastify, toKoa, toLambda, toNodeHandler } from "itpay/webhooks/node";

import { OPTIONS } from "../gopay-mock.mjs";
import { ORDER } from "../paykit-fixtures.mjs";

const PATH = "/gopay/webhook";

/** Starts a server of node:http. The result sends a request with a method and a query to it. */
async function listen(server, t) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address();
  return (method, query) => fetch(`http://127.0.0.1:${port}${PATH}${query}`, { method });
}

/** A Lambda function, called with events made of a method and a query. */
const lambda = (event) => (handle) => {
  const run = toLambda(handle);
  return async (method, query) => {
    const { statusCode, headers, multiValueHeaders, body } = await run(event(method, new URLSearchParams(query)));
    const flat =
      headers ?? Object.fromEntries(Object.entries(multiValueHeaders).map(([name, [value]]) => [name, value]));
    return new Response(body, { status: statusCode, headers: flat });
  };
};

const servers = {
  "a fetch-style server": (handle) => (method, query) =>
    handle(new Request(`https://shop.example${PATH}${query}`, { method })),
  "a Worker": (handle) => (method, query) =>
    handle(new Request(`https://shop.example${PATH}${query}`, { method }), {}, { waitUntil: () => undefined }),
  "node:http": (handle, t) => listen(createServer(toNodeHandler(handle)), t),
  Express: (handle, t) => listen(createServer(express().all(PATH, toNodeHandler(handle))), t),
  Koa: (handle, t) => listen(createServer(new Koa().use(toKoa(handle)).callback()), t),
  Fastify: async (handle, t) => {
    const app = fastify();
    app.register(toFastify(handle, { path: PATH }));
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    t.after(() => app.close());
    return (method, query) => fetch(`${url}${PATH}${query}`, { method });
  },
  "Lambda behind an HTTP API": lambda((method, query) => ({
    version: "2.0",
    rawPath: PATH,
    rawQueryString: query.toString(),
    headers: { host: "shop.example" },
    requestContext: { http: { method, path: PATH } },
    isBase64Encoded: false,
  })),
  "Lambda behind a REST API": lambda((method, query) => ({
    version: "1.0",
    path: PATH,
    httpMethod: method,
    headers: { Host: "shop.example" },
    queryStringParameters: Object.fromEntries(query),
    requestContext: { stage: "prod" },
    body: null,
    isBase64Encoded: false,
  })),
  "Lambda behind a load balancer": lambda((method, query) => ({
    requestContext: { elb: { targetGroupArn: "arn:aws:…" } },
    httpMethod: method,
    path: PATH,
    queryStringParameters: Object.fromEntries(query),
    headers: { host: "shop.example" },
    body: "",
    isBase64Encoded: false,
  })),
};

for (const [name, start] of Object.entries(servers)) {
  test(`${name}: a notification of GoPay's reaches the shop's code once`, async (t) => {
    const sandbox = createGopaySandbox();
    t.after(() => sandbox.close());
    const { clientId, clientSecret, goId, fetch } = sandbox;
    const provider = createGopay({ ...OPTIONS, clientId, clientSecret, goId, fetch });
    const handled = [];
    const handle = createGopayWebhookHandler({
      provider,
      onError: () => undefined,
      on: {
        "payment.succeeded": ({ data }) => void handled.push(data.id),
        "invoice.generated": () => undefined,
      },
    });
    const send = await start(handle, t);
    const { id } = await provider.createPayment(ORDER);
    await sandbox.pay(id);

    const statuses = [];
    for (let count = 0; count < 2; count += 1) {
      const response = await send("GET", `?id=${id}`);
      assert.equal(response.status, 200);
      statuses.push((await response.json()).status);
    }
    assert.deepEqual(statuses, ["received", "already_processed"]);
    assert.deepEqual(handled, [id]);

    assert.equal((await send("GET", "")).status, 400);
    assert.deepEqual(await (await send("GET", "?id=999")).json(), { status: "ignored" });
    const post = await send("POST", `?id=${id}`);
    assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET"]);
  });
}
