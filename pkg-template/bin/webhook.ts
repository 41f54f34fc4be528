// `npx itpay webhook`: sends a signed event to an endpoint, signs a body, and says why one does not verify.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { constructEvent, generateTestHeader, isItPayError, SignatureVerificationError, verifySignature } from "../entry/webhooks.js";

const TIMEOUT = 30_000;

export async function webhook([command = "", ...args]: string[]): Promise<number> {
  const commands: Record<string, (args: string[]) => number | Promise<number>> = { send, sign, verify };
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (run === undefined) return complain("say send, sign or verify. See npx itpay --help.", 2);
  try {
    return await run(args);
  } catch (error) {
    return complain((error as Error).message, 2);
  }
}

/** Posts an event as the gateway would. 0 if it was answered 2xx. */
async function send(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { to: { type: "string" }, type: { type: "string", default: "payment_intent.succeeded" }, data: { type: "string" }, id: { type: "string" }, secret: { type: "string" } },
  });
  if (values.to === undefined || !/^https?:\/\/./.test(values.to)) throw new Error("--to must be the endpoint's URL.");
  const data: unknown = values.data === undefined ? sample(values.type) : JSON.parse(readFileSync(values.data, "utf8"));
  const body = JSON.stringify({ id: values.id ?? `evt_${randomUUID()}`, type: values.type, data });
  const started = Date.now();
  let response: Response;
  try {
    const headers = { "Content-Type": "application/json", "X-ItPay-Signature": generateTestHeader({ payload: body, secret: secretOf(values.secret) }) };
    response = await fetch(values.to, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT) });
  } catch (error) {
    if (isItPayError(error)) throw error;
    return complain(`no answer from ${values.to}.`, 1);
  }
  const answer = (await response.text()).replaceAll(/[\s\p{Cc}]+/gu, " ").slice(0, 200);
  process.stdout.write(`${body}\n${response.status} ${answer} (${Date.now() - started} ms)\n`);
  return response.ok ? 0 : 1;
}

/** Prints the header for a body. */
function sign(args: string[]): number {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { secret: { type: "string" }, timestamp: { type: "string" } } });
  if (values.timestamp !== undefined && !/^\d{1,12}$/.test(values.timestamp)) throw new Error("--timestamp must be Unix seconds.");
  const header = generateTestHeader({
    payload: bodyOf(positionals),
    secret: secretOf(values.secret),
    ...(values.timestamp === undefined ? {} : { timestamp: Number(values.timestamp) }),
  });
  process.stdout.write(`X-ItPay-Signature: ${header}\n`);
  return 0;
}

/** 0 if a body verifies. */
function verify(args: string[]): number {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { header: { type: "string" }, secret: { type: "string" }, explain: { type: "boolean", default: false } },
  });
  if (values.header === undefined) throw new Error("--header must be the value of X-ItPay-Signature.");
  const header = values.header.replace(/^x-itpay-signature:\s*/i, "");
  const [body, secret] = [bodyOf(positionals), secretOf(values.secret)];
  try {
    constructEvent(body, header, secret);
    process.stdout.write("verified\n");
    return 0;
  } catch (error) {
    if (!isItPayError(error)) throw error;
    process.stdout.write(`${error.code}: ${error.message}\n`);
    if (values.explain && error instanceof SignatureVerificationError) process.stdout.write(`${explain(error, body, header, secret)}\n`);
    return 1;
  }
}

/** Tries what most often went wrong, and says which of it would have verified. */
function explain({ code, hint }: SignatureVerificationError, body: Uint8Array, header: string, secret: string): string {
  if (code === "too_old" || code === "too_new") {
    const seconds = Math.abs(Math.floor(Date.now() / 1000) - Number(/(?:^|,)\s*t=(\d+)/.exec(header)?.[1]));
    return `The signature is right. Its time is ${seconds} s ${code === "too_old" ? "before" : "after"} this machine's clock; 300 s are allowed. ${hint}`;
  }
  if (code !== "no_match") return hint;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
  const fits = (otherBody: string | Uint8Array, otherSecret: string): boolean =>
    otherSecret !== "" && verifySignature(otherBody, header, otherSecret, { maxAge: Infinity });
  const bodies: [string, string][] = [
    ["without the byte order mark at its beginning", text.replace(/^\uFEFF/, "")],
    ["with a byte order mark at its beginning", `\uFEFF${text}`],
    ["without the white space at its ends", text.trim()],
    ["with a line break at its end", `${text}\n`],
    ["with the line breaks of Unix", text.replaceAll("\r\n", "\n")],
  ];
  try {
    const parsed: unknown = JSON.parse(text);
    bodies.push(["as compact JSON: what you have was parsed and written again, with spaces", JSON.stringify(parsed)]);
    bodies.push(["as JSON with two spaces: what you have was parsed and written again", JSON.stringify(parsed, null, 2)]);
    // Python and some others write a space behind each comma and colon.
    bodies.push(["as JSON with a space behind each colon and comma: what you have was parsed and written again", spaced(parsed)]);
  } catch {
    // Not JSON: nothing of it could have been written again.
  }
  for (const [what, other] of bodies) if (fits(other, secret)) return `The signature fits the body ${what}. Pass the raw bytes as they came.`;
  const secrets: [string, string][] = [
    ["without the white space around it", secret.trim()],
    ["with a line break at its end", `${secret}\n`],
    ["without the quotes around it", secret.replace(/^(["'])(.*)\1$/, "$2")],
    ["without its prefix whsec_", secret.replace(/^whsec_/, "")],
    ["with the prefix whsec_", `whsec_${secret}`],
  ];
  for (const [what, other] of secrets) if (other !== secret && fits(body, other)) return `The signature fits the secret ${what}.`;
  return "Neither the body written another way nor the secret without stray characters fits: it is most likely another endpoint's secret, or the body was changed.";
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${spaced(one)}`).join(", ")}}`;
}

function sample(type: string): object {
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

function bodyOf([file = "-", ...more]: string[]): Uint8Array {
  if (more.length > 0) throw new Error("one file at a time; without one the body is read from standard input.");
  return readFileSync(file === "-" ? 0 : file);
}

function secretOf(secret: string | undefined): string {
  const found = secret ?? process.env["ITPAY_WEBHOOK_SECRET"];
  if (found === undefined || found === "") throw new Error("--secret, or the variable ITPAY_WEBHOOK_SECRET, must be the endpoint's secret.");
  return found;
}

function complain(sentence: string, code: number): number {
  process.stderr.write(`itpay webhook: ${sentence}\n`);
  return code;
}
