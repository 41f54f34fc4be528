// The client on Node and in workerd, call after call: errors, times, and what is in use from part to part.
//
//   make load            100,000 calls each
//   LOAD_CALLS=10000 node load/client.mjs

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { startWorker } from "../workerd.mjs";
import { residentMemory, workerdProcesses } from "./webhooks.mjs";

const PARTS = 5;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const INTENT = JSON.stringify({
  id: "pi_1",
  object: "payment_intent",
  status: "pending",
  amount: { currency: "CNY", value: 699 },
});

/** A gateway that knows one payment. */
async function gateway() {
  const server = createServer((request, response) =>
    request.resume().on("end", () => response.setHeader("content-type", "application/json").end(INTENT)),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    close: () => server.closeAllConnections() ?? server.close(),
  };
}

async function node(GATEWAY) {
  const caller = spawn(process.execPath, [here("calls-process.mjs")], {
    env: { ...process.env, GATEWAY },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: caller.stdout })[Symbol.asyncIterator]();
  const calls = async (count) => {
    caller.stdin.write(`${count}\n`);
    return JSON.parse((await lines.next()).value);
  };
  return {
    calls,
    end: async () => {
      caller.kill();
      await once(caller, "exit");
    },
  };
}

async function workerd(GATEWAY, BARE = false) {
  const before = new Set(workerdProcesses());
  const worker = await startWorker(here("calls-worker.mjs"), { bindings: { GATEWAY, BARE } });
  const pid = workerdProcesses().find((one) => !before.has(one));
  const calls = async (count) => {
    const response = await worker.dispatchFetch(`http://worker/?count=${count}`);
    return { ...(await response.json()), rss: residentMemory(pid) };
  };
  return { calls, end: () => worker.dispose() };
}

/** The memory that workerd itself needs while a Worker fetches. The client's share is the difference. */
const workerdBare = (GATEWAY) => workerd(GATEWAY, true);
const kinds = { node, workerd, "workerd, by fetch alone": workerdBare };

/** Makes so many calls in parts; what each part showed. */
export async function measure(kind, count, progress = () => undefined) {
  const { url, close } = await gateway();
  const { calls, end } = await kinds[kind](url);
  const parts = [];
  try {
    for (let part = 0; part < PARTS; part += 1) {
      const began = performance.now();
      const shown = await calls(count / PARTS);
      parts.push({ ...shown, rate: (count / PARTS / (performance.now() - began)) * 1000 });
      progress(parts.at(-1));
    }
  } finally {
    await end();
    close();
  }
  return parts;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const count = Number(process.env.LOAD_CALLS ?? 100_000);
  for (const kind of Object.keys(kinds)) {
    console.log(`\ncalls on ${kind}: ${count} calls, 16 at a time, in ${PARTS} parts\n`);
    console.log(
      ["calls/s", "p50 ms", "p99 ms", "p99.9 ms", "failed", "RSS MB", "wasm KB"]
        .map((title) => title.padStart(12))
        .join(""),
    );
    await measure(kind, count, ({ rate, p50, p99, p999, failed, rss, wasm }) => {
      console.log(
        [rate.toFixed(0), p50, p99, p999, failed, (rss / 1e6).toFixed(1), (wasm / 1000).toFixed(0)]
          .map((cell) => String(cell).padStart(12))
          .join(""),
      );
    });
  }
}
