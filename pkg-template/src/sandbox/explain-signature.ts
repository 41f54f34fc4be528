// Explains a webhook signature check by check. The sandbox's page and `npx itpay webhook verify --explain` show it.

import { isItPayError, type SignatureVerificationError } from "../internal/errors.js";
import type { VerifyOptions } from "../webhooks/signature.js";

/** @internal The functions of `itpay/webhooks` that are used. */
export interface Verifier {
  constructEvent(body: Uint8Array, header: string, secret: string, options?: VerifyOptions): unknown;
  verifySignature(body: string | Uint8Array, header: string, secret: string, options?: VerifyOptions): boolean;
}

/** @internal One check of a signature, in the order in which the package does them. */
export interface SignatureCheck {
  check: "header" | "secret" | "signature" | "timestamp" | "event";
  result: "passed" | "failed" | "skipped";
  /** A sentence with the reason of a failure and its fix. */
  detail: string;
}

const MAX_AGE = 300;

/** @internal @param now Unix seconds */
export function explainSignature(
  verifier: Verifier,
  body: Uint8Array,
  header: string,
  secret: string,
  now: number,
): SignatureCheck[] {
  const { code, hint = "" } = errorOf(verifier, body, header, secret, now) ?? {};
  const time = Number(/(?:^|,)\s*t=(\d+)/.exec(header)?.[1]);
  const difference = Math.floor(now) - time;
  const age = `Its time is ${Math.abs(difference)} s ${difference >= 0 ? "before" : "after"} this machine's clock; ${MAX_AGE} s are allowed.`;
  const order: [SignatureCheck["check"], failures: Record<string, () => string>, passed: string][] = [
    [
      "header",
      {
        missing_header: () =>
          "There is no X-ItPay-Signature header. Pass the request's headers, and check that no proxy removes it.",
        malformed_header: () => "It is not of the form t=<unix seconds>,v1=<64 hex digits>. Pass it as it came.",
      },
      "It has a time and a signature.",
    ],
    ["secret", { bad_secret: () => "It is empty. Pass the whsec_… secret of this endpoint." }, "It is there."],
    [
      "signature",
      { no_match: () => explainMismatch(verifier, body, header, secret, hint) },
      "It was made with this secret over this body.",
    ],
    [
      "timestamp",
      {
        too_old: () => `${age} An old webhook was sent again, or this machine's clock is ahead.`,
        too_new: () => `${age} This machine's clock, or the sender's, is wrong.`,
      },
      age,
    ],
    [
      "event",
      { invalid_event: () => "The body is not JSON with an id, a type and data." },
      "The body is JSON with an id, a type and data.",
    ],
  ];
  let isOver = false;
  return order.map(([check, failures, passed]) => {
    if (isOver) return { check, result: "skipped", detail: "An earlier check failed." };
    const failure = code !== undefined && Object.hasOwn(failures, code) ? failures[code] : undefined;
    isOver = failure !== undefined;
    return failure === undefined
      ? { check, result: "passed", detail: passed }
      : { check, result: "failed", detail: failure() };
  });
}

function errorOf(
  verifier: Verifier,
  body: Uint8Array,
  header: string,
  secret: string,
  now: number,
): { code: string; hint?: string } | undefined {
  try {
    verifier.constructEvent(body, header, secret, { maxAge: MAX_AGE, now });
    return undefined;
  } catch (error) {
    if (isItPayError(error)) return error as SignatureVerificationError;
    throw error;
  }
}

/** Tries the most frequent mistakes and returns the one that would have verified. */
function explainMismatch(verifier: Verifier, body: Uint8Array, header: string, secret: string, hint: string): string {
  // The body or the secret itself shows the cause: base64, compression, nothing at all, the prefix alone.
  if (!hint.startsWith("Most often")) return hint;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
  const matches = (otherBody: string | Uint8Array, otherSecret: string): boolean =>
    otherSecret !== "" && verifier.verifySignature(otherBody, header, otherSecret, { maxAge: Infinity });
  const bodies: [string, string][] = [
    ["without the byte order mark at its beginning", text.replace(/^\uFEFF/, "")],
    ["with a byte order mark at its beginning", `\uFEFF${text}`],
    ["without the white space at its ends", text.trim()],
    ["with a line break at its end", `${text}\n`],
    ["with the line breaks of Unix", text.replaceAll("\r\n", "\n")],
    ["with the line breaks of Windows", text.replaceAll(/\r?\n/g, "\r\n")],
  ];
  try {
    const parsed: unknown = JSON.parse(text);
    bodies.push(["as compact JSON: what you have was parsed and written again, with spaces", JSON.stringify(parsed)]);
    bodies.push([
      "as JSON with two spaces: what you have was parsed and written again",
      JSON.stringify(parsed, null, 2),
    ]);
    // Python's json.dumps writes a space after each comma and colon.
    bodies.push([
      "as JSON with a space behind each colon and comma: what you have was parsed and written again",
      spaced(parsed),
    ]);
  } catch {
    // The body is not JSON, so it was not serialized again.
  }
  for (const [how, other] of bodies)
    if (matches(other, secret)) return `The signature fits the body ${how}. Pass the raw bytes as they came.`;
  const secrets: [string, string][] = [
    ["without the white space around it", secret.trim()],
    ["with a line break at its end", `${secret}\n`],
    ["without the quotes around it", secret.replace(/^(["'])(.*)\1$/, "$2")],
    ["without its prefix whsec_", secret.replace(/^whsec_/, "")],
    ["with the prefix whsec_", `whsec_${secret}`],
  ];
  for (const [how, other] of secrets)
    if (other !== secret && matches(body, other)) return `The signature fits the secret ${how}.`;
  return "Neither the body written another way nor the secret without stray characters fits: it is most likely another endpoint's secret, or the body was changed.";
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${spaced(one)}`)
    .join(", ")}}`;
}
