// The sandbox's HTTP server: who may ask, and what lies where.
//
//   /v1/…                                               ItPay's API
//   /gopay/api/…                                        GoPay's
//   POST /sandbox/payment-intents/{id}/{action}         a wallet's button for programs; what they are: WalletAction
//   POST /sandbox/events/{id}/redeliver                 posts an event again
//   POST /sandbox/gopay/payments/{id}/{action}          what happens at GoPay's payer or bank: PayerAction
//   POST /sandbox/gopay/notifications/{id}/redeliver    sends a notification again
//   GET  /sandbox/live                                  Server-Sent Events: something has changed
//   everything else                                     the pages

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

import { type GoPaySandbox, isItPayError, type PayerAction, type Sandbox, type WalletAction } from "../../entry/sandbox.js";
import { documentOf, HEADERS } from "../pages/layout.js";
import type { Page } from "../pages/page.js";
import type { Language } from "../pages/texts.js";
import { log } from "./log.js";

/** Below it lies what is GoPay's. */
export const GOPAY = "/gopay";
const MAX_BODY = 1024 * 1024;
/** How long changes are gathered before the pages are told, in milliseconds. */
const GATHER = 100;
/** How many pages may listen at once. */
const MAX_LISTENERS = 100;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** What the server serves. */
export interface Served {
  gateway: Sandbox;
  gopay: GoPaySandbox;
  pages: readonly Page[];
  /** Called before an answer to whatever may have changed something. */
  save: () => void;
}

export interface SandboxServer {
  /** Where it is reached. */
  readonly url: string;
  /** Until then it answers 503. */
  serve(served: Served): void;
  /** Tells the pages. */
  changed(): void;
  /** What the API does instead of answering: a status, or the end of the connection. */
  outage: number | "reset" | undefined;
  /** How many requests are being answered now. */
  readonly busy: number;
  close(): Promise<void>;
}

