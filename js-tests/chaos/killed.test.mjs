// A merchant's process is killed at random moments, with Redis or PostgreSQL as the store, which loses single responses: no
// event is lost, and none is handled by two within a lease. The long form (`make chaos`: 100 kills) runs on the default lease and the
// sandbox's own schedule. The short form shortens both together, so that their relation stays.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { ItPayClient } from "itpay";
import { createSandbox } from "itpay/sandbox";
import { createClient } from "redis";

import { freePort } from "../loopback.mjs";
import { startPostgres, startRedis } from "../servers.mjs";
import { dice } from "./bad-network.mjs";
import { lossyProxy } from "./lossy-proxy.mjs";

const KILLS = Number(process.env.CHAOS_KILLS ?? 5);
const SEED = Number(process.env.CHAOS_SEED ?? 1);
const SECRET = "whsec_chaos";
/** The default lease of createWebhookHandler. */
const DEFAULT_LEASE = 60_000;
/** How much faster the sandbox's clock runs, and how much shorter the lease is. */
const SPEED = Number(process.env.CHAOS_SPEED ?? 20);
const LEASE = DEFAULT_LEASE / SPEED;
/** The share of the store's responses that get lost. */
const LOST = 0.01;

for (const [kind, startStore] of Object.entries({ redis: startRedis, postgres: startPostgres })) {
  test(`a merchant that is killed ${KILLS} times, over a ${kind} that loses responses, loses no event, and handles none by two within a lease`, async (t) => {
    const port = await freePort();
    const server = await startStore();
    t.after(server.stop);
    const notesServer = kind === "redis" ? server : await startRedis();
    t.after(notesServer.stop);
    const counts = {};
    const proxy = await lossyProxy(server.port, { share: LOST, roll: dice(SEED), counts });
    t.after(proxy.close);
    const redis = await createClient({ url: notesServer.url })
      .on("error", () => undefined)
      .connect();
    t.after(() => redis.destroy());

    let merchant;
    const killed = new Map();
    let starting;
    const start = async () => {
      const began = Date.now();
      const path = fileURLToPath(new URL("merchant.mjs", import.meta.url));
      const lease = SPEED === 1 ? [] : [LEASE];
      merchant = spawn(
        process.execPath,
        [path, port, kind, proxy.port, notesServer.port, SECRET, ...lease].map(String),
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      await once(merchant.stdout, "data");
      starting = Date.now() - began;
    };
    t.after(() => merchant.kill("SIGKILL"));
    await start();

    const began = Date.now();
    const sandbox = createSandbox({
      webhookUrl: `http://127.0.0.1:${port}/`,
      webhookSecret: SECRET,
      now: () => began + (Date.now() - began) * SPEED,
    });
    t.after(() => sandbox.close());
    const client = new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch, env: {} });
    const { id: service_id } = await client.manifests.create({
      name: "S",
      payment_methods: { one_time: true },
      accepted_channels: ["alipay"],
      settlement_currency: "CNY",
      endpoint: "https://unused.example/",
    });
    await client.manifests.activate(service_id);

    let selling = true;
    const sales = (async () => {
      while (selling) {
        const { id } = await client.paymentIntents.create({
          service_id,
          type: "one_time",
          amount: { currency: "CNY", value: 1 },
          payer: { agent_id: "a" },
        });
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
    for (const end = Date.now() + 300_000; waiting().length > 0 && Date.now() < end; ) {
      await new Promise((done) => setTimeout(done, 200));
      await sandbox.tick(); // its clock is ahead of its timers
    }
    assert.deepEqual(
      waiting().map(({ id, attempts }) => ({ id, attempts: attempts.length })),
      [],
      "every event has arrived",
    );

    const notes = new Map();
    for (const text of await redis.lRange("notes", 0, -1)) {
      const note = JSON.parse(text);
      if (notes.has(note.id)) notes.get(note.id).push(note);
      else notes.set(note.id, [note]);
    }
    const ids = new Set(sandbox.deliveries.map(({ id }) => id));
    let [cutOff, again] = [0, 0];
    for (const id of ids) {
      const own = notes.get(id) ?? [];
      const spans = own
        .filter(({ what }) => what === "begin")
        .map(({ pid, at }) => {
          const end = own.find((note) => note.what === "end" && note.pid === pid && note.at >= at);
          if (end === undefined) cutOff += 1;
          return { from: at, to: end?.at ?? killed.get(pid) };
        });
      assert.ok(
        own.some(({ what }) => what === "end"),
        `${id} was handled`,
      );
      spans.sort((a, b) => a.from - b.from);
      for (let index = 1; index < spans.length; index += 1) {
        const [before, next] = [spans[index - 1], spans[index]];
        assert.ok(next.from >= before.to, `${id} was handled by two at once`);
        again += 1;
      }
    }
    assert.ok(cutOff > 0, "no handling was cut off: the test has shown nothing");
    assert.ok(counts.lost > 0, "no response was lost: the test has shown nothing");
    console.log(
      `lease ${LEASE} ms: ${ids.size} events, ${KILLS} kills, ${counts.lost} responses of ${kind} lost, ${cutOff} runs cut off in the middle, ${again} runs again; no event lost, none by two at once`,
    );
  });
}
