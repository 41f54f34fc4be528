// Any fetch-style handler under the servers of Node.js: toNodeHandler, toKoa and toFastify.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import express from "express";
import fastify from "fastify";
import Koa from "koa";

import { toFastify, toKoa, toNodeHandler } from "itpay/webhooks/node";

import { listen } from "../loopback.mjs";

/** The handler under each server. `path` is Fastify's route. */
async function everyServer(handle, expressApp, path) {
  const app = fastify();
  app.register(toFastify(handle, { path }));
  return {
    "node:http": await listen(createServer(toNodeHandler(handle))),
    Express: await listen(createServer(expressApp)),
    Koa: await listen(createServer(new Koa().use(toKoa(handle)).callback())),
    Fastify: { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() },
  };
}

test("any fetch-style handler runs under every server: URL, headers, body, cookies, failures", async () => {
  const handle = async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/webhook/fails") throw new Error("mine");
    const headers = new Headers({
      "X-Method": request.method,
      "X-Url": pathname + search,
      "Content-Type": "application/octet-stream",
    });
    headers.append("Set-Cookie", "a=1");
    headers.append("Set-Cookie", "b=2; Path=/");
    return new Response(request.method === "POST" ? await request.arrayBuffer() : "got", { status: 201, headers });
  };
  const router = express.Router().use(toNodeHandler(handle));
  const running = await everyServer(handle, express().use("/webhook", router), "/webhook/*");
  const { error } = console;
  console.error = () => undefined;
  try {
    for (const [name, server] of Object.entries(running)) {
      const bytes = Uint8Array.of(0, 255, 128, 7);
      const response = await fetch(`${server.url}/webhook/a%20b?id=1&c=%2F`, { method: "POST", body: bytes });
      assert.deepEqual(
        [response.status, response.headers.get("x-method"), response.headers.get("x-url")],
        [201, "POST", "/webhook/a%20b?id=1&c=%2F"],
        name,
      );
      assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2; Path=/"], name);
      assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes, name);
      assert.equal(await (await fetch(`${server.url}/webhook/x`)).text(), "got", name);
      const failed = await fetch(`${server.url}/webhook/fails`);
      assert.deepEqual([failed.status, await failed.json()], [500, { error: "Internal error" }], name);
    }
    for (const wrong of [undefined, null, {}, "x"])
      for (const adapt of [toNodeHandler, toKoa, (handle) => toFastify(handle, { path: "/" })])
        assert.throws(() => adapt(wrong), TypeError);
  } finally {
    console.error = error;
    for (const server of Object.values(running)) await server.close();
  }
});

test("a response that a server cannot send is a 500, and a proxied one arrives whole", {
  timeout: 10_000,
}, async () => {
  const responses = {
    "/control": () => new Response("x", { headers: { "X-Own": "a\u0001" } }),
    "/error": () => Response.error(),
    "/used": () => {
      const response = new Response("x");
      response.body.cancel();
      return response;
    },
    // As fetch returns them: the length is that of the compressed body.
    "/proxied": () => new Response("whole", { headers: { "Content-Length": "3" } }),
    "/chunked": () => new Response("whole", { headers: { "Transfer-Encoding": "chunked", Connection: "keep-alive" } }),
  };
  const handle = (request) => responses[new URL(request.url).pathname]();
  const running = await everyServer(handle, express().use(toNodeHandler(handle)), "/*");
  const { error } = console;
  console.error = () => undefined;
  try {
    for (const [name, server] of Object.entries(running))
      for (const path of Object.keys(responses)) {
        const response = await fetch(`${server.url}${path}`, { signal: AbortSignal.timeout(2000) });
        const expected = ["/proxied", "/chunked"].includes(path) ? [200, "whole"] : [500, '{"error":"Internal error"}'];
        assert.deepEqual([response.status, await response.text()], expected, `${name} ${path}`);
      }
  } finally {
    console.error = error;
    for (const server of Object.values(running)) await server.close();
  }
});

test("toFastify takes only a path of its own options", () => {
  for (const options of [undefined, null, {}, { path: "" }, { path: 1 }, Object.create({ path: "/" })])
    assert.throws(() => toFastify(() => undefined, options), /^TypeError: path must be the path of a route/);
});

test("a request with a property that can't be read is a 500, and the promise does not reject", async () => {
  const { error } = console;
  console.error = () => undefined;
  try {
    for (const name of ["rawBody", "body", "method", "headers"]) {
      const sent = {};
      const request = { method: "POST", url: "/", headers: {} };
      Object.defineProperty(request, name, {
        get() {
          throw new Error("mine");
        },
      });
      await toNodeHandler(() => new Response("x"))(request, {
        setHeader: () => undefined,
        end: () => undefined,
        set statusCode(status) {
          sent.status = status;
        },
      });
      assert.equal(sent.status, 500, name);
    }
  } finally {
    console.error = error;
  }
});
