// `npx itpay sandbox`: the gateway over HTTP on loopback.
//
// Besides the API, below /v1, it has what presses the wallet's buttons, without a key:
//   POST /sandbox/payment-intents/{id}/{scan|authorize|capture|succeed|pay|fail|expire|cancel}
//   POST /sandbox/events/{id}/redeliver

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs, styleText } from "node:util";

import { createSandbox, type Sandbox, type WalletAction } from "../entry/sandbox.js";
import { isItPayError } from "../src/errors.js";

const MAX_BODY = 1024 * 1024;
/** How much of a receiver's answer the log shows, in characters. */
const MAX_SHOWN = 80;

export async function sandbox(args: string[]): Promise<number> {
  let options;
  try {
    options = read(args);
  } catch (error) {
    return complain(`${(error as Error).message} See npx itpay --help.`, 2);
  }
  const { state, port, webhook } = options;
  let gateway: Sandbox;
  try {
    gateway = createSandbox({
      ...(webhook === undefined ? {} : { webhookUrl: webhook }),
      ...(state !== undefined && existsSync(state) ? { state: readFileSync(state, "utf8") } : {}),
      deliver: async (url, init) => {
        const { id, type, data } = JSON.parse(String(init?.body)) as { id: string; type: string; data: { id: string } };
        try {
          const response = await fetch(url, init);
          const answer = (await response.clone().text()).slice(0, MAX_SHOWN).replaceAll(/[\s\p{Cc}]+/gu, " ");
          log(paint(response.ok ? "magenta" : "red", "→"), `${type} ${id} of ${data.id} to ${String(url)}: ${response.status} ${answer}`);
          return response;
        } catch (error) {
          log(paint("red", "→"), `${type} ${id} of ${data.id} to ${String(url)}: no answer`);
          throw error;
        }
      },
    });
  } catch (error) {
    return complain(state === undefined ? (error as Error).message : `${state} is not the state of a sandbox.`, 1);
  }

  const save = (): void => {
    if (state === undefined) return;
    // Beside it first: an interruption must not leave half a file.
    writeFileSync(`${state}.part`, gateway.snapshot());
    renameSync(`${state}.part`, state);
  };
  try {
    save();
  } catch {
    return complain(`${state} cannot be written.`, 1);
  }
  const server = createServer((request, response) => void answer(gateway, save, request, response));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return complain(code === "EADDRINUSE" ? `Port ${port} is in use; choose another with --port, or 0 for any.` : `Cannot listen on port ${port}: ${code}.`, 1);
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stdout.write(
    `\n  The sandbox listens on ${url}. For a .env file:\n\n` +
      `ITPAY_API_KEY=${gateway.apiKey}\nITPAY_WEBHOOK_SECRET=${gateway.webhookSecret}\n\n` +
      `  In your code:        new ItPayClient({ baseUrl: "${url}/v1" })\n` +
      `  The wallet's button: curl -X POST ${url}/sandbox/payment-intents/ID/pay\n\n`,
  );

  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  gateway.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  save();
  return 0;
}

function read(args: string[]): { port: number; webhook: string | undefined; state: string | undefined } {
  const { values } = parseArgs({
    args,
    options: { port: { type: "string", default: "8402" }, webhook: { type: "string" }, state: { type: "string" } },
  });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) throw new Error("--port must be a number from 0 to 65535.");
  if (values.webhook !== undefined && !/^https?:\/\/./.test(values.webhook)) throw new Error("--webhook must be a URL.");
  return { port: Number(values.port), webhook: values.webhook, state: values.state };
}

async function answer(gateway: Sandbox, save: () => void, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", url = "/" } = request;
  try {
    const body = await readBody(request);
    const given =
      body === undefined
        ? Response.json({ error: { code: "BODY_TOO_LARGE", message: "the body is longer than 1 MiB" } }, { status: 413 })
        : ((await press(gateway, method, url)) ??
          (await gateway.fetch(`http://sandbox${url}`, {
            method,
            headers: Object.entries(request.headersDistinct).flatMap(([name, values]) => (values ?? []).map((value): [string, string] => [name, value])),
            // A GET with a body is none that fetch can make; the signature over its path is what counts.
            ...(body.length > 0 && method !== "GET" && method !== "HEAD" ? { body } : {}),
          })));
    // What is answered must be there after a restart. Nothing is changed by a GET.
    if (method !== "GET") save();
    log(paint(given.ok ? "green" : "yellow", "←"), `${method} ${url}: ${given.status}`);
    response.writeHead(given.status, Object.fromEntries(given.headers)).end(new Uint8Array(await given.arrayBuffer()));
  } catch (error) {
    log(paint("red", "←"), `${method} ${url}: ${String(error)}`);
    response.destroy();
  }
}

/** A button of the wallet, if that is what the path names. */
async function press(gateway: Sandbox, method: string, url: string): Promise<Response | undefined> {
  const [, intent, action, event] = /^\/sandbox\/(?:payment-intents\/([^/?]+)\/([a-z]+)|events\/([^/?]+)\/redeliver)$/.exec(url) ?? [];
  if (intent === undefined && event === undefined) return undefined;
  if (method !== "POST") return Response.json({ error: { code: "METHOD_NOT_ALLOWED", message: "POST only" } }, { status: 405, headers: { Allow: "POST" } });
  try {
    if (event !== undefined) {
      await gateway.redeliver(decodeURIComponent(event));
      return Response.json({ id: decodeURIComponent(event) });
    }
    const paid = await gateway.act(decodeURIComponent(intent!), action as WalletAction);
    log(paint("cyan", "●"), `${paid.id} is ${paid.status}`);
    return Response.json(paid);
  } catch (error) {
    if (!isItPayError(error) && !(error instanceof URIError)) throw error;
    return Response.json({ error: { code: "NOT_POSSIBLE", message: error.message } }, { status: 409 });
  }
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

function log(mark: string, line: string): void {
  const time = new Date().toTimeString().slice(0, 8);
  process.stdout.write(`${paint("gray", time)} ${mark} ${line}\n`);
}

function paint(color: "cyan" | "gray" | "green" | "magenta" | "red" | "yellow", text: string): string {
  return process.stdout.isTTY && !process.env["NO_COLOR"] ? styleText(color, text) : text;
}

function complain(sentence: string, code: number): number {
  process.stderr.write(`itpay sandbox: ${sentence}\n`);
  return code;
}
