// The sandbox's HTTP server: who may send requests, and which part handles them.
//
//   /v1/…, /gopay/api/…, /api/…   the gateways' APIs: api.ts
//   /sandbox/…            controls for programs: controls.ts
//   /sandbox/live         Server-Sent Events: something has changed
//   /itpay/…              the package's own modules, for the pages
//   everything else       the pages

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { documentOf, headersOf } from "../pages/layout.js";
import type { Page } from "../pages/page.js";
import type { Language } from "../pages/texts.js";
import { answerApi, isApi } from "./api.js";
import { withBody } from "./body.js";
import { control } from "./controls.js";
import { log, logEntry } from "./log.js";
import { moduleAt } from "./modules.js";
import { addressesOf, bracketed, isForeign, isKnownHost } from "./origin.js";
import { sendError } from "./responses.js";
import type { SandboxServer, Served } from "./types.js";

/** How long changes are collected before the pages are notified, in milliseconds. */
const NOTIFY_DELAY = 100;
/** How many pages may listen for changes. */
const MAX_LISTENERS = 100;
/** How long a request may take to arrive, in milliseconds. */
const REQUEST_TIMEOUT = 30_000;

/** @throws the error of `listen`, with its code */
export async function listen({
  host,
  port,
  url,
}: {
  host: string;
  port: number;
  url: string | undefined;
}): Promise<SandboxServer> {
  const listeners = new Set<ServerResponse>();
  let served: Served | undefined;
  // biome-ignore lint/correctness/noUnusedVariables: `??=` reads it
  let notifying: ReturnType<typeof setTimeout> | undefined;
  let outage: SandboxServer["outage"];
  let busy = 0;

  const server = createServer(async (request, response) => {
    busy += 1;
    response.once("close", () => (busy -= 1));
    response.on("error", () => undefined);
    try {
      await respond(request, response);
    } catch (error) {
      log("red", "✗", `${request.method} ${request.url}: ${String((error as Error).message)}`);
      if (response.headersSent) response.destroy();
      else sendError(response, 500, "INTERNAL", "the sandbox failed: see its log");
    }
  });
  server.requestTimeout = REQUEST_TIMEOUT;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
  const { port: bound } = server.address() as AddressInfo;
  const addresses = addressesOf(host);
  const own = url ?? `http://${bracketed(addresses[0] ?? "127.0.0.1")}:${bound}`;
  const names = new Set([new URL(own).hostname, ...addresses.map(bracketed)]);

  const changed = (): void => {
    notifying ??= setTimeout(() => {
      notifying = undefined;
      for (const listener of listeners) {
        // A page that no longer reads connects again.
        if (listener.writableNeedDrain) listener.destroy();
        else listener.write("data:\n\n");
      }
    }, NOTIFY_DELAY).unref();
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "GET", url: target = "/" } = request;
    const [path = "/", query = ""] = target.split(/\?(.*)/s);
    if (!isKnownHost(request.headers.host, names)) {
      return sendError(
        response,
        403,
        "UNKNOWN_HOST",
        `this sandbox is reached at ${own}; set another address with --url`,
      );
    }
    if (served === undefined) return sendError(response, 503, "STARTING", "the sandbox is starting");
    const isPage = !isApi(path) && !path.startsWith("/sandbox/");
    // Other sites may link to a page.
    if (isForeign(request) && !(isPage && (method === "GET" || method === "HEAD"))) {
      return sendError(response, 403, "FOREIGN_ORIGIN", "pages of other sites may not use the sandbox");
    }
    const current = served;
    // Without credentials the response of an API does not depend on the body.
    const isRead = !isApi(path) || request.headers.authorization !== undefined;
    const problem = await withBody(request, isRead, async (body) => {
      if (isApi(path)) await answerApi(current, request, body, response, outage).finally(changed);
      else if (path === "/sandbox/live") follow(method, response);
      else if (path.startsWith("/sandbox/")) await control(current, method, path, body, response);
      else await answerPage(current, request, path, new URLSearchParams(query), body, response);
    });
    if (problem === "too_large") sendError(response, 413, "BODY_TOO_LARGE", "the body is longer than 128 KiB");
    if (problem === "busy")
      sendError(response, 503, "BUSY", "too many large bodies arrive at the same time", { "Retry-After": "1" });
  };

  /** Keeps a page informed of changes. */
  const follow = (method: string, response: ServerResponse): void => {
    if (method !== "GET") return sendError(response, 405, "METHOD_NOT_ALLOWED", "GET only", { Allow: "GET" });
    if (listeners.size >= MAX_LISTENERS) return sendError(response, 503, "TOO_MANY_LISTENERS", "too many pages listen");
    response
      .writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" })
      .write("retry: 1000\n\n");
    busy -= 1;
    listeners.add(response);
    response.once("close", () => {
      busy += 1;
      listeners.delete(response);
    });
  };

  return {
    url: own,
    serve: (value) => void (served = value),
    changed,
    get outage() {
      return outage;
    },
    set outage(value) {
      outage = value;
    },
    get busy() {
      return busy;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answerPage(
  { pages, save }: Served,
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
  body: Uint8Array,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET" } = request;
  const isRead = method === "GET" || method === "HEAD";
  const module = isRead ? await moduleAt(path) : undefined;
  if (module !== undefined)
    return void response
      .writeHead(200, {
        "Content-Type": "text/javascript",
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
      })
      .end(module);
  const found = pages.find((one) => one.path.test(path));
  const languages = found?.languages ?? pages[0]!.languages;
  const id = idOf(found, path);
  const language = languageOf(
    [query.get("lang"), found?.language?.(id)],
    request.headers["accept-language"],
    languages,
  );
  const visit = { id, language, query, isRejected: query.has("refused") };
  if (method === "POST" && found?.press !== undefined) {
    const next = await found.press(visit, new URLSearchParams(Buffer.from(body).toString()));
    save();
    logEntry({ type: "request", method, path, status: next === false ? 409 : 303 });
    return void response
      .writeHead(303, {
        Location: `${typeof next === "string" ? next : path}?lang=${language}${next === false ? "&refused" : ""}`,
      })
      .end();
  }
  if (!isRead) return sendError(response, 405, "METHOD_NOT_ALLOWED", "GET only", { Allow: "GET, HEAD" });
  const shown = found?.show(visit);
  response
    .writeHead(shown === undefined ? 404 : 200, headersOf(shown))
    .end(documentOf(shown, language, languages, path));
}

function idOf(page: Page | undefined, path: string): string {
  try {
    return decodeURIComponent(page?.path.exec(path)?.[1] ?? "");
  } catch {
    return "";
  }
}

/** The first requested language, else the first that the reader prefers, else the page's first. */
function languageOf(
  requested: (string | null | undefined)[],
  accepted: string | undefined,
  languages: Page["languages"],
): Language {
  const preferred = (accepted ?? "")
    .split(",")
    .map((part) => /^\s*([a-z]+)[^;]*(?:;\s*q=([\d.]+))?/i.exec(part))
    .map((part) => ({ name: part?.[1]?.toLowerCase(), weight: Number(part?.[2] ?? 1) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ name }) => name);
  return (
    [...requested, ...preferred]
      .map((name) => languages.find((language) => language === name))
      .find((language) => language !== undefined) ?? languages[0]
  );
}
