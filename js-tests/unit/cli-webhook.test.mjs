// `npx itpay webhook` and `npx itpay qr`, as their users start them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { createNodeHandler } from "itpay/webhooks/node";

const SECRET = "whsec_cli";

async function itpay(args, input = "") {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../../pkg/dist/bin/itpay.mjs", import.meta.url)), ...args], { env: { ...process.env, ITPAY_WEBHOOK_SECRET: SECRET } });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (piece) => (output += piece));
  child.stderr.on("data", (piece) => (errors += piece));
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, output, errors };
}

/** The gateway's signature, by Node's own HMAC. */
const header = (body, secret = SECRET, time = Math.floor(Date.now() / 1000)) => `t=${time},v1=${createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`;
const BODY = '{"id":"evt_1","type":"payment_intent.succeeded","data":{"id":"pi_1","n":[1,2]}}';

test("send posts an event that a handler receives, and ends with 1 where it is refused", async () => {
  const seen = [];
  const server = createServer(createNodeHandler({ secret: SECRET, on: { default: (event) => void seen.push(event) }, onError: () => undefined }));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const sent = await itpay(["webhook", "send", "--to", url, "--type", "payment_intent.failed"]);
  assert.deepEqual([sent.code, seen[0].type, seen[0].data.failure_reason], [0, "payment_intent.failed", "declined"], sent.errors);
  assert.match(sent.output, /200 \{"status":"received"\}/);
  const forged = await itpay(["webhook", "send", "--to", url, "--secret", "whsec_other"]);
  assert.deepEqual([forged.code, /401/.test(forged.output)], [1, true]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.equal((await itpay(["webhook", "send", "--to", url])).code, 1);
});

test("sign prints what Node's own HMAC computes", async () => {
  assert.equal((await itpay(["webhook", "sign", "--timestamp", "1745712345"], BODY)).output, `X-ItPay-Signature: ${header(BODY, SECRET, 1745712345)}\n`);
});

test("verify --explain says what went wrong", async () => {
  const now = Math.floor(Date.now() / 1000);
  const table = [
    [header(BODY), BODY, /^verified/],
    [header(BODY), JSON.stringify(JSON.parse(BODY), null, 2), /no_match[^]*as compact JSON: what you have was parsed/],
    [header('{"id": "evt_1", "type": "x"}'), '{"id":"evt_1","type":"x"}', /no_match[^]*a space behind each colon/],
    [header(BODY), `\uFEFF${BODY}`, /no_match[^]*without the byte order mark/],
    [header(BODY), `${BODY}\n`, /no_match[^]*without the white space/],
    [header(BODY, `${SECRET}\n`), BODY, /no_match[^]*secret with a line break/],
    [header(BODY, "cli"), BODY, /no_match[^]*without its prefix/],
    [header(BODY, "whsec_another"), BODY, /no_match[^]*another endpoint's secret/],
    [header(BODY, SECRET, now - 1000), BODY, /too_old[^]*10[0-3]\d s before this machine's clock/],
    [header(BODY, SECRET, now + 1000), BODY, /too_new[^]*(9[6-9]\d|1000) s after/],
    ["t=x", BODY, /malformed_header/],
    ["", BODY, /missing_header/],
    [header("[]"), "[]", /invalid_event/],
  ];
  for (const [value, body, expected] of table) {
    const { code, output } = await itpay(["webhook", "verify", "--explain", "--header", value], body);
    assert.match(output, expected);
    assert.equal(code, output.startsWith("verified") ? 0 : 1);
    assert.ok(!output.includes(SECRET));
  }
});

test("qr draws, and whatever makes no sense is a sentence and a code", async () => {
  assert.match((await itpay(["qr", "https://itpay.ai"])).output, /^[█▀▄ \n]{200,}$/);
  for (const args of [["webhook"], ["webhook", "fly"], ["webhook", "send"], ["webhook", "send", "--to", "x"], ["webhook", "verify"], ["webhook", "sign", "--timestamp", "-1"], ["webhook", "sign", "--secret", ""], ["webhook", "sign", "/none"], ["qr", "a", "b"], ["qr", "--what"], ["qr"]]) {
    const { code, errors } = await itpay(args);
    assert.ok(code > 0 && errors.length > 10 && !errors.includes("    at "), `${args.join(" ")}: ${errors}`);
  }
});
