// `npx itpay webhook` and `npx itpay qr`, as their users start them.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { toMatrix } from "itpay/qr";
import { createNodeHandler } from "itpay/webhooks/node";

import { itpay as run } from "../command-line.mjs";

const SECRET = "whsec_cli";

const itpay = (args, input = "") => run(args, { env: { ITPAY_WEBHOOK_SECRET: SECRET }, input });

/** The gateway's signature, by Node's own HMAC. */
const header = (body, secret = SECRET, time = Math.floor(Date.now() / 1000)) =>
  `t=${time},v1=${createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`;
const BODY = '{"id":"evt_1","type":"payment_intent.succeeded","data":{"id":"pi_1","n":[1,2]}}';

test("send posts an event to a handler, and exits with 1 if it is rejected", async () => {
  const seen = [];
  const server = createServer(
    createNodeHandler({ secret: SECRET, on: { default: (event) => void seen.push(event) }, onError: () => undefined }),
  );
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const sent = await itpay(["webhook", "send", "--to", url, "--type", "payment_intent.failed"]);
  assert.deepEqual(
    [sent.code, seen[0].type, seen[0].data.failure_reason],
    [0, "payment_intent.failed", "declined"],
    sent.errors,
  );
  assert.match(sent.output, /200 \{"status":"received"\}/);
  const forged = await itpay(["webhook", "send", "--to", url, "--secret", "whsec_other"]);
  assert.deepEqual([forged.code, /401/.test(forged.output)], [1, true]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.equal((await itpay(["webhook", "send", "--to", url])).code, 1);
});

/** An endpoint on loopback, and what it received. */
async function endpoint(t, reply = (response) => response.end("thanks")) {
  const received = [];
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: Buffer.concat(await request.toArray()).toString() });
    reply(response, request);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${server.address().port}/hook` };
}

test("send reads the data or a whole event from a file, takes an id, and can repeat the event", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "itpay-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (name, value) => {
    writeFileSync(join(folder, name), JSON.stringify(value));
    return join(folder, name);
  };
  const { received, url } = await endpoint(t);
  const send = async (...args) => {
    const { code, errors } = await itpay(["webhook", "send", "--to", url, ...args]);
    assert.equal(code, 0, errors);
    return received.splice(0).map(({ body }) => JSON.parse(body));
  };
  const data = { id: "pi_9", amount: { currency: "CNY", value: 1 } };
  assert.deepEqual(await send("--id", "evt_9", "--data", write("data.json", data)), [
    { id: "evt_9", type: "payment_intent.succeeded", data },
  ]);
  const event = { id: "evt_7", type: "escrow.held", data, created: 1 };
  assert.deepEqual(await send("--data", write("event.json", event)), [event]);
  assert.deepEqual(await send("--data", join(folder, "event.json"), "--id", "evt_8", "--type", "other"), [
    { ...event, id: "evt_8", type: "other" },
  ]);
  const twice = await send("--times", "2");
  assert.deepEqual(twice[0], twice[1]);
});

test("docs/cli.md: its commands run as they stand, but for the endpoint", async (t) => {
  const { received, url } = await endpoint(t);
  const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
  const commands = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block]) => block.trim().split("\n"));
  assert.deepEqual(commands, ["npx itpay webhook send --to http://localhost:3000/webhook --times 2"]);
  const { code, errors } = await itpay(commands[0].replace("http://localhost:3000/webhook", url).split(" ").slice(2));
  assert.deepEqual([code, received.length], [0, 2], errors);
});

test("send reports a missing secret, and a secret may come from a file", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "itpay-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { received, url } = await endpoint(t);
  const none = await run(["webhook", "send", "--to", url]);
  assert.deepEqual(
    [none.code, none.errors],
    [
      2,
      "itpay webhook send: there is no secret to sign with. Set ITPAY_WEBHOOK_SECRET, in the environment or in .env, or pass --secret-file.\nSee npx itpay webhook send --help.\n",
    ],
  );
  writeFileSync(join(folder, "secret"), `${SECRET}\n`);
  assert.equal((await run(["webhook", "send", "--to", url, "--secret-file", join(folder, "secret")])).code, 0);
  const [{ headers, body }] = received;
  assert.equal(
    headers["x-itpay-signature"],
    header(body, SECRET, Number(/t=(\d+)/.exec(headers["x-itpay-signature"])[1])),
  );
});

test("send follows no redirect, reads no endless response, and explains a missing one", {
  timeout: 30_000,
}, async (t) => {
  const redirect = await endpoint(t, (response) => response.writeHead(303, { Location: "/hook" }).end());
  assert.deepEqual([(await itpay(["webhook", "send", "--to", redirect.url])).code, redirect.received.length], [1, 1]);
  const endless = await endpoint(t, (response) => {
    const write = () => {
      while (!response.destroyed && response.write("x".repeat(65536)));
    };
    response.on("drain", write);
    write();
  });
  const { code, output } = await itpay(["webhook", "send", "--to", endless.url, "--json"]);
  assert.deepEqual([code, JSON.parse(output).status, JSON.parse(output).response], [0, 200, "x".repeat(200)]);
  const reset = await endpoint(t, (_, request) => request.socket.destroy());
  for (const [url, reason] of [
    ["http://127.0.0.1:1024/", /nothing listens there/],
    ["http://127.0.0.1:9/", /fetch does not use this port/],
    [reset.url, /the connection was (closed|reset)/],
    ["http://none.invalid/", /the host name was not found/],
  ]) {
    const failed = await itpay(["webhook", "send", "--to", url]);
    assert.equal(failed.code, 1);
    assert.match(failed.output, reason);
  }
});

test("with --json each command prints a line of JSON", async (t) => {
  const { url } = await endpoint(t);
  const parsed = async (args, input) => JSON.parse((await itpay([...args, "--json"], input)).output);
  const sent = await parsed(["webhook", "send", "--to", url, "--id", "evt_1"]);
  assert.deepEqual(
    [sent.status, sent.response, sent.event.id, typeof sent.duration],
    [200, "thanks", "evt_1", "number"],
  );
  assert.deepEqual(await parsed(["webhook", "sign", "--timestamp", "1"], BODY), {
    header: "X-ItPay-Signature",
    value: header(BODY, SECRET, 1),
  });
  assert.deepEqual(await parsed(["webhook", "verify", "--header", header(BODY)], BODY), { verified: true });
  const refused = await parsed(["webhook", "verify", "--header", header("{}"), "--explain"], BODY);
  assert.deepEqual(
    [refused.verified, refused.code, refused.checks.map(({ check, result }) => `${check} ${result}`)],
    [false, "no_match", ["header passed", "secret passed", "signature failed", "timestamp skipped", "event skipped"]],
  );
});

test("sign prints the same as Node's HMAC", async () => {
  assert.equal(
    (await itpay(["webhook", "sign", "--timestamp", "1745712345"], BODY)).output,
    `X-ItPay-Signature: ${header(BODY, SECRET, 1745712345)}\n`,
  );
});

test("verify --explain names the cause", async () => {
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
    [header(BODY), Buffer.from(BODY).toString("base64"), /no_match[^]*still in base64/],
    [header(BODY), gzipSync(BODY), /no_match[^]*still compressed/],
    [header(BODY), "", /no_match[^]*body is empty: something read it/],
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

test("verify --explain says that the secret is only its prefix", async () => {
  const args = ["webhook", "verify", "--explain", "--secret", "whsec_", "--header", header(BODY)];
  const { code, output } = await itpay(args, BODY);
  assert.deepEqual([code, output.split("\n")[1]], [1, "The secret is only its prefix whsec_."]);
});

test("qr --json prints the rows of the code, or the path of its picture", async (t) => {
  const { size, rows } = JSON.parse((await itpay(["qr", "--json", "https://itpay.ai"])).output);
  const { isDark } = toMatrix("https://itpay.ai");
  assert.equal(rows.length, size);
  rows.forEach((row, y) => [...row].forEach((digit, x) => assert.equal(digit, isDark(x, y) ? "1" : "0")));
  const file = join(mkdtempSync(join(tmpdir(), "itpay-")), "code.png");
  t.after(() => rmSync(dirname(file), { recursive: true }));
  const { output } = await itpay(["qr", "--json", "--png", file, "https://itpay.ai"]);
  assert.deepEqual(JSON.parse(output), { file });
  assert.equal(readFileSync(file).subarray(1, 4).toString(), "PNG");
});

test("qr draws, and invalid options are explained with exit status 2", async () => {
  assert.match((await itpay(["qr", "https://itpay.ai"])).output, /^[█▀▄ \n]{200,}$/);
  for (const args of [
    ["webhook"],
    ["webhook", "fly"],
    ["webhook", "send"],
    ["webhook", "send", "--to", "x"],
    ["webhook", "verify"],
    ["webhook", "sign", "--timestamp", "-1"],
    ["webhook", "sign", "--secret", ""],
    ["webhook", "sign", "/none"],
    ["qr", "a", "b"],
    ["qr", "--what"],
    ["qr"],
  ]) {
    const { code, errors } = await itpay(args);
    assert.ok(code > 0 && errors.length > 10 && !errors.includes("    at "), `${args.join(" ")}: ${errors}`);
  }
});
