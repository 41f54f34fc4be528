// redisStore with real clusters and sentinels, through node-redis 4 to 6 and ioredis.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import IoRedis from "ioredis";
import { redisStore } from "itpay/stores";
import * as redis6 from "redis";
import * as redis4 from "redis4";
import * as redis5 from "redis5";

import { freePort } from "../loopback.mjs";
import { startRedis } from "../servers.mjs";
import { contract } from "../suites/stores.mjs";

const folder = mkdtempSync(join(tmpdir(), "itpay-redis-"));
const closing = [];
after(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true });
});

/** A port whose cluster bus, 10,000 above it, is a port, too. */
async function clusterPort() {
  for (;;) {
    const port = await freePort();
    if (port < 55_000) return port;
    await sleep(1);
  }
}

async function startCluster() {
  const nodes = [];
  for (const name of ["a", "b"]) {
    const port = await clusterPort();
    const node = await startRedis(
      [
        "--cluster-enabled",
        "yes",
        "--cluster-config-file",
        join(folder, `${name}.conf`),
        "--dir",
        folder,
        "--cluster-node-timeout",
        "5000",
      ],
      port,
    );
    closing.push(node.stop);
    nodes.push(await redis6.createClient({ url: node.url }).connect());
  }
  const ports = nodes.map(({ options }) => Number(options.socket.port));
  await nodes[0].sendCommand(["CLUSTER", "ADDSLOTSRANGE", "0", "8191"]);
  await nodes[1].sendCommand(["CLUSTER", "ADDSLOTSRANGE", "8192", "16383"]);
  await nodes[1].sendCommand(["CLUSTER", "SET-CONFIG-EPOCH", "2"]);
  await nodes[0].sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(ports[1])]);
  for (const node of nodes)
    while (!String(await node.sendCommand(["CLUSTER", "INFO"])).includes("cluster_state:ok")) await sleep(50);
  // Both know who has which slots.
  for (const node of nodes) while ((await node.sendCommand(["CLUSTER", "SLOTS"])).length < 2) await sleep(50);
  nodes.forEach((node) => node.destroy());
  return ports;
}

async function startSentinel() {
  const main = await startRedis();
  closing.push(main.stop);
  const config = join(folder, "sentinel.conf");
  writeFileSync(config, `sentinel monitor itpay 127.0.0.1 ${main.port} 1\n`);
  const port = await freePort();
  const { spawn } = await import("node:child_process");
  const sentinel = spawn(
    "redis-server",
    [config, "--sentinel", "--port", String(port), "--bind", "127.0.0.1", "--dir", folder],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  closing.push(
    () =>
      new Promise((resolve) => {
        sentinel.once("exit", resolve);
        sentinel.kill("SIGKILL");
      }),
  );
  await new Promise((resolve) =>
    sentinel.stdout.on("data", (piece) => String(piece).includes("+monitor master") && resolve()),
  );
  return port;
}

const ports = await startCluster();
const rootNodes = ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));
const sentinelPort = await startSentinel();
const sentinel = { name: "itpay", sentinelRootNodes: [{ host: "127.0.0.1", port: sentinelPort }] };
const quiet = (client) => client.on("error", () => undefined);

const clients = {
  "a cluster of node-redis 4": async () => {
    const client = quiet(redis4.createCluster({ rootNodes }));
    await client.connect();
    closing.push(() => client.disconnect());
    return client;
  },
  "a cluster of node-redis 5": async () => {
    const client = quiet(redis5.createCluster({ rootNodes }));
    await client.connect();
    closing.push(() => client.destroy());
    return client;
  },
  "a cluster of node-redis 6": async () => {
    const client = quiet(redis6.createCluster({ rootNodes }));
    await client.connect();
    closing.push(() => client.destroy());
    return client;
  },
  "a sentinel of node-redis 5": async () => {
    const client = quiet(redis5.createSentinel(sentinel));
    await client.connect();
    closing.push(() => client.destroy());
    return client;
  },
  "a sentinel of node-redis 6": async () => {
    const client = quiet(redis6.createSentinel(sentinel));
    await client.connect();
    closing.push(() => client.destroy());
    return client;
  },
  "a client of node-redis 4": async () => {
    const client = quiet(redis4.createClient({ url: rootNodes[0].url.replace(/\d+$/, String(await mainPort())) }));
    await client.connect();
    closing.push(() => client.disconnect());
    return client;
  },
  "a cluster of ioredis": async () => {
    const client = quiet(new IoRedis.Cluster(ports.map((port) => ({ host: "127.0.0.1", port }))));
    closing.push(() => client.disconnect());
    return client;
  },
  "a sentinel of ioredis": async () => {
    const client = quiet(new IoRedis({ sentinels: [{ host: "127.0.0.1", port: sentinelPort }], name: "itpay" }));
    closing.push(() => client.disconnect());
    return client;
  },
};

async function mainPort() {
  const client = await redis6.createClient({ url: `redis://127.0.0.1:${sentinelPort}` }).connect();
  const [, port] = await client.sendCommand(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "itpay"]);
  client.destroy();
  return port;
}

for (const [name, connect] of Object.entries(clients)) {
  const client = await connect();
  describe(`redisStore with ${name}`, () =>
    contract((options) => redisStore(client, options)).forEach(([title, body]) => test(title, body)));
}

test("the events of a cluster are on both of its nodes", async () => {
  for (const { url } of rootNodes) {
    const node = await redis6.createClient({ url }).connect();
    assert.ok((await node.dbSize()) > 0);
    node.destroy();
  }
});
