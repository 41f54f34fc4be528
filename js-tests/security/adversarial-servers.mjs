// The part of adversarial-calls.mjs about servers, stores, QR codes and agents.

import fc from "fast-check";
import { ItPayClient } from "itpay";
import * as agents from "itpay/agents";
import * as qr from "itpay/qr";
import * as png from "itpay/qr/png";
import * as sandbox from "itpay/sandbox";
import * as stores from "itpay/stores";
import * as node from "itpay/webhooks/node";

import { anything, oneOf, record } from "./adversarial.mjs";

const redis = { sendCommand: async () => "claimed" };
const statement = { bind: () => statement, first: async () => ({}), run: async () => undefined };
const services = {
  redisStore: redis,
  d1Store: { prepare: () => statement },
  kvStore: { get: async () => null, put: async () => undefined, delete: async () => undefined },
  durableObjectStore: { idFromName: () => 1, get: () => ({ fetch: async () => new Response("claimed") }) },
  postgresStore: { query: async () => ({ rows: [{ token: "claimed" }] }) },
  sqliteStore: { prepare: () => ({ get: () => ({ token: "claimed" }), run: () => undefined }) },
};
const storeNames = Object.keys(services);

const handle = () => new Response("ok");
const quietly = async (run) => {
  const { error } = console;
  console.error = () => undefined;
  try {
    return await run();
  } finally {
    console.error = error;
  }
};
/** Fails if a promise that never rejects does. */
const settles = (run) =>
  quietly(async () => {
    let result;
    try {
      result = run();
    } catch (cause) {
      throw new Error("thrown", { cause });
    }
    return result.catch((cause) => {
      throw new Error("rejected", { cause });
    });
  });
const incoming = record("method", "url", "originalUrl", "headers", "socket", "body", "rawBody", "complete");
const lambdaEvent = record(
  "version",
  "httpMethod",
  "path",
  "rawPath",
  "rawQueryString",
  "headers",
  "multiValueHeaders",
  "queryStringParameters",
  "multiValueQueryStringParameters",
  "cookies",
  "body",
  "isBase64Encoded",
  "requestContext",
);
const response = () => ({ setHeader: () => undefined, end: () => undefined });

const gateway = sandbox.createSandbox();
const client = new ItPayClient({
  apiKey: gateway.apiKey,
  env: {},
  maxRetries: 0,
  timeout: 50,
  logLevel: "off",
  fetch: gateway.fetch,
});
const tools = (options) => agents.agentTools({ client, serviceId: "svc_sandbox", maxPerHour: 1e9, ...options });
const inputs = record("amount", "currency", "description", "reference", "payment_id", "query");
const contexts = record("signal", "onProgress");

export const serverCalls = {
  toSvg: [[anything, anything], (data, options) => qr.toSvg(data, options)],
  "toDataUrl with fields": [
    [record("errorCorrection", "margin", "dark", "light", "title", "width")],
    (options) => qr.toDataUrl("x", options),
  ],
  toTerminal: [[anything, anything], (data, options) => qr.toTerminal(data, options)],
  "toTerminal with fields": [[record("errorCorrection", "invert", "margin")], (options) => qr.toTerminal("x", options)],
  toMatrix: [[anything, anything], (data, options) => qr.toMatrix(data, options)],
  "toMatrix with fields": [[record("errorCorrection")], (options) => qr.toMatrix("x", options)],
  toPng: [[anything, anything], (data, options) => png.toPng(data, options)],
  "toPngDataUrl with fields": [
    [record("errorCorrection", "margin", "dark", "light", "scale", "width")],
    (options) => png.toPngDataUrl("x", options),
  ],

  "stores of anything": [
    [fc.nat(), anything, anything],
    (index, service, options) => stores[oneOf(storeNames, index)](service, options),
  ],
  "stores' options and steps": [
    [fc.nat(), record("ttl", "prefix", "table"), anything, anything, anything],
    async (index, options, id, lease, token) => {
      const name = oneOf(storeNames, index);
      const store = stores[name](services[name], options);
      await store.claim(id, lease, token);
      await store.release(id, token);
      await store.complete(id, token);
    },
  ],
  "stores' completeIn": [
    [fc.boolean(), anything, anything, anything],
    async (isSqlite, transaction, id, token) => {
      const name = isSqlite ? "sqliteStore" : "postgresStore";
      await stores[name](services[name]).completeIn(transaction, id, token);
    },
  ],

  createNodeHandler: [[anything], (options) => node.createNodeHandler(options)],
  koaWebhook: [[anything], (options) => node.koaWebhook(options)],
  fastifyWebhook: [[anything], (options) => node.fastifyWebhook(options)],
  toNodeHandler: [[anything], (given) => node.toNodeHandler(given)],
  toKoa: [[anything], (given) => node.toKoa(given)],
  toLambda: [[anything], (given) => node.toLambda(given)],
  toFastify: [[anything], (options) => node.toFastify(handle, options)],
  "toFastify with fields": [[record("path")], (options) => node.toFastify(handle, options)],
  "toNodeHandler's requests": [[incoming], (request) => settles(() => node.toNodeHandler(handle)(request, response()))],
  "toNodeHandler whose handler gives anything": [
    [anything],
    (given) => settles(() => node.toNodeHandler(() => given)({ url: "/", headers: {} }, response())),
  ],
  "toLambda's events": [[anything], (event) => settles(() => node.toLambda(handle)(event))],
  "toLambda's events with fields": [[lambdaEvent], (event) => settles(() => node.toLambda(handle)(event))],
  "toLambda whose handler gives anything": [[anything], (given) => settles(() => node.toLambda(() => given)({}))],

  agentTools: [[anything], (options) => agents.agentTools(options)],
  "agentTools with fields": [
    [record("client", "serviceId", "channel", "agentId", "allow", "maxAmount", "maxPerHour", "counter", "audit")],
    (options) => tools(options),
  ],
  "tools of agents": [
    [fc.nat(), anything, anything],
    (index, input, context) => settles(() => oneOf(tools(), index).execute(input, context)),
  ],
  "tools of agents with fields": [
    [fc.nat(4), inputs, contexts],
    (index, input, context) => settles(() => oneOf(tools(), index).execute(input, context)),
  ],
  "tools of agents whose counter and audit give anything": [
    [anything, anything],
    (counted, noted) =>
      settles(() =>
        tools({ counter: { add: () => counted }, audit: () => noted })[0].execute({
          amount: "1",
          currency: "CNY",
          description: "x",
        }),
      ),
  ],
  "the tools' forms": [
    [fc.nat(3), anything],
    (index, given) => [agents.toMcp, agents.toAiSdk, agents.toOpenAi, agents.toLangChain][index](given),
  ],
  "OpenAI's items": [[anything, anything], (item, context) => agents.toOpenAi(tools()).call(item, context)],
  "OpenAI's items with fields": [
    [record("type", "name", "arguments", "call_id")],
    (item) => agents.toOpenAi(tools()).call(item),
  ],
};
