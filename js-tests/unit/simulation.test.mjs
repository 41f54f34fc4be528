// The handler in TypeScript on the histories of the simulation's model (tests/simulation/histories.rs): the same
// responses, and the listener at the same times. So what the simulation finds out about the model holds for the product.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { memoryStore } from "itpay/stores";
import { createWebhookHandler } from "itpay/webhooks";

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

/** Runs a history in virtual time. */
async function play({ deliveries }) {
  const clock = new VirtualClock();
  clock.install();
  try {
    const byToken = new Map();
    let arriving;
    const starts = [];
    const responses = [];
    // A delivery claims as it arrives, so the first step of a token belongs to that delivery.
    const deliveryOf = (token) => byToken.get(token) ?? byToken.set(token, arriving).get(token);
    const handle = createWebhookHandler({
      secret: SECRET,
      store: faultyStore(memoryStore({ ttl: 1e10 }), (token) => deliveryOf(token).faults),
      onError: () => {},
      on: {
        "payment_intent.succeeded": async (_event, { token }) => {
          starts.push(Date.now());
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

test("the handler and its memory store do on each history what the simulation's model does", async () => {
  assert.equal(histories.length, 300);
  for (const history of histories) {
    const { responses, listener_starts } = history;
    assert.deepEqual(await play(history), { responses, listener_starts }, JSON.stringify(history));
  }
});
