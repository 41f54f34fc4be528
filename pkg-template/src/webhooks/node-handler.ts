// The webhook endpoint under Node's own servers: node:http, Express, Koa, Fastify.

import { SignatureVerificationError } from "../internal/errors.js";
import { createWebhookHandler, logError, type WebhookHandlerOptions } from "./webhook-handler.js";
import { NOT_RAW_HINT, type RawBody } from "./signature.js";

/** What is used of Node's IncomingMessage, and what body parsers put on it. */
export interface NodeRequest {
  method?: string | undefined;
  url?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  readableEnded?: boolean | undefined;
  body?: unknown;
  iterator?(options: { destroyOnReturn: boolean }): AsyncIterator<Uint8Array>;
}

/** What is used of Node's ServerResponse. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** What is used of Koa's context. */
export interface KoaContext {
  req: NodeRequest;
  request: object;
  status: number;
  body: unknown;
  set(name: string, value: string): void;
}

/** What is used of a Fastify server. */
export interface FastifyServer {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(type: string, options: { parseAs: "buffer" }, parser: (request: unknown, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void): unknown;
  all(path: string, handler: (request: { raw: NodeRequest; body: unknown }, reply: FastifyReply) => Promise<unknown>): unknown;
}

/** What is used of a Fastify reply. */
export interface FastifyReply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: string): unknown;
}

/**
 * For `http.createServer(handler)` and for Express: `app.post("/webhook", handler)`, before `express.json()` or
 * behind `express.raw({ type: "application/json" })`. The answers are those of `createWebhookHandler`; a body that
 * was parsed before is answered 500, and `onError` is told the cure.
 */
export function createNodeHandler(options: WebhookHandlerOptions): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  const answer = answerer(options);
  return async (request, response) => {
    const given = await answer(request, request.body);
    response.statusCode = given.status;
    given.headers.forEach((value, name) => response.setHeader(name, value));
    response.end(await given.text());
  };
}

/** For Koa: `app.use(koaWebhook(options))` on a route of its own, before any body parser. */
export function koaWebhook(options: WebhookHandlerOptions): (context: KoaContext) => Promise<void> {
  const answer = answerer(options);
  return async (context) => {
    const given = await answer(context.req, (context.request as { body?: unknown }).body);
    context.status = given.status;
    given.headers.forEach((value, name) => context.set(name, value));
    context.body = await given.text();
  };
}

/** For Fastify: `app.register(fastifyWebhook({ path: "/webhook", … }))`. Only this route gets its bodies raw. */
export function fastifyWebhook(options: WebhookHandlerOptions & { path: string }): (server: FastifyServer) => Promise<void> {
  const answer = answerer(options);
  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    server.all(options.path, async (request, reply) => {
      const given = await answer(request.raw, request.body ?? undefined);
      reply.code(given.status);
      given.headers.forEach((value, name) => reply.header(name, value));
      return reply.send(await given.text());
    });
  };
}

/** Answers a request of Node's; `body` is what a body parser made of it, undefined if there was none. */
function answerer(options: WebhookHandlerOptions): (request: NodeRequest, body: unknown) => Promise<Response> {
  const handle = createWebhookHandler(options);
  const { onError = logError } = options;
  return async (request, body) => {
    const { method = "GET", headers } = request;
    const init: RequestInit & { duplex?: "half" | undefined } = { method, headers: flat(headers) };
    if (method === "POST") {
      const raw = typeof body === "string" || body instanceof Uint8Array ? body : undefined;
      // Parsers also set an empty object where they did not read anything.
      if (raw === undefined && request.readableEnded === true) {
        onError(new SignatureVerificationError("The body was parsed before it could be verified", { code: "body_not_raw", hint: NOT_RAW_HINT }));
        return Response.json({ error: "The body was parsed before it could be verified" }, { status: 500 });
      }
      init.body = (raw ?? stream(request)) as RawBody as BodyInit;
      init.duplex = "half";
    }
    const response = await handle(new Request("http://localhost/", init));
    // What was not read of the body would be taken for the next request.
    if (response.status === 413) response.headers.set("Connection", "close");
    return response;
  };
}

function flat(headers: NodeRequest["headers"]): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || name.startsWith(":") ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
}

function stream(request: NodeRequest): ReadableStream<Uint8Array> {
  // Not destroyed when reading stops early: the answer still has to go out on the same socket.
  const pieces = request.iterator?.({ destroyOnReturn: false });
  return new ReadableStream({
    async pull(controller) {
      const next = await pieces?.next();
      if (next === undefined || next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await pieces?.return?.();
    },
  });
}
