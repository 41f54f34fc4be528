// `itpay/webhooks/node` under real servers on loopback.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";

import express from "express";
import fastify from "fastify";
import Koa from "koa";

import { createWebhookHandler, generateTestHeader } from "itpay/webhooks";
import { createNodeHandler, fastifyWebhook, koaWebhook, toKoa, toNodeHandler } from "itpay/webhooks/node";

import { listen } from "../loopback.mjs";

const SECRET = "whsec_node";
const LIMIT = 2000;

/** Each server by the handler's options. It closes itself. */
const servers = {
  "node:http": (options) => listen(createServer(createNodeHandler(options))),
  Express: (options) => listen(createServer(express().all("/webhook", createNodeHandler(options)))),
  "Express behind express.raw()": (options) =>
    listen(
      createServer(
        express()
          .use(express.raw({ type: "*/*" }))
          .all("/webhook", createNodeHandler(options)),
      ),
    ),
  Koa: (options) => listen(createServer(new Koa().use(koaWebhook(options)).callback())),
  Fastify: async (options) => {
    const app = fastify();
    app.post("/json", async (request) => request.body);
    app.register(fastifyWebhook({ path: "/webhook", ...options }));
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    return { url, close: () => app.close() };
  },
};

const body = (id, note = "") => JSON.stringify({ id, type: "payment_intent.succeeded", data: { id: "pi_1", note } });

async function post(url, payload, secret = SECRET, more = {}) {
  const headers = {
    "Content-Type": "application/json",
    ...(secret === null
      ? {}
      : {
          "X-ItPay-Signature": generateTestHeader({
            payload: typeof payload === "string" ? payload : body("x"),
            secret,
          }),
        }),
  };
  const response = await fetch(`${url}/webhook`, { method: "POST", headers, body: payload, ...more });
  return [response.status, await response.json()];
}

