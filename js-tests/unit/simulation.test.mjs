// The handler in TypeScript on the histories of the simulation's model (tests/simulation/histories.rs): the same
// responses, and the listener at the same times. So the simulation's results about the model hold for the product. Known
// faults are planted in a copy of the package, and the histories find each of them.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import * as stores from "itpay/stores";
import * as webhooks from "itpay/webhooks";

const SECRET = "whsec_simulation";
const STEP_MS = 3;
const histories = JSON.parse(readFileSync(new URL("../../tests/simulation/histories.json", import.meta.url), "utf8"));

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function delivery() {
  const body = JSON.stringify({
    id: "evt_1",
    type: "payment_intent.succeeded",
    data: { id: "pi_1", status: "succeeded" },
  });
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex");
  return new Request("https://shop.example/", {
    method: "POST",
    body,
    headers: { "x-itpay-signature": `t=${timestamp},v1=${signature}` },
  });
}

/** A store whose steps meet the faults of the delivery that makes them. */
function faultyStore(store, faultsOf) {
  const step = async (token, run) => {
    const fault = faultsOf(token).shift() ?? null;
    if (fault === "slow") {
      setTimeout(run, 5_000);
      return new Promise(() => {});
    }
    const result = fault === "failed" ? undefined : run();
    await sleep(STEP_MS);
    if (fault !== null) throw new Error(`store: ${fault}`);
    return result;
  };
  return {
    claim: (id, leaseMs, token) => step(token, () => store.claim(id, leaseMs, token)),
    complete: (id, token) => step(token, () => store.complete(id, token)),
    release: (id, token) => step(token, () => store.release(id, token)),
  };
}

/** A clock that stands still until the next timer or delivery, and jumps there. */
class VirtualClock {
  #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, now: Date.now };
  #timers = [];
  #now = 0;

  install() {
    globalThis.setTimeout = (run, ms = 0) => {
      const timer = { at: this.#now + ms, run };
      this.#timers.push(timer);
      return timer;
    };
    globalThis.clearTimeout = (timer) => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
    Date.now = () => this.#now;
  }

  restore() {
    globalThis.setTimeout = this.#real.setTimeout;
    globalThis.clearTimeout = this.#real.clearTimeout;
    Date.now = this.#real.now;
  }

  at(time, run) {
    this.#timers.push({ at: time, run });
  }

  /** Runs the earliest timer, and then everything that follows from it. Returns whether there was one. */
  async step() {
    const next = this.#timers.reduce(
      (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
      undefined,
    );
    if (next === undefined) return false;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.#now = next.at;
    next.run();
    // Promises and streams settle in turns of their own.
    for (let turns = 0; turns < 4; turns += 1) await turn();
    return true;
  }
}

/** Finished events that push out everything that the store may forget. */
async function flood(store, count) {
  for (let number = 0; number < count; number += 1) {
    const { token } = await store.claim(`flood_${number}`, 60_000);
    await store.complete(`flood_${number}`, token);
  }
}

/** Runs a history in virtual time, with the code of a package. */
async function play({ deliveries }, { createWebhookHandler, memoryStore } = { ...webhooks, ...stores }) {
  const clock = new VirtualClock();
  clock.install();
  try {
    const byToken = new Map();
    let arriving;
    const starts = [];
    const responses = [];
    const store = memoryStore({ ttl: 1e10, max: 3 });
    // A delivery claims as it arrives, so the first step of a token belongs to that delivery.
    const deliveryOf = (token) => byToken.get(token) ?? byToken.set(token, arriving).get(token);
    const handle = createWebhookHandler({
      secret: SECRET,
      store: faultyStore(store, (token) => deliveryOf(token).faults),
      onError: () => {},
      on: {
        "payment_intent.succeeded": async (_event, { token }) => {
          starts.push(Date.now());
          // The event is claimed, so nothing may push it out.
          await flood(store, 5);
          const { listener_ms, throws } = deliveryOf(token);
          await sleep(listener_ms);
          if (throws) throw new Error("the listener throws");
        },
      },
    });
    deliveries.forEach((entry, index) => {
      clock.at(entry.at, () => {
        arriving = { ...entry, faults: [...entry.faults] };
        handle(delivery()).then(({ status }) => (responses[index] = status));
      });
    });
    while (await clock.step());
    return { responses, listener_starts: starts };
  } finally {
    clock.restore();
  }
}

test("the handler and its memory store behave like the simulation's model on each history", async () => {
  assert.equal(histories.length, 300);
  for (const history of histories) {
    const { responses, listener_starts } = history;
    assert.deepEqual(await play(history), { responses, listener_starts }, JSON.stringify(history));
  }
});

const PACKAGE = new URL("../../pkg/", import.meta.url);
const STORE = "event-store.js";
const PROCESSOR = "event-processor.js";

/** Each mutant: its name, the file in src/webhooks, code, and wrong code. */
const mutants = [
  ["a store that evicts claims", STORE, "(held.token === null || held.until <= Date.now())", "true"],
  ["a release of someone else's claim", STORE, "if (holder(id) === token)", "if (holder(id) !== null)"],
  ["a complete that needs the lease", STORE, "if (holder(id) !== null)\n", "if (typeof holder(id) === 'string')\n"],
  ["a finished event that is forgotten", STORE, "put(id, null, Date.now() + ttl)", "put(id, null, Date.now())"],
  ["a claim that ignores leases", STORE, "if (held !== undefined && held !== token)", "if (false)"],
  ["a lease beyond the schedule of redeliveries", PROCESSOR, "lease = 60_000", "lease = 300_000"],
  [
    "a claim that is kept after a lost response",
    PROCESSOR,
    'await end("release");\n            return fail(500, "The event could',
    'return fail(500, "The event could',
  ],
  [
    "a claim that is kept after a listener threw",
    PROCESSOR,
    'await end("release");\n            return fail(500, "The event was',
    'return fail(500, "The event was',
  ],
  [
    "a listener that threw and completes",
    PROCESSOR,
    'await end("release");\n            return fail(500, "The event was',
    'await end("complete");\n            return fail(500, "The event was',
  ],
  ["an end that is not repeated", PROCESSOR, "run().catch(run)", "run()"],
  [
    "a 500 after a failed complete",
    PROCESSOR,
    "            catch (error) {\n                await report(error, event);",
    "            catch (error) {\n                throw error;",
  ],
];

/** Plants the fault in a copy of the package, and returns the copy's code. */
async function plant(directory, [name, file, code, wrong]) {
  cpSync(new URL("dist/esm", PACKAGE), directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), '{"type":"module"}');
  const path = join(directory, "src/webhooks", file);
  const text = readFileSync(path, "utf8");
  assert.equal(text.split(code).length, 2, `${name}: ${file} has the code exactly once`);
  writeFileSync(
    path,
    text.replace(code, () => wrong),
  );
  const load = (entry) => import(pathToFileURL(join(directory, "inline", entry)));
  return { ...(await load("webhooks.js")), ...(await load("stores.js")) };
}

for (const mutant of mutants) {
  test(`the histories find ${mutant[0]}`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "itpay-mutant-"));
    try {
      const code = await plant(directory, mutant);
      for (const [index, history] of histories.entries()) {
        const { responses, listener_starts } = history;
        try {
          assert.deepEqual(await play(history, code), { responses, listener_starts });
        } catch (error) {
          if (error.code !== "ERR_ASSERTION") throw error;
          t.diagnostic(`found by history ${index}`);
          return;
        }
      }
      assert.fail("no history finds it");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}
