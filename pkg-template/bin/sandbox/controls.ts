// The actions of a wallet, a payer and a tester, for programs:
//
//   POST /sandbox/payment-intents/{id}/{action}         a step of the wallet: WalletAction
//   POST /sandbox/events/{id}/redeliver                 posts an event again
//   POST /sandbox/faults                                inject() of the ItPay sandbox
//   POST /sandbox/gopay/payments/{id}/{action}          an event at the payer or the bank: PayerAction
//   POST /sandbox/gopay/notifications/{id}/redeliver    sends a notification again
//   POST /sandbox/gopay/faults                          inject() of the GoPay sandbox

import type { ServerResponse } from "node:http";

import { type Fault, isItPayError, type PayerAction, ValidationError, type WalletAction } from "../../entry/sandbox.js";
import { GOPAY } from "./api.js";
import { logEntry } from "./log.js";
import { sendError, sendJson } from "./responses.js";
import type { Served } from "./types.js";

export async function control(
  served: Served,
  method: string,
  path: string,
  body: Uint8Array,
  response: ServerResponse,
): Promise<void> {
  const run = controlAt(served, path);
  if (run === undefined) return sendError(response, 404, "NOT_FOUND", "there is nothing at this path");
  if (method !== "POST") return sendError(response, 405, "METHOD_NOT_ALLOWED", "POST only", { Allow: "POST" });
  try {
    const result = await run(objectOf(body));
    served.save();
    logEntry({ type: "request", method, path, status: 200 });
    sendJson(response, 200, result);
  } catch (error) {
    if (!isItPayError(error) && !(error instanceof URIError) && !(error instanceof InvalidBody)) throw error;
    const [status, code] =
      error instanceof InvalidBody ? ([400, "INVALID_BODY"] as const) : ([409, "NOT_POSSIBLE"] as const);
    logEntry({ type: "request", method, path, status, code, message: error.message });
    sendError(response, status, code, error.message);
  }
}

type Fields = Record<string, unknown>;

class InvalidBody extends Error {}

function controlAt({ gateway, gopay }: Served, path: string): ((fields: Fields) => Promise<object>) | undefined {
  const [, prefix, kind, id, action = ""] =
    /^\/sandbox\/(gopay\/)?([a-z-]+)(?:\/([^/]+)\/([a-zA-Z]+))?$/.exec(path) ?? [];
  const isGopay = prefix !== undefined;
  if (id === undefined) {
    return kind === "faults" ? async (fields) => inject(isGopay ? gopay : gateway, fields) : undefined;
  }
  if (kind === (isGopay ? "notifications" : "events") && action === "redeliver") {
    return async () => {
      const known = decodeURIComponent(id);
      await (isGopay ? gopay : gateway).redeliver(known);
      return { id: known };
    };
  }
  if (kind === "payment-intents" && !isGopay)
    return (fields) => gateway.act(decodeURIComponent(id), action as WalletAction, textOf(fields, "reason"));
  if (kind === "payments" && isGopay)
    return (fields) => gopay.act(decodeURIComponent(id), action as PayerAction, textOf(fields, "detail"));
  return undefined;
}

function inject(gateway: { inject(fault: Fault): void }, fields: Fields): object {
  const fault = { ...fields } as Fault;
  // The path may be the one of the URL, as GoPay's gateway sees it without this prefix.
  if (typeof fault.path === "string" && fault.path.startsWith(`${GOPAY}/`)) fault.path = fault.path.slice(GOPAY.length);
  try {
    gateway.inject(fault);
  } catch (error) {
    throw error instanceof ValidationError ? new InvalidBody(error.message) : error;
  }
  return { fault };
}

/** The JSON object of a body, empty without one. @throws InvalidBody */
function objectOf(body: Uint8Array): Fields {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString());
  } catch {
    throw new InvalidBody("the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InvalidBody("the body must be a JSON object");
  return value as Fields;
}

function textOf(fields: Fields, name: "detail" | "reason"): string | undefined {
  const text = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (text !== undefined && typeof text !== "string") throw new InvalidBody(`${name} must be a string`);
  return text;
}
