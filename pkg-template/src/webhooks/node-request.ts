// A Request made of a request of Node's servers.

import { SignatureVerificationError } from "../internal/errors.js";
import { NOT_RAW_HINT } from "./signature.js";

/** The used part of Node's IncomingMessage, and the properties that body parsers add to it. */
export interface NodeRequest {
  method?: string | undefined;
  url?: string | undefined;
  /** The URL before Express removed the path of a router. */
  originalUrl?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  /** Node's socket. That of a TLS connection has `encrypted`. */
  socket?: object | null | undefined;
  readableEnded?: boolean | undefined;
  /** Whether the whole request has arrived. */
  complete?: boolean | undefined;
  body?: unknown;
  /** The raw body, where the platform or a body parser kept it. */
  rawBody?: unknown;
  iterator?(options: { destroyOnReturn: boolean }): AsyncIterator<Uint8Array>;
}

/** Methods that the Fetch standard forbids, in any case. `new Request` throws for them. */
export const FORBIDDEN_METHODS = /^(CONNECT|TRACE|TRACK)$/i;
/** Methods whose Request has no body, in any case. */
export const BODILESS_METHODS = /^(GET|HEAD)$/i;

const HOST = /^[\w.:[\]-]+$/;

/** Makes a Request. `bodies` are the places where a body parser may have left the raw body, in order. */
export function toRequest(request: NodeRequest, bodies: readonly unknown[]): Request {
  const { method = "GET" } = request;
  const init: RequestInit & { duplex?: "half" | undefined } = { method, headers: flattenHeaders(request.headers) };
  if (!BODILESS_METHODS.test(method)) {
    init.body = (bodies.find(isRaw) ?? stream(request)) as BodyInit;
    init.duplex = "half";
  }
  return new Request(toUrl(request), init);
}

function isRaw(body: unknown): body is string | Uint8Array {
  return typeof body === "string" || body instanceof Uint8Array;
}

function toUrl({ originalUrl, url = "/", headers, socket }: NodeRequest): string {
  const host = headers[":authority"] ?? headers["host"];
  const scheme = (socket as { encrypted?: unknown } | null | undefined)?.encrypted === true ? "https" : "http";
  let path = originalUrl ?? url;
  // A request to a proxy has a whole URL.
  if (!path.startsWith("/")) path = URL.canParse(path) ? path.replace(/^[^:]*:\/\/[^/?#]*/, "") : "/";
  // Concatenated, because new URL("//a", base) would take "a" for the host.
  const whole = `${scheme}://${typeof host === "string" && HOST.test(host) ? host : "localhost"}${path}`;
  return URL.canParse(whole) ? whole : `${scheme}://localhost/`;
}

function flattenHeaders(headers: NodeRequest["headers"]): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || name.startsWith(":") ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
}

function stream(request: NodeRequest): ReadableStream<Uint8Array> {
  // The request is not destroyed when reading stops early: the response goes out on the same socket.
  const chunks = request.iterator?.({ destroyOnReturn: false });
  // Body parsers also set an empty object where they read nothing, so only the stream tells.
  const isParsed = request.readableEnded === true;
  return new ReadableStream({
    async pull(controller) {
      if (isParsed) throw alreadyParsed();
      const next = await chunks?.next();
      if (next === undefined || next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks?.return?.();
    },
  });
}

function alreadyParsed(): SignatureVerificationError {
  return new SignatureVerificationError("The body was parsed before the handler could read it", {
    code: "body_not_raw",
    hint: NOT_RAW_HINT,
  });
}
