// Verifying and parsing a webhook: ours beside what people would pick instead, in one process, in turns.
//
//   make bench-webhooks
//
// svix stands at its last version for Node 20; 2.x needs Node 22.

import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { constructEvent, generateTestHeader } from "itpay/webhooks";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";

const SECRET = "whsec_test_secret";

const stripe = new Stripe("sk_test_x");
const subtle = Stripe.createSubtleCryptoProvider();
const standardSecret = `whsec_${Buffer.from(SECRET).toString("base64")}`;
const standard = new StandardWebhook(standardSecret);
const svix = new SvixWebhook(standardSecret);

function byHand(body, header) {
  const { t, v1 } = Object.fromEntries(header.split(",").map((pair) => pair.split("=")));
  const expected = createHmac("sha256", SECRET).update(`${t}.`).update(body).digest();
  const actual = Buffer.from(v1, "hex");
  if (actual.length !== 32 || !timingSafeEqual(expected, actual) || Math.abs(Date.now() / 1000 - t) > 300)
    throw new Error("no");
  return JSON.parse(body);
}

async function byWebCrypto(body, header) {
  const { t, v1 } = Object.fromEntries(header.split(",").map((pair) => pair.split("=")));
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(SECRET), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
  const good = await crypto.subtle.verify("HMAC", key, Buffer.from(v1, "hex"), encoder.encode(`${t}.${body}`));
  if (!good || Math.abs(Date.now() / 1000 - t) > 300) throw new Error("no");
  return JSON.parse(body);
}

/** The lower limit of any HMAC with JSON.parse: two hashes of prepared bytes. It verifies nothing. */
const FLOOR = "(floor, verifies nothing)";
function floor(body) {
  const blocks = [Buffer.alloc(64 + "1745712345.".length + Buffer.byteLength(body)), Buffer.alloc(64 + 32)];
  return () => {
    for (const bytes of blocks) hash("sha256", bytes, "latin1");
    return JSON.parse(body);
  };
}

/** Ways to verify one event of this size. Those that take bytes get them as a server has them, as a Buffer. */
function contenders(size) {
  const frame = JSON.stringify({ id: "evt_1", type: "payment_intent.succeeded", data: { note: "" } });
  const body = frame.replace('"note":""', `"note":"${"x".repeat(size - frame.length)}"`);
  const bytes = Buffer.from(body);
  const header = generateTestHeader({ payload: body, secret: SECRET });
  const now = Math.floor(Date.now() / 1000);
  const standardHeaders = {
    "webhook-id": "evt_1",
    "webhook-timestamp": String(now),
    "webhook-signature": standard.sign("evt_1", new Date(now * 1000), body),
  };
  return {
    "itpay, string": () => constructEvent(body, header, SECRET),
    "itpay, bytes": () => constructEvent(bytes, header, SECRET),
    stripe: () => stripe.webhooks.constructEvent(body, header, SECRET),
    "stripe, bytes": () => stripe.webhooks.constructEvent(bytes, header, SECRET),
    "stripe, async": () => stripe.webhooks.constructEventAsync(body, header, SECRET, undefined, subtle),
    svix: () => svix.verify(body, standardHeaders),
    standardwebhooks: () => standard.verify(body, standardHeaders),
    "node:crypto by hand": () => byHand(body, header),
    "node:crypto, bytes": () => byHand(bytes, header),
    "WebCrypto by hand": () => byWebCrypto(body, header),
    [FLOOR]: floor(body),
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** µs per call of each contender: medians of rounds in turns. */
export async function measure(size, { rounds, ms, only = () => true }) {
  const calls = Object.entries(contenders(size)).filter(([name]) => only(name));
  const times = Object.fromEntries(calls.map(([name]) => [name, []]));
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, call] of calls) {
      const started = process.hrtime.bigint();
      let count = 0;
      let took = 0;
      do {
        for (let index = 0; index < 10; index += 1) {
          const result = call();
          if (result instanceof Promise) await result;
        }
        count += 10;
        took = Number(process.hrtime.bigint() - started) / 1000;
      } while (took < ms * 1000 && count < 100_000);
      if (round >= 0) times[name].push(took / count);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rounds = 9;
  const table = [];
  for (const size of [300, 1024, 4096, 65536, 1048576]) table.push([size, await measure(size, { rounds, ms: 25 })]);
  const names = Object.keys(table[0][1]);
  const version = (name) =>
    JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
  const row = (title, cell) => console.log(`${title.padEnd(32)}${table.map(cell).join("")}`);
  console.log(
    `\nµs per webhook, verified and parsed; median of ${rounds} rounds in turns. Node ${process.versions.node}, stripe ${version("stripe")}, svix ${version("svix")}, standardwebhooks ${version("standardwebhooks")}\n`,
  );
  row("", ([size]) => `${size} B`.padStart(12));
  for (const name of names) row(name, ([, times]) => times[name].toFixed(1).padStart(12));
  console.log("\nHow many times as fast ours is:\n");
  const ratio = (title, ours, rivals) =>
    row(title, ([, times]) => (Math.min(...rivals.map((name) => times[name])) / times[ours]).toFixed(2).padStart(12));
  const rivals = names.filter((name) => !name.startsWith("itpay") && name !== FLOOR);
  ratio("string, beside stripe", "itpay, string", ["stripe"]);
  ratio("string, beside stripe, async", "itpay, string", ["stripe, async"]);
  ratio("string, beside node:crypto", "itpay, string", ["node:crypto by hand"]);
  ratio(
    "string, beside the best",
    "itpay, string",
    rivals.filter((name) => !name.endsWith("bytes")),
  );
  ratio("bytes, beside stripe", "itpay, bytes", ["stripe, bytes"]);
  ratio("bytes, beside node:crypto", "itpay, bytes", ["node:crypto, bytes"]);
  ratio("string, beside the floor", "itpay, string", [FLOOR]);
  ratio(
    "bytes, beside all their strings",
    "itpay, bytes",
    rivals.filter((name) => !name.endsWith("bytes")),
  );
  console.log();
}
