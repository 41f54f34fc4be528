// The gateways' APIs over HTTP.

import type { IncomingMessage, ServerResponse } from "node:http";

import { problemOf } from "../error-body.js";
import { logEntry } from "./log.js";
import { sendError } from "./responses.js";
import type { SandboxServer, Served } from "./types.js";

/** The path prefix of everything that is GoPay's. */
export const GOPAY = "/gopay";
/** GoPay's own SDKs take a host and append this. */
const GOPAY_SDKS = "/api";
/** How much of an error response is read for the log, in characters. */
const MAX_ERROR = 4096;

export function isApi(path: string): boolean {
  return ["/v1", `${GOPAY}/api`, GOPAY_SDKS].some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

export async function answerApi(
  { gateway, gopay, save }: Served,
  request: IncomingMessage,
  body: Uint8Array<ArrayBuffer>,
  response: ServerResponse,
  outage: SandboxServer["outage"],
): Promise<void> {
  const { method = "GET", url: target = "/" } = request;
  const entry = { type: "request", method, path: target } as const;
  if (outage === "reset") {
    logEntry({ ...entry, status: null, message: "connection reset (outage)" });
    return void request.socket.resetAndDestroy();
  }
  if (outage !== undefined) {
    logEntry({ ...entry, status: outage, message: "(outage)" });
    return sendError(response, outage, "UNAVAILABLE", "the gateway has an outage");
  }
  const path = target.startsWith(GOPAY) ? target.slice(GOPAY.length) : target;
  const receiver = path.startsWith(`${GOPAY_SDKS}/`) ? gopay : gateway;
  const hangUp = new AbortController();
  response.once("close", () => hangUp.abort());
  try {
    const upstream = await receiver.fetch(`http://sandbox${path}`, {
      method,
      headers: Object.entries(request.headersDistinct).flatMap(([name, values]) =>
        (values ?? []).map((value): [string, string] => [name, value]),
      ),
      // fetch cannot send a GET with a body. The signature covers the path, too.
      ...(body.length > 0 && method !== "GET" && method !== "HEAD" ? { body } : {}),
      signal: hangUp.signal,
    });
    // A confirmed change must survive a restart. A GET changes nothing.
    if (method !== "GET") save();
    response.writeHead(upstream.status, Object.fromEntries(upstream.headers));
    let text = "";
    const decoder = new TextDecoder();
    for await (const piece of upstream.body ?? []) {
      if (upstream.status >= 400 && text.length < MAX_ERROR)
        text += decoder.decode(piece as Uint8Array, { stream: true });
      response.write(piece);
    }
    response.end();
    logEntry({ ...entry, status: upstream.status, ...(upstream.status >= 400 ? problemOf(text) : {}) });
  } catch (error) {
    if (hangUp.signal.aborted) return logEntry({ ...entry, status: null, message: "the client hung up" });
    if (((error as Error).cause as { code?: string } | undefined)?.code !== "ECONNRESET") throw error;
    logEntry({ ...entry, status: null, message: "connection reset (injected)" });
    request.socket.resetAndDestroy();
  }
}
