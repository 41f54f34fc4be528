// Fetch-style handlers on AWS Lambda: API Gateway (REST and HTTP APIs), Function URLs, Application Load Balancer.

import { bufferResponse } from "./buffered-response.js";
import type { FetchHandler } from "./node-handler.js";
import { BODILESS_METHODS, FORBIDDEN_METHODS } from "./node-request.js";

/** The used part of an event: format 2.0 of HTTP APIs and Function URLs, 1.0 of REST APIs, and that of load balancers. */
export interface LambdaEvent {
  version?: string | undefined;
  httpMethod?: string | undefined;
  path?: string | undefined;
  rawPath?: string | undefined;
  rawQueryString?: string | undefined;
  headers?: Record<string, string | undefined> | null | undefined;
  multiValueHeaders?: Record<string, string[] | undefined> | null | undefined;
  queryStringParameters?: Record<string, string | undefined> | null | undefined;
  multiValueQueryStringParameters?: Record<string, string[] | undefined> | null | undefined;
  cookies?: string[] | undefined;
  body?: string | null | undefined;
  isBase64Encoded?: boolean | undefined;
  requestContext?: { http?: { method: string } | undefined; elb?: unknown } | undefined;
}

/** The result that Lambda sends as the response. */
export interface LambdaResult {
  statusCode: number;
  headers?: Record<string, string> | undefined;
  multiValueHeaders?: Record<string, string[]> | undefined;
  cookies?: string[] | undefined;
  body: string;
  isBase64Encoded: boolean;
}

/**
 * Runs a fetch-style handler on AWS Lambda: `export const handler = toLambda(handle)`. The event may come from API
 * Gateway, a Function URL or a load balancer. The promise never rejects. The body of the response is buffered.
 */
export function toLambda(handle: FetchHandler): (event: LambdaEvent) => Promise<LambdaResult> {
  if (typeof handle !== "function") throw new TypeError("handle must be a function that takes a Request");
  return async (event) => {
    try {
      const method = event.requestContext?.http?.method ?? event.httpMethod ?? "GET";
      if (FORBIDDEN_METHODS.test(method))
        return await toLambdaResult(
          Response.json({ error: "Method not allowed" }, { status: 405, headers: { Allow: "" } }),
          event,
        );
      return await toLambdaResult(await handle(toLambdaRequest(event, method)), event);
    } catch (error) {
      console.error("itpay: the handler failed:", error);
      return {
        statusCode: 500,
        headers: { "content-type": "application/json" },
        body: '{"error":"Internal error"}',
        isBase64Encoded: false,
      };
    }
  };
}

function toLambdaRequest(event: LambdaEvent, method: string): Request {
  const headers = new Headers();
  const set = (name: string, value: unknown): void => {
    try {
      if (typeof value === "string") headers.set(name, value);
    } catch {
      // A header that a Request cannot have, such as one beyond Latin-1, is none that a signature needs.
    }
  };
  for (const [name, value] of Object.entries(event.headers ?? {})) set(name, value);
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {}))
    set(name, values?.join(name.toLowerCase() === "cookie" ? "; " : ", "));
  set("cookie", event.cookies?.join("; "));
  const query = event.rawQueryString ?? queryOf(event);
  const path = event.rawPath ?? event.path ?? "/";
  const host = headers.get("host") ?? "";
  const whole = `https://${/^[\w.:[\]-]+$/.test(host) ? host : "localhost"}${path.startsWith("/") ? path : `/${path}`}${query === "" ? "" : `?${query}`}`;
  const url = URL.canParse(whole) ? whole : "https://localhost/";
  const hasBody = !BODILESS_METHODS.test(method) && typeof event.body === "string";
  const body = hasBody
    ? {
        body:
          event.isBase64Encoded === true
            ? Uint8Array.from(atob(event.body!), (char) => char.charCodeAt(0))
            : event.body!,
      }
    : {};
  return new Request(url, { method, headers, ...body });
}

/** API Gateway decodes the query, and a load balancer does not. */
function queryOf({
  multiValueQueryStringParameters: multi,
  queryStringParameters: single,
  requestContext,
}: LambdaEvent): string {
  const encode = requestContext?.elb === undefined ? encodeURIComponent : (text: string): string => text;
  const pairs = Object.entries(multi ?? single ?? {}).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((value) => [name, value ?? ""] as const),
  );
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

async function toLambdaResult(response: Response, event: LambdaEvent): Promise<LambdaResult> {
  const { status, headers: entries, cookies, body } = await bufferResponse(response);
  const result = { statusCode: status, ...encodeBody(body) };
  const headers = Object.fromEntries(entries);
  if (event.version === "2.0") return { ...result, headers, ...(cookies.length > 0 ? { cookies } : {}) };
  // A load balancer reads only the kind that it sent itself.
  if (event.multiValueHeaders) {
    const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    return {
      ...result,
      multiValueHeaders: cookies.length > 0 ? { ...multiValueHeaders, "set-cookie": cookies } : multiValueHeaders,
    };
  }
  return { ...result, headers: cookies.length > 0 ? { ...headers, "set-cookie": cookies.join(", ") } : headers };
}

function encodeBody(bytes: Uint8Array): { body: string; isBase64Encoded: boolean } {
  try {
    return { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), isBase64Encoded: false };
  } catch {
    return { body: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")), isBase64Encoded: true };
  }
}
