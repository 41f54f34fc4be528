// Fetch-style handlers under Node's own servers: node:http, Express, Koa, Fastify.

import { copyOptions } from "../internal/untrusted.js";
import { bufferResponse } from "./buffered-response.js";
import { FORBIDDEN_METHODS, type NodeRequest, toRequest } from "./node-request.js";
import { createWebhookHandler, type WebhookHandlerOptions } from "./webhook-handler.js";

/** Any fetch-style handler. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** The used part of Node's ServerResponse. */
export interface NodeResponse {
  statusCode: number;
  headersSent?: boolean | undefined;
  writableEnded?: boolean | undefined;
  setHeader(name: string, value: string | string[]): unknown;
  end(body: Uint8Array): unknown;
}

/** The used part of Koa's context. */
export interface KoaContext {
  req: NodeRequest;
  res?: { headersSent?: boolean | undefined; writableEnded?: boolean | undefined } | undefined;
  request: object;
  status: number;
  body: unknown;
  set(name: string, value: string | string[]): void;
}

/** The used part of a Fastify server. */
export interface FastifyServer {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    options: { parseAs: "buffer" },
    parser: (request: unknown, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void,
  ): unknown;
  all(
    path: string,
    handler: (request: { raw: NodeRequest; body: unknown }, reply: FastifyReply) => Promise<unknown>,
  ): unknown;
}

/** The used part of a Fastify reply. */
export interface FastifyReply {
  raw?: { headersSent?: boolean | undefined; writableEnded?: boolean | undefined } | undefined;
  sent?: boolean | undefined;
  hijack?(): unknown;
  code(status: number): unknown;
  header(name: string, value: string | string[]): unknown;
  send(body: Uint8Array): unknown;
}

/**
 * Runs a fetch-style handler under `http.createServer(…)` and Express: `app.post("/webhook", toNodeHandler(handle))`,
 * before `express.json()` or behind `express.raw({ type: "application/json" })`. The promise never rejects, and nothing
 * is written to a response that was already sent. The body of the response is buffered.
 */
export function toNodeHandler(handle: FetchHandler): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  const respond = toFetchHandler(handle);
  return async (request, response) => {
    const result = await respond(request, () => [request.rawBody, request.body]);
    if (isSent(response)) return;
    try {
      response.statusCode = result.status;
      for (const [name, value] of result.headers) response.setHeader(name, value);
      response.end(result.body);
    } catch (error) {
      console.error("itpay: the response could not be sent:", error);
    }
  };
}

/** Runs a fetch-style handler under Koa: `app.use(toKoa(handle))`, on its own route and before any body parser. */
export function toKoa(handle: FetchHandler): (context: KoaContext) => Promise<void> {
  const respond = toFetchHandler(handle);
  return async (context) => {
    const result = await respond(context.req, () => {
      const { body, rawBody } = context.request as { body?: unknown; rawBody?: unknown };
      return [rawBody, context.req.rawBody, body, context.req.body];
    });
    if (isSent(context.res)) return;
    context.status = result.status;
    for (const [name, value] of result.headers) context.set(name, value);
    context.body = result.body;
  };
}

/** Runs a fetch-style handler under Fastify: `app.register(toFastify(handle, { path: "/webhook" }))`. Bodies of this route stay raw, those of others don't. */
export function toFastify(handle: FetchHandler, options: { path: string }): (server: FastifyServer) => Promise<void> {
  const respond = toFetchHandler(handle);
  const { path } = copyOptions("options", options);
  if (typeof path !== "string" || path === "")
    throw new TypeError("path must be the path of a route, such as /webhook");
  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    server.all(path, async (request, reply) => {
      const result = await respond(request.raw, () => [request.body]);
      if (reply.sent === true || isSent(reply.raw)) {
        reply.hijack?.();
        return reply;
      }
      reply.code(result.status);
      for (const [name, value] of result.headers) reply.header(name, value);
      return reply.send(result.body);
    });
  };
}

/** `toNodeHandler(createWebhookHandler(options))`. */
export function createNodeHandler(
  options: WebhookHandlerOptions,
): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return toNodeHandler(createWebhookHandler(options));
}

/** `toKoa(createWebhookHandler(options))`. */
export function koaWebhook(options: WebhookHandlerOptions): (context: KoaContext) => Promise<void> {
  return toKoa(createWebhookHandler(options));
}

/**
 * `toFastify(createWebhookHandler(options), { path })`.
 * @param options Those of `createWebhookHandler`, and the path of the route
 */
export function fastifyWebhook(
  options: WebhookHandlerOptions & { path: string },
): (server: FastifyServer) => Promise<void> {
  const { path, ...own } = copyOptions("options", options) as WebhookHandlerOptions & { path: string };
  return toFastify(createWebhookHandler(own), { path });
}

interface Result {
  status: number;
  headers: [string, string | string[]][];
  body: Uint8Array;
}

/** Responds to a request of Node's. Never rejects. */
function toFetchHandler(
  handle: FetchHandler,
): (request: NodeRequest, bodies: () => readonly unknown[]) => Promise<Result> {
  if (typeof handle !== "function") throw new TypeError("handle must be a function that takes a Request");
  return async (request, bodies) => {
    try {
      if (FORBIDDEN_METHODS.test(request.method ?? ""))
        return await toResult(
          Response.json({ error: "Method not allowed" }, { status: 405, headers: { Allow: "" } }),
          request,
        );
      return await toResult(await handle(toRequest(request, bodies())), request);
    } catch (error) {
      console.error("itpay: the handler failed:", error);
      return toResult(Response.json({ error: "Internal error" }, { status: 500 }), request);
    }
  };
}

async function toResult(response: Response, request: NodeRequest): Promise<Result> {
  const { status, headers, cookies, body } = await bufferResponse(response);
  const all: Result["headers"] = [...headers];
  if (cookies.length > 0) all.push(["set-cookie", cookies]);
  // The unread rest of a body would be read as the next request.
  if (request.complete === false) all.push(["connection", "close"]);
  const { Buffer } = globalThis as unknown as { Buffer: { from(bytes: ArrayBufferLike): Uint8Array } };
  return { status, headers: all, body: Buffer.from(body.buffer) };
}

/** Whether something else has responded, such as a time limit of the server. */
function isSent(
  response: { headersSent?: boolean | undefined; writableEnded?: boolean | undefined } | undefined,
): boolean {
  return response?.headersSent === true || response?.writableEnded === true;
}