/** @throws what `listen` says, with its code */
export async function listen({ host, port, url }: { host: string; port: number; url: string | undefined }): Promise<SandboxServer> {
  const listeners = new Set<ServerResponse>();
  let served: Served | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let busy = 0;

  const server = createServer(async (request, response) => {
    busy += 1;
    response.once("close", () => (busy -= 1));
    try {
      await answer(request, response);
    } catch (error) {
      log("red", "←", `${request.method} ${request.url}: ${String(error)}`);
      response.destroy();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
  const { port: bound } = server.address() as AddressInfo;
  const addresses = isWildcard(host) ? addressesOfThisMachine() : [host];
  const own = url ?? `http://${bracketed(addresses[0] ?? "127.0.0.1")}:${bound}`;
  const names = new Set([new URL(own).hostname, ...addresses.map(bracketed)]);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "GET", url: target = "/" } = request;
    const [path = "/", query = ""] = target.split(/\?(.*)/s);
    // A foreign page whose name has come to lead here would be taken for one of ours.
    if (!isKnownHost(request.headers.host, names)) {
      return refuse(response, 403, "UNKNOWN_HOST", `this sandbox is reached at ${own}; tell it of another address with --url`);
    }
    if (served === undefined) return refuse(response, 503, "STARTING", "the sandbox is starting");
    const isApi = ["/v1", `${GOPAY}/api`].some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
    if (!isApi && method !== "GET" && method !== "HEAD" && isForeign(request)) {
      return refuse(response, 403, "FOREIGN_ORIGIN", "a page from elsewhere must not press the sandbox's buttons");
    }
    const body = await readBody(request);
    if (body === undefined) return refuse(response, 413, "BODY_TOO_LARGE", "the body is longer than 1 MiB");
    if (isApi) return api(served, request, body, response);
    if (path.startsWith("/sandbox/")) return press(served, method, path, body, response);
    return page(served, request, path, new URLSearchParams(query), body, response);
  };

  const api = async ({ gateway, gopay, save }: Served, request: IncomingMessage, body: Uint8Array<ArrayBuffer>, response: ServerResponse): Promise<void> => {
    const { method = "GET", url: target = "/" } = request;
    if (outage !== undefined) {
      log("red", "←", `${method} ${target}: ${outage === "reset" ? "connection reset" : outage} (outage)`);
      if (outage === "reset") return void request.socket.resetAndDestroy();
      return refuse(response, outage, "UNAVAILABLE", "the gateway is out of order");
    }
    const [asked, below] = target.startsWith(GOPAY) ? [gopay, target.slice(GOPAY.length)] : [gateway, target];
    const given = await asked.fetch(`http://sandbox${below}`, {
      method,
      headers: Object.entries(request.headersDistinct).flatMap(([name, values]) => (values ?? []).map((value): [string, string] => [name, value])),
      // A GET with a body is none that fetch can make; the signature over its path is what counts.
      ...(body.length > 0 && method !== "GET" && method !== "HEAD" ? { body } : {}),
    });
    // What is answered must be there after a restart. Nothing is changed by a GET.
    if (method !== "GET") save();
    log(given.ok ? "green" : "yellow", "←", `${method} ${target}: ${given.status}`);
    response.writeHead(given.status, Object.fromEntries(given.headers)).end(new Uint8Array(await given.arrayBuffer()));
  };

  /** What programs press. */
  const press = async ({ gateway, gopay, save }: Served, method: string, path: string, body: Uint8Array, response: ServerResponse): Promise<void> => {
    if (path === "/sandbox/live") return follow(method, response);
    const [, of, kind, id = "", action = ""] = /^\/sandbox\/(gopay\/)?([a-z-]+)\/([^/]+)\/([a-zA-Z]+)$/.exec(path) ?? [];
    const isPayment = kind === (of === undefined ? "payment-intents" : "payments");
    const isDelivery = kind === (of === undefined ? "events" : "notifications") && action === "redeliver";
    if (!isPayment && !isDelivery) return refuse(response, 404, "NOT_FOUND", "there is nothing at this path");
    if (method !== "POST") return refuse(response, 405, "METHOD_NOT_ALLOWED", "POST only", { Allow: "POST" });
    let pressed: object;
    try {
      const known = decodeURIComponent(id);
      if (isDelivery) {
        await (of === undefined ? gateway : gopay).redeliver(known);
        pressed = { id: known };
      } else if (of === undefined) {
        pressed = await gateway.act(known, action as WalletAction, textOf(body, "reason"));
      } else {
        pressed = await gopay.act(known, action as PayerAction, textOf(body, "detail"));
      }
    } catch (error) {
      if (!isItPayError(error) && !(error instanceof URIError) && !(error instanceof SyntaxError)) throw error;
      const [status, code] = error instanceof SyntaxError ? ([400, "INVALID_BODY"] as const) : ([409, "NOT_POSSIBLE"] as const);
      log("yellow", "←", `POST ${path}: ${status} ${error.message}`);
      return refuse(response, status, code, error.message);
    }
    save();
    log("green", "←", `POST ${path}: 200`);
    json(response, 200, pressed);
  };

  const page = async (
    { pages, save }: Served,
    request: IncomingMessage,
    path: string,
    query: URLSearchParams,
    body: Uint8Array,
    response: ServerResponse,
  ): Promise<void> => {
    const { method = "GET" } = request;
    const found = pages.find((one) => one.path.test(path));
    const languages = found?.languages ?? pages[0]!.languages;
    const id = idOf(found, path);
    const language = languageOf([query.get("lang"), found?.language?.(id)], request.headers["accept-language"], languages);
    const visit = { id, language, refused: query.has("refused") };
    if (method === "POST" && found !== undefined) {
      const done = await found.press(visit, new URLSearchParams(Buffer.from(body).toString()));
      save();
      log(done ? "green" : "yellow", "←", `POST ${path}: ${done ? "pressed" : "not possible"}`);
      return void response.writeHead(303, { Location: `${path}?lang=${language}${done ? "" : "&refused"}` }).end();
    }
    if (method !== "GET" && method !== "HEAD") return refuse(response, 405, "METHOD_NOT_ALLOWED", "GET only", { Allow: "GET, HEAD" });
    const shown = found?.show(visit);
    response.writeHead(shown === undefined ? 404 : 200, HEADERS).end(documentOf(shown, language, languages, path));
  };

  /** A page that wants to know. */
  const follow = (method: string, response: ServerResponse): void => {
    if (method !== "GET") return refuse(response, 405, "METHOD_NOT_ALLOWED", "GET only", { Allow: "GET" });
    if (listeners.size >= MAX_LISTENERS) return refuse(response, 503, "TOO_MANY_LISTENERS", "too many pages listen");
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" }).write("retry: 1000\n\n");
    busy -= 1;
    listeners.add(response);
    response.once("close", () => {
      busy += 1;
      listeners.delete(response);
    });
  };

  let outage: SandboxServer["outage"];
  return {
    url: own,
    serve: (what) => void (served = what),
    changed: () => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        for (const listener of listeners) listener.write("data:\n\n");
      }, GATHER).unref();
    },
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

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** But for loopback's; those that a phone is most likely to reach first. */
function addressesOfThisMachine(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.filter(({ internal, scopeid = 0 }) => !internal && scopeid === 0);
  return outer.sort((a, b) => a.family.localeCompare(b.family)).map(({ address }) => address);
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** Whether the name in the `Host` header is loopback's or one that the server was given. */
function isKnownHost(host: string | undefined, names: ReadonlySet<string>): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  const bare = hostname.replaceAll(/^\[|\]$/g, "");
  const version = isIP(bare);
  if (version !== 0 && loopback.check(bare, version === 6 ? "ipv6" : "ipv4")) return true;
  return names.has(hostname) || hostname === "localhost" || hostname.endsWith(".localhost");
}

/** Browsers say where a POST comes from; programs that are none don't. */
function isForeign({ headers: { host, origin, "sec-fetch-site": site } }: IncomingMessage): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host);
}

/** What a button is given, from a body such as `{"reason": "insufficient funds"}`. @throws SyntaxError */
function textOf(body: Uint8Array, name: "detail" | "reason"): string | undefined {
  if (body.length === 0) return undefined;
  const text = ((JSON.parse(Buffer.from(body).toString()) ?? {}) as Record<string, unknown>)[name];
  if (text !== undefined && typeof text !== "string") throw new SyntaxError(`${name} must be a string`);
  return text;
}

function idOf(page: Page | undefined, path: string): string {
  try {
    return decodeURIComponent(page?.path.exec(path)?.[1] ?? "");
  } catch {
    return "";
  }
}

/** The one that was asked for; else the first that the reader prefers; else the page's first. */
function languageOf(asked: (string | null | undefined)[], accepted: string | undefined, languages: Page["languages"]): Language {
  const preferred = (accepted ?? "")
    .split(",")
    .map((part) => /^\s*([a-z]+)[^;]*(?:;\s*q=([\d.]+))?/i.exec(part))
    .map((part) => ({ name: part?.[1]?.toLowerCase(), weight: Number(part?.[2] ?? 1) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ name }) => name);
  return [...asked, ...preferred].map((name) => languages.find((language) => language === name)).find((language) => language !== undefined) ?? languages[0];
}

async function readBody(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_BODY) return undefined;
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function refuse(response: ServerResponse, status: number, code: string, message: string, headers: Record<string, string> = {}): void {
  json(response, status, { error: { code, message } }, headers);
}

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
}
