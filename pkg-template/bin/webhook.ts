// `npx itpay webhook`: sends signed events, signs a body, and explains why a body does not verify.

import { randomUUID } from "node:crypto";

import { constructEvent, generateTestHeader, isItPayError, verifySignature } from "../entry/webhooks.js";
import { explainSignature } from "../src/sandbox/explain-signature.js";
import { command, EXIT, UsageError } from "./command.js";
import { httpUrl, MAX_BODY, parseJson, readBody, readFile } from "./input.js";
import { startOfBody } from "./response-text.js";

/** The time limit of an endpoint, in milliseconds. */
const TIMEOUT = 30_000;
/** How much of an endpoint's response is shown, in characters. */
const MAX_SHOWN = 200;
const MAX_TIMES = 1000;
const MAX_SECRET_FILE = 64 * 1024;
const HEADER = "X-ItPay-Signature";

const secretOptions = {
  secret: {
    type: "string",
    value: "SECRET",
    help: "The endpoint's secret. Other users of this machine can see it in the process list: prefer --secret-file. Default: ITPAY_WEBHOOK_SECRET",
  },
  "secret-file": {
    type: "string",
    value: "FILE",
    help: "Read the secret from a file. A line break at its end is ignored",
  },
} as const;
const json = { type: "boolean", help: "Print one line of JSON" } as const;
const BODY_NOTE = "Without FILE the body is read from standard input, up to 1 MiB.";

export const send = command({
  name: "webhook send",
  summary: "Post a signed event to an endpoint, as the gateway does",
  options: {
    to: { type: "string", value: "URL", help: "The endpoint. Required" },
    type: { type: "string", value: "TYPE", default: "payment_intent.succeeded", help: "The event's type" },
    data: {
      type: "string",
      value: "FILE",
      help: "The event's data, or a whole event with id, type and data. Default: a sample payment",
    },
    id: { type: "string", value: "ID", help: "The event's id. Default: a new one" },
    times: {
      type: "string",
      value: "N",
      default: "1",
      help: "Send the same event this many times, to try a handler with duplicates",
    },
    ...secretOptions,
    json,
  },
  notes: "A redirect is not followed and counts as a failure. The endpoint must respond within 30 seconds.",
  examples: [
    "npx itpay webhook send --to http://localhost:3000/webhook",
    "npx itpay webhook send --to http://localhost:3000/webhook --type payment_intent.failed --times 2",
    "npx itpay webhook send --to http://localhost:3000/webhook --data event.json --secret-file secret.txt",
  ],
  run: async ({ to, type, data, id, times = "1", secret, "secret-file": secretFile, json: isJson }) => {
    if (to === undefined) throw new UsageError("--to is required: the endpoint's URL.");
    const url = httpUrl("to", to);
    for (const [name, value] of Object.entries({ type, id }))
      if (value === "") throw new UsageError(`--${name} must not be empty.`);
    if (!/^\d{1,4}$/.test(times) || Number(times) < 1 || Number(times) > MAX_TIMES)
      throw new UsageError(`--times must be a number from 1 to ${MAX_TIMES}.`);
    const body = JSON.stringify(eventOf(data, type, id));
    const key = secretOf(secret, secretFile);
    if (!isJson) process.stdout.write(`${body}\n`);
    let isDelivered = true;
    for (let attempt = 0; attempt < Number(times); attempt += 1) {
      const result = await post(url, body, key);
      isDelivered &&= result.status !== null && result.status >= 200 && result.status < 300;
      process.stdout.write(
        isJson ? `${JSON.stringify({ ...result, event: JSON.parse(body) as object })}\n` : `${lineOf(result)}\n`,
      );
    }
    return isDelivered ? EXIT.ok : EXIT.failed;
  },
});

export const sign = command({
  name: "webhook sign",
  summary: "Print the signature header for a body",
  argument: "[FILE]",
  options: {
    timestamp: { type: "string", value: "SECONDS", help: "The signature's time in Unix seconds. Default: now" },
    ...secretOptions,
    json,
  },
  notes: BODY_NOTE,
  examples: [
    "npx itpay webhook sign event.json",
    'curl -H "$(npx itpay webhook sign event.json)" --data-binary @event.json http://localhost:3000/webhook',
  ],
  run: async ({ timestamp, secret, "secret-file": secretFile, json: isJson }, file) => {
    if (timestamp !== undefined && !/^\d{1,12}$/.test(timestamp))
      throw new UsageError("--timestamp must be Unix seconds.");
    const key = secretOf(secret, secretFile);
    const signature = generateTestHeader({
      payload: await readBody(file),
      secret: key,
      ...(timestamp === undefined ? {} : { timestamp: Number(timestamp) }),
    });
    process.stdout.write(
      isJson ? `${JSON.stringify({ header: HEADER, value: signature })}\n` : `${HEADER}: ${signature}\n`,
    );
    return EXIT.ok;
  },
});

