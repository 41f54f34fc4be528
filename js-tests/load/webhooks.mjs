// The webhook endpoint on Node and in workerd under steady load: errors, times, and what is in use from minute to minute.
//
//   make load            2,000 requests a second (500 over a store), or what the machine holds, for 5 minutes each
//   LOAD_SECONDS=10 node load/webhooks.mjs "node over Redis"      that alone, for 10 seconds

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { generateTestHeader } from "itpay/webhooks";

import { startPostgres, startRedis } from "../servers.mjs";
import { startWorker } from "../workerd.mjs";

const SECRET = "whsec_load";
const CONNECTIONS = 16;
const PARTS = 5;
const autocannon = createRequire(import.meta.url).resolve("autocannon");
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** So many signed events of the usual size. Their signatures hold as long as the load goes on. */
function events(count, from) {
  return Array.from({ length: count }, (_, index) => {
    const body = JSON.stringify({
      id: `evt_${from + index}`,
      type: "payment_intent.succeeded",
      data: { id: "pi_1", amount: { currency: "CNY", value: 699 }, metadata: { note: "x".repeat(180) } },
    });
    return {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-itpay-signature": generateTestHeader({ payload: body, secret: SECRET }),
      },
    };
  });
}

/** autocannon in a process of its own. It sends more than the rate at first, so there are events to spare: each is new. */
async function load(url, seconds, rate, part) {
  const count = Math.ceil(1.5 * rate * seconds);
  const file = join(tmpdir(), `itpay-load-${process.pid}.mjs`);
  writeFileSync(
    file,
    `import autocannon from ${JSON.stringify(autocannon)};
import { readFileSync } from "node:fs";
const { url, requests, seconds, rate, connections } = JSON.parse(readFileSync(${JSON.stringify(`${file}.json`)}));
let next = 0;
const setupClient = (client) => {
  const own = next++;
  client.setRequests(requests.filter((_, index) => index % connections === own));
};
const result = await autocannon({ url, setupClient, duration: seconds, connections, overallRate: rate });
console.log(JSON.stringify(result));`,
  );
  writeFileSync(
    `${file}.json`,
    JSON.stringify({ url, requests: events(count, part * count), seconds, rate, connections: CONNECTIONS }),
  );
  const { stdout } = await promisify(execFile)(process.execPath, [file], { maxBuffer: 1e8 });
  return JSON.parse(stdout);
}

/** Resident memory of a process and of all that it started, in bytes. */
export function residentMemory(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;
  } catch {
    return Number.NaN; // not Linux
  }
}

async function node(env = {}) {
  const server = spawn(process.execPath, [here("node-server.mjs")], {
    env: { ...process.env, SECRET, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const { port } = JSON.parse((await lines.next()).value);
  const inUse = async () => {
    server.stdin.write("?\n");
    return JSON.parse((await lines.next()).value);
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    inUse,
    end: async () => {
      server.kill();
      await once(server, "exit");
    },
  };
}

/** The Node handler over a store that it starts. */
async function over(store, start) {
  const service = await start();
  const endpoint = await node({ STORE: store, STORE_URL: service.url });
  return {
    ...endpoint,
    end: async () => {
      await endpoint.end();
      await service.stop();
    },
  };
}

const endpoints = {
  node: () => node(),
  workerd: () => workerd(),
  "node over Redis": () => over("redis", startRedis),
  "node over Postgres": () => over("postgres", startPostgres),
};

async function workerd() {
  const before = new Set(workerdProcesses());
  const worker = await startWorker(here("worker.mjs"), { bindings: { SECRET } });
  const pid = workerdProcesses().find((one) => !before.has(one));
  return {
    url: String(await worker.worker.ready),
    inUse: async () => ({ ...(await (await worker.dispatchFetch("http://worker/")).json()), rss: residentMemory(pid) }),
    end: () => worker.dispose(),
  };
}

export function workerdProcesses() {
  try {
    return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number)
      .filter((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("workerd"));
  } catch {
    return [];
  }
}

/** Loads an endpoint in parts; what each part showed. */
export async function measure(kind, seconds, rate, progress = () => undefined) {
  const endpoint = await endpoints[kind]();
  const parts = [];
  try {
    for (let part = 0; part < PARTS; part += 1) {
      const { latency, requests, non2xx, errors, timeouts } = await load(endpoint.url, seconds / PARTS, rate, part);
      parts.push({
        rate: requests.average,
        p50: latency.p50,
        p99: latency.p99,
        p999: latency.p99_9,
        failed: non2xx + errors + timeouts,
        ...(await endpoint.inUse()),
      });
      progress(parts.at(-1), part);
    }
  } finally {
    await endpoint.end();
  }
  return parts;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const seconds = Number(process.env.LOAD_SECONDS ?? 300);
  const kinds = process.argv.slice(2);
  for (const kind of kinds.length > 0 ? kinds : Object.keys(endpoints)) {
    const rate = Number(process.env.LOAD_RATE ?? (kind.includes("over") ? 500 : 2000));
    console.log(
      `\n${kind}: ${rate} requests a second wanted, ${CONNECTIONS} connections, ${seconds} s in ${PARTS} parts\n`,
    );
    console.log(
      ["requests/s", "p50 ms", "p99 ms", "p99.9 ms", "failed", "RSS MB", "wasm KB"]
        .map((title) => title.padStart(12))
        .join(""),
    );
    await measure(kind, seconds, rate, ({ rate, p50, p99, p999, failed, rss, wasm }) => {
      console.log(
        [rate.toFixed(0), p50, p99, p999, failed, (rss / 1e6).toFixed(1), (wasm / 1000).toFixed(0)]
          .map((cell) => String(cell).padStart(12))
          .join(""),
      );
    });
  }
}
