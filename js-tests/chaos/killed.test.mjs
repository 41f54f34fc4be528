// A merchant's process is killed at random moments, with Redis as the store: no event is lost, and none is ever handled
// by two at once. CHAOS_KILLS says how often it is killed (100 by hand: `make chaos`).

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { ItPayClient } from "itpay";
import { createSandbox } from "itpay/sandbox";
import { createClient } from "redis";

const KILLS = Number(process.env.CHAOS_KILLS ?? 8);
const SECRET = "whsec_chaos";
/** Longer than the merchant's code ever takes. */
const LEASE = 1_000;
/** The sandbox's clock runs faster, so that redeliveries need not be waited for as long. */
const SPEED = 5;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

test(`a merchant that is killed ${KILLS} times loses no event, and never handles one twice at once`, async (t) => {
  const [port, redisPort] = [await freePort(), await freePort()];
  const redisServer = spawn("redis-server", ["--port", String(redisPort), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => redisServer.kill());
  await new Promise((ready) => redisServer.stdout.on("data", (piece) => String(piece).includes("Ready to accept") && ready()));
  const redis = await createClient({ url: `redis://127.0.0.1:${redisPort}` }).connect();
  t.after(() => redis.destroy());

  let merchant;
  const killed = new Map();
  let starting;
  const start = async () => {
    const began = Date.now();
    const path = fileURLToPath(new URL("merchant.mjs", import.meta.url));
    merchant = spawn(process.execPath, [path, port, redisPort, SECRET, LEASE].map(String), { stdio: ["ignore", "pipe", "inherit"] });
    await once(merchant.stdout, "data");
    starting = Date.now() - began;
  };
  t.after(() => merchant.kill("SIGKILL"));
  await start();

  const began = Date.now();
  const sandbox = createSandbox({ webhookUrl: `http://127.0.0.1:${port}/`, webhookSecret: SECRET, now: () => began + (Date.now() - began) * SPEED });
  t.after(() => sandbox.close());
  const client = new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch, env: {} });
  const { id: service_id } = await client.manifests.create({ name: "S", payment_methods: { one_time: true }, accepted_channels: ["alipay"], settlement_currency: "CNY", endpoint: "https://unused.example/" });
  await client.manifests.activate(service_id);

  let selling = true;
  const sales = (async () => {
    while (selling) {
      const { id } = await client.paymentIntents.create({ service_id, type: "one_time", amount: { currency: "CNY", value: 1 }, payer: { agent_id: "a" } });
      await client.qr.generate(id);
      void sandbox.pay(id);
      await new Promise((done) => setTimeout(done, 10));
    }
  })();
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Up for most of the time on any machine: the gateway gives up on those that are down ten times out of ten.
    await new Promise((done) => setTimeout(done, (2 + Math.random() * 4) * starting));
    merchant.kill("SIGKILL");
    await once(merchant, "exit");
    killed.set(merchant.pid, Date.now());
    await start();
  }
  selling = false;
  await sales;
  const waiting = () => sandbox.deliveries.filter(({ progress }) => progress.state !== "delivered");
  for (const end = Date.now() + 120_000; waiting().length > 0 && Date.now() < end;) {
    await new Promise((done) => setTimeout(done, 200));
    await sandbox.tick(); // its clock is ahead of its timers
  }
  assert.deepEqual(waiting().map(({ id, attempts }) => ({ id, attempts: attempts.length })), [], "every event has arrived");

  const notes = new Map();
  for (const text of await redis.lRange("notes", 0, -1)) {
    const note = JSON.parse(text);
    if (notes.has(note.id)) notes.get(note.id).push(note);
    else notes.set(note.id, [note]);
  }
  const ids = new Set(sandbox.deliveries.map(({ id }) => id));
  let cutOff = 0;
  for (const id of ids) {
    const own = notes.get(id) ?? [];
    const spans = own.filter(({ what }) => what === "begin").map(({ pid, at }) => {
      const end = own.find((note) => note.what === "end" && note.pid === pid && note.at >= at);
      if (end === undefined) cutOff += 1;
      return { from: at, to: end?.at ?? killed.get(pid) };
    });
    assert.ok(own.some(({ what }) => what === "end"), `${id} was handled`);
    spans.sort((a, b) => a.from - b.from);
    for (let index = 1; index < spans.length; index += 1) assert.ok(spans[index].from >= spans[index - 1].to, `${id} was handled by two at once`);
  }
  assert.ok(cutOff > 0, "no handling was cut off: the test has shown nothing");
  console.log(`${ids.size} events, ${KILLS} kills, ${cutOff} handlings cut off in the middle and done again; none lost, none by two at once`);
});