export const verify = command({
  name: "webhook verify",
  summary: "Check whether a body verifies",
  argument: "[FILE]",
  options: {
    header: { type: "string", value: "VALUE", help: `The value of ${HEADER}. Required` },
    explain: { type: "boolean", help: "Say which check failed, and why" },
    ...secretOptions,
    json,
  },
  notes: BODY_NOTE,
  examples: ['npx itpay webhook verify --header "t=1745712345,v1=…" --explain body.json'],
  run: async ({ header: value, explain, secret, "secret-file": secretFile, json: isJson }, file) => {
    if (value === undefined) throw new UsageError(`--header is required: the value of ${HEADER}.`);
    const header = value.replace(/^x-itpay-signature:\s*/i, "");
    const key = secretOf(secret, secretFile);
    const body = await readBody(file);
    let problem: { code: string; message: string } | undefined;
    try {
      constructEvent(body, header, key);
    } catch (error) {
      if (!isItPayError(error)) throw error;
      problem = { code: error.code, message: error.message };
    }
    const checks = explain
      ? explainSignature({ constructEvent, verifySignature }, body, header, key, Date.now() / 1000)
      : undefined;
    if (isJson) {
      process.stdout.write(
        `${JSON.stringify({ verified: problem === undefined, ...problem, ...(checks === undefined ? {} : { checks }) })}\n`,
      );
    } else {
      process.stdout.write(problem === undefined ? "verified\n" : `${problem.code}: ${problem.message}\n`);
      const failed = checks?.find(({ result }) => result === "failed");
      if (failed !== undefined) process.stdout.write(`${failed.detail}\n`);
    }
    return problem === undefined ? EXIT.ok : EXIT.failed;
  },
});

interface SendResult {
  /** Null without a response. */
  status: number | null;
  /** The start of the response's body, or the reason why there is no response. */
  response: string;
  /** In milliseconds. */
  duration: number;
}

async function post(url: string, body: string, secret: string): Promise<SendResult> {
  const started = performance.now();
  const duration = (): number => Math.round(performance.now() - started);
  const headers = { "Content-Type": "application/json", [HEADER]: generateTestHeader({ payload: body, secret }) };
  const signal = AbortSignal.timeout(TIMEOUT);
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
  } catch (error) {
    return { status: null, response: reasonOf(error, signal), duration: duration() };
  }
  // On one line, without control characters.
  const text = (await startOfBody(response, MAX_SHOWN)).replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ");
  return { status: response.status, response: text, duration: duration() };
}

function lineOf({ status, response, duration }: SendResult): string {
  return `${status ?? "no response:"} ${response} (${duration} ms)`;
}

/** The reason of a failed fetch in the user's terms. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return `the endpoint did not respond within ${TIMEOUT / 1000} s`;
  const { code, message } = ((error as Error).cause ?? {}) as { code?: string; message?: string };
  if (message === "bad port") return "fetch does not use this port, which belongs to another protocol";
  const reasons: Record<string, string> = {
    ECONNREFUSED: "nothing listens there",
    ECONNRESET: "the connection was reset",
    EAI_AGAIN: "the host name was not found",
    ENOTFOUND: "the host name was not found",
    UND_ERR_SOCKET: "the connection was closed",
  };
  return reasons[code ?? ""] ?? `the connection failed${code === undefined ? "" : ` (${code})`}`;
}

/** The event to send: a whole one from a file, or one around the file's or a sample's data. */
function eventOf(file: string | undefined, type: string | undefined, id: string | undefined): object {
  const found = file === undefined ? undefined : parseJson(file, readFile(file, MAX_BODY).toString());
  const event = isWholeEvent(found) ? found : { type: type ?? "payment_intent.succeeded", data: found };
  const { id: ownId, type: ownType, data, ...rest } = event as { id?: string; type: string; data?: unknown };
  const sentType = type ?? ownType;
  return { id: id ?? ownId ?? `evt_${randomUUID()}`, type: sentType, data: data ?? sampleData(sentType), ...rest };
}

function isWholeEvent(value: unknown): value is { type: string; data: object } {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  return typeof type === "string" && typeof data === "object" && data !== null;
}

function sampleData(type: string): object {
  const status = type.split(".").at(-1) ?? "succeeded";
  return {
    id: `pi_${randomUUID()}`,
    amount: { currency: "CNY", value: 699 },
    channel: "alipay",
    status,
    ...(status === "failed" ? { failure_reason: "declined" } : {}),
    metadata: { session_id: "sess_xyz_456" },
  };
}

function secretOf(secret: string | undefined, file: string | undefined): string {
  if (secret !== undefined && file !== undefined)
    throw new UsageError("--secret and --secret-file exclude each other.");
  const found =
    secret ??
    (file === undefined
      ? process.env["ITPAY_WEBHOOK_SECRET"]
      : readFile(file, MAX_SECRET_FILE)
          .toString()
          .replace(/\r?\n$/, ""));
  if (found === undefined)
    throw new UsageError(
      "there is no secret to sign with. Set ITPAY_WEBHOOK_SECRET, in the environment or in .env, or pass --secret-file.",
    );
  if (found === "") throw new UsageError("the secret is empty.");
  return found;
}