for (const [name, start] of Object.entries(servers)) {
  test(`${name}: events are handled once, forgeries and long bodies are rejected`, async () => {
    const handled = [];
    const errors = [];
    const server = await start({
      secret: SECRET,
      maxBodyBytes: LIMIT,
      on: {
        "payment_intent.succeeded": (event) => void handled.push(event.id),
        default: () => {
          throw new Error("mine");
        },
      },
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

test("node:http: a long body without a length gets a 413 response before its end", { timeout: 60_000 }, async () => {
  const server = await servers["node:http"]({ secret: SECRET, maxBodyBytes: LIMIT, on: {}, onError: () => undefined });
  try {
    const endless = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        controller.enqueue(new Uint8Array(500));
      },
    });
    assert.equal((await post(server.url, endless, SECRET, { duplex: "half" }))[0], 413);
  } finally {
    await server.close();
  }
});

test("Express behind express.json(): 500, and onError gets the remedy", async () => {
  const errors = [];
  const app = express()
    .use(express.json())
    .post("/webhook", createNodeHandler({ secret: SECRET, on: {}, onError: (error) => errors.push(error) }));
  const server = await listen(createServer(app));
  try {
    assert.equal((await post(server.url, body("evt_1")))[0], 500);
    assert.deepEqual(
      errors.map(({ code }) => code),
      ["body_not_raw"],
    );
    assert.match(errors[0].hint, /express\.raw/);
  } finally {
    await server.close();
  }
});

test("Fastify: other routes still get their JSON parsed", async () => {
  const server = await servers.Fastify({ secret: SECRET, on: {} });
  try {
    const response = await fetch(`${server.url}/json`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: '{"a":1}',
    });
    assert.deepEqual(await response.json(), { a: 1 });
  } finally {
    await server.close();
  }
});

/** Sends a request as it stands, and returns the response's head and body. */
function sendRaw(url, text) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    let received = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on("data", (piece) => {
      received += piece;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}

for (const [name, start] of Object.entries(servers)) {
  test(`${name}: TRACE gets 405, and the server lives on`, async () => {
    const server = await start({ secret: SECRET, on: {}, onError: () => undefined });
    try {
      const response = await sendRaw(server.url, "TRACE /webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      // Fastify knows no route for TRACE.
      assert.match(response, name === "Fastify" ? /^HTTP\/1\.1 40[45] / : /^HTTP\/1\.1 405 /);
      assert.deepEqual(await post(server.url, body("evt_1")), [200, { status: "received" }]);
    } finally {
      await server.close();
    }
  });

  test(`${name}: a request line or a Host that is no URL does no harm`, async () => {
    const server = await start({ secret: SECRET, on: {}, onError: () => undefined });
    try {
      for (const head of [
        "POST //webhook HTTP/1.1\r\nHost: a/b?c",
        "POST http://other/webhook HTTP/1.1\r\nHost: x",
        "POST /webhook HTTP/1.1\r\nHost: user@host",
        "OPTIONS * HTTP/1.1\r\nHost: x",
      ]) {
        assert.match(
          await sendRaw(server.url, `${head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`),
          /^HTTP\/1\.1 4\d\d /,
          head,
        );
      }
    } finally {
      await server.close();
    }
  });
}

test("nothing is written to a response that the server's own time limit has sent", async () => {
  let finish;
  const options = {
    secret: SECRET,
    on: {
      default: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    },
  };
  const limit = (response) =>
    setTimeout(() => {
      response.statusCode = 504;
      response.end('{"late":true}');
    }, 30);
  const nodeHandler = createNodeHandler(options);
  const koa = new Koa()
    .use(async (context, next) => {
      limit(context.res);
      await next();
    })
    .use(koaWebhook(options));
  koa.silent = true;
  const app = fastify();
  app.addHook("onRequest", async (_, reply) => {
    limit(reply.raw);
  });
  app.register(fastifyWebhook({ path: "/webhook", ...options }));
  const running = [
    await listen(
      createServer((request, response) => {
        limit(response);
        void nodeHandler(request, response);
      }),
    ),
    await listen(
      createServer(
        express()
          .use((_, response, next) => {
            limit(response);
            next();
          })
          .post("/webhook", createNodeHandler(options)),
      ),
    ),
    await listen(createServer(koa.callback())),
    { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() },
  ];
  const rejected = [];
  const note = (error) => void rejected.push(error);
  process.on("unhandledRejection", note);
  try {
    for (const [index, server] of running.entries()) {
      assert.equal((await post(server.url, body(`evt_late_${index}`)))[0], 504);
      finish();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(rejected, []);
  } finally {
    process.off("unhandledRejection", note);
    for (const server of running) await server.close();
  }
});

test("a raw body that a platform or a body parser provides is used", async () => {
  const handle = toNodeHandler(createWebhookHandler({ secret: SECRET, on: {}, onError: () => undefined }));
  const keep = (request, _, bytes) => {
    request.rawBody = bytes;
  };
  const koa = new Koa()
    .use(async (context, next) => {
      context.request.rawBody = await new Promise((resolve) => {
        let text = "";
        context.req
          .setEncoding("utf8")
          .on("data", (piece) => {
            text += piece;
          })
          .on("end", () => resolve(text));
      });
      context.request.body = JSON.parse(context.request.rawBody);
      await next();
    })
    .use(toKoa(createWebhookHandler({ secret: SECRET, on: {}, onError: () => undefined })));
  const running = [
    // express.json({ verify }), and so Nest with rawBody: true, Firebase and Google Cloud Functions.
    await listen(
      createServer(
        express()
          .use(express.json({ verify: keep }))
          .post("/webhook", handle),
      ),
    ),
    // koa-bodyparser leaves its text in ctx.request.rawBody.
    await listen(createServer(koa.callback())),
  ];
  try {
    for (const server of running)
      assert.deepEqual(await post(server.url, body("evt_raw")), [200, { status: "received" }]);
  } finally {
    for (const server of running) await server.close();
  }
});
