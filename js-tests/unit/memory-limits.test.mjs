// What a hostile server can make a program remember: each response in a process of its own, with a wide margin.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createGzip } from "node:zlib";

/** So many pieces of 64 KiB. 450 MB of zeros are 450 kB in gzip. */
function* pieces(count) {
  const piece = Buffer.alloc(64 * 1024, "0");
  for (let sent = 0; sent < count; sent += 1) yield piece;
}

const unpacked = 450 * 16;
const bodies = {
  endless: (response) => pipeline(pieces(Infinity), response.writeHead(200)),
  bomb: (response) => pipeline(pieces(unpacked), createGzip(), response.writeHead(200, { "Content-Encoding": "gzip" })),
  "payment-required": (response) =>
    pipeline(
      pieces(unpacked),
      createGzip(),
      response.writeHead(402, { "Content-Encoding": "gzip", "X-Payment-Intent": "pi_1" }),
    ),
};
const server = createServer((request, response) => {
  const kind = Object.keys(bodies).find((name) => request.url.includes(`/${name}/`));
  bodies[kind](response).catch(() => undefined); // The client hangs up.
}).listen(0, "127.0.0.1");
await once(server, "listening");
after(() => server.close().closeAllConnections());
const url = `http://127.0.0.1:${server.address().port}`;

/** Runs code in a process of its own. Returns its memory beyond what it had before, and what the code returned. */
async function memoryOf(code) {
  const program = `
    import { ItPayClient, parsePaymentRequired } from "itpay";
    import { GoPayClient } from "itpay/gopay";
    const url = ${JSON.stringify(url)};
    await fetch("data:,").then((response) => response.text());
    const itpay = (kind) => new ItPayClient({ apiKey: "sk_test_1", baseUrl: \`\${url}/\${kind}/v1\`, maxRetries: 0 });
    await itpay("none").paymentIntents.retrieve("pi_1", { signal: AbortSignal.abort() }).catch(() => {});
    const before = process.resourceUsage().maxRSS;
    const result = await (async () => { ${code} })();
    console.log(JSON.stringify([result, (process.resourceUsage().maxRSS - before) / 1024]));
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    timeout: 60_000,
  });
  return JSON.parse(stdout);
}

for (const [what, code, expected] of [
  [
    "an endless response of ItPay",
    `return itpay("endless").paymentIntents.retrieve("pi_1").catch((error) => error.code)`,
    "response_too_large",
  ],
  [
    "a response of ItPay of 450 MB unpacked",
    `return itpay("bomb").paymentIntents.retrieve("pi_1").catch((error) => error.code)`,
    "response_too_large",
  ],
  [
    "a token response of GoPay of 450 MB unpacked",
    `const gopay = new GoPayClient({ goId: "8123456789", clientId: "1", clientSecret: "s", isSandbox: true, baseUrl: url + "/bomb/api", maxRetries: 0 });
     return gopay.payments.status("1").catch((error) => error.code)`,
    "response_too_large",
  ],
  [
    "a 402 of 450 MB unpacked",
    `return (await parsePaymentRequired(await fetch(url + "/payment-required/"))).paymentIntentId`,
    "pi_1",
  ],
]) {
  test(`${what} takes less than 100 MB of memory`, { timeout: 90_000 }, async () => {
    const [result, megabytes] = await memoryOf(code);
    assert.equal(result, expected);
    assert.ok(megabytes < 100, `${megabytes} MB`);
  });
}
