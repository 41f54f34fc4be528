// Verifying and parsing a webhook: ours beside what people would pick instead, in one process, in turns.
//
//   make bench-webhooks

import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

import { constructEvent, generateTestHeader } from "itpay/webhooks";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";

const ROUNDS = 9;
const MS_PER_ROUND = 25;
const SECRET = "whsec_test_secret";
const NOW = Math.floor(Date.now() / 1000);

const version = (name) => JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
const stripe = new Stripe("sk_test_x");
const subtle = Stripe.createSubtleCryptoProvider();
const standardSecret = `whsec_${Buffer.from(SECRET).toString("base64")}`;
const standard = new StandardWebhook(standardSecret);
const svix = new SvixWebhook(standardSecret);

function byHand(body, header) {
  const { t, v1 } = Object.fromEntries(header.split(",").map((pair) => pair.split("=")));
  const expected = createHmac("sha256", SECRET).update(`${t}.`).update(body).digest();
  const given = Buffer.from(v1, "hex");
  if (given.length !== 32 || !timingSafeEqual(expected, given) || Math.abs(Date.now() / 1000 - t) > 300) throw new Error("no");
  return JSON.parse(body);
}

async function byWebCrypto(body, header) {
  const { t, v1 } = Object.fromEntries(header.split(",").map((pair) => pair.split("=")));
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(SECRET), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const good = await crypto.subtle.verify("HMAC", key, Buffer.from(v1, "hex"), encoder.encode(`${t}.${body}`));
  if (!good || Math.abs(Date.now() / 1000 - t) > 300) throw new Error("no");
  return JSON.parse(body);
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const table = [];
for (const size of [300, 1024, 4096, 65536, 1048576]) {
  const frame = JSON.stringify({ id: "evt_1", type: "payment_intent.succeeded", data: { note: "" } });
  const body = frame.replace('"note":""', `"note":"${"x".repeat(size - frame.length)}"`);
  const bytes = new TextEncoder().encode(body);
  const header = generateTestHeader({ payload: body, secret: SECRET });
  const standardHeaders = { "webhook-id": "evt_1", "webhook-timestamp": String(NOW), "webhook-signature": standard.sign("evt_1", new Date(NOW * 1000), body) };
  const contenders = {
    "itpay, string": () => constructEvent(body, header, SECRET),
    "itpay, bytes": () => constructEvent(bytes, header, SECRET),
    stripe: () => stripe.webhooks.constructEvent(body, header, SECRET),
    "stripe, async": () => stripe.webhooks.constructEventAsync(body, header, SECRET, undefined, subtle),
    svix: () => svix.verify(body, standardHeaders),
    standardwebhooks: () => standard.verify(body, standardHeaders),
    "node:crypto by hand": () => byHand(body, header),
    "WebCrypto by hand": () => byWebCrypto(body, header),
  };
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [name, call] of Object.entries(contenders)) {
      const started = process.hrtime.bigint();
      let calls = 0;
      let took = 0;
      do {
        for (let index = 0; index < 10; index += 1) {
          const result = call();
          if (result instanceof Promise) await result;
        }
        calls += 10;
        took = Number(process.hrtime.bigint() - started) / 1000;
      } while (took < MS_PER_ROUND * 1000 && calls < 100_000);
      if (round >= 0) times[name].push(took / calls);
    }
  }
  table.push([size, Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]))]);
}

const names = Object.keys(table[0][1]);
console.log(`\nµs per webhook, verified and parsed; median of ${ROUNDS} rounds in turns. Node ${process.versions.node}, stripe ${version("stripe")}, svix ${version("svix")}, standardwebhooks ${version("standardwebhooks")}\n`);
console.log(`${"".padEnd(22)}${table.map(([size]) => `${size} B`.padStart(12)).join("")}`);
for (const name of names) console.log(`${name.padEnd(22)}${table.map(([, row]) => row[name].toFixed(1).padStart(12)).join("")}`);
console.log();
for (const rival of ["stripe", "stripe, async", "node:crypto by hand", "best of them"]) {
  const cell = ([, row]) => {
    const theirs = rival === "best of them" ? Math.min(...names.filter((name) => !name.startsWith("itpay")).map((name) => row[name])) : row[rival];
    return `${(theirs / row["itpay, string"]).toFixed(2)} ${(theirs / row["itpay, bytes"]).toFixed(2)}`.padStart(12);
  };
  console.log(`${`× ${rival}`.padEnd(22)}${table.map(cell).join("")}`);
}
console.log("\n(the last lines: how many times as fast ours is, for a string and for bytes)\n");
