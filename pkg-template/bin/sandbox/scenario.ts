// `npx itpay sandbox --scenario`: plays a day of payments against a merchant. docs/sandbox.md has the format.
//
// Scenario time runs `speed` times as fast as real time while a request, a delivery or an outage is in progress. Idle
// time is skipped.

import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { GoPayClient } from "../../entry/gopay.js";
import { ItPayClient } from "../../entry/index.js";
import { type GoPaySandbox, isItPayError, type Sandbox } from "../../entry/sandbox.js";
import { startOfBody } from "../response-text.js";
import { log } from "./log.js";
import type { Gateway, Outcome, Scenario, Step } from "./scenario-file.js";
import type { SandboxServer } from "./types.js";

/** The time limit of a merchant's checkout, in milliseconds of real time. */
const CHECKOUT_TIMEOUT = 60_000;
/** The size of a checkout's response, in characters. */
const MAX_CHECKOUT = 64 * 1024;
/** How often a customer tries to check out, and the pause between two tries in milliseconds of scenario time. */
const CHECKOUT_TRIES = 5;
const CHECKOUT_PAUSE = 60_000;

/** The scenario's clock. */
export class Clock {
  readonly #speed: number;
  #base: number;
  #wall = performance.now();

  constructor({ midnight, speed, steps }: Scenario) {
    this.#speed = speed;
    this.#base = midnight + Math.min(...steps.map(({ at }) => at));
  }

  readonly now = (): number => Math.floor(this.#base + (performance.now() - this.#wall) * this.#speed);

  /** Moves the clock forward, never backward. */
  skipTo(time: number): void {
    this.#base = Math.max(time, this.now());
    this.#wall = performance.now();
  }
}

/** Starts the scenario and logs its end. Call `changed` after each change of a gateway. */
export function play(
  scenario: Scenario,
  clock: Clock,
  itpay: Sandbox,
  gopay: GoPaySandbox,
  server: SandboxServer,
): { changed: () => void } {
  const { midnight, checkout, steps } = scenario;
  const agenda: { at: number; begin: () => unknown }[] = [];
  const later = (at: number, begin: () => unknown): void => {
    agenda.push({ at, begin });
  };
  const wait = (seconds: number, begin: () => unknown): void => later(clock.now() + seconds * 1000, begin);
  const draw = randomness(scenario.seed);
  const between = (from: number, to: number): number => from + Math.floor(draw() * (to - from + 1));
  const itpayClient = new ItPayClient({ apiKey: itpay.apiKey, fetch: itpay.fetch });
  const { clientId, clientSecret, goId } = gopay;
  const gopayClient = new GoPayClient({ clientId, clientSecret, goId, isSandbox: true, fetch: gopay.fetch });

  let inProgress = 0;
  /** When a gateway changes by itself next, and whether that has to be looked up again. */
  let due = Infinity;
  let stale = true;
  const begin = (work: () => unknown): void => {
    inProgress += 1;
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => {
        // A payment may have changed in the meantime, as an intent that expired before it was paid.
        if (!isItPayError(error)) log("red", "✗", String(error));
      })
      .finally(() => {
        inProgress -= 1;
      });
  };
  const quiet = (): boolean => !stale && inProgress === 0 && server.busy === 0 && server.outage === undefined;

  /** Buys and pays as one customer. */
  const buy = async (order: Order, outcome: Outcome, tries = 1): Promise<void> => {
    const id = checkout === undefined ? await createPayment(order) : await checkOut(checkout, order);
    if (id === undefined || !isPayable[order.gateway](id)) {
      if (tries < CHECKOUT_TRIES) return later(clock.now() + CHECKOUT_PAUSE, () => buy(order, outcome, tries + 1));
      gaveUp += 1;
      return log("red", "✗", `${order.order}: the customer gave up after ${tries} tries`);
    }
    if (outcome === "expire") return;
    const { begin: start, ...ends } = payer[order.gateway];
    if (outcome === "cancel") return wait(between(10, 100), () => ends.cancel(id));
    wait(between(5, 60), async () => {
      await start(id);
      wait(between(2, 20), () => ends[outcome](id));
    });
  };
  let gaveUp = 0;

  const isPayable: Record<Gateway, (id: string) => boolean> = {
    itpay: (id) => itpay.intent(id)?.charge !== undefined,
    gopay: (id) => gopay.payment(id) !== undefined,
  };
  const payer: Record<Gateway, Record<"begin" | "cancel" | "fail" | "pay", (id: string) => Promise<unknown>>> = {
    itpay: {
      begin: itpay.scan,
      cancel: itpay.cancel,
      fail: (id) => itpay.fail(id, "insufficient funds"),
      pay: itpay.pay,
    },
    gopay: { begin: gopay.chooseMethod, cancel: gopay.cancel, fail: gopay.decline, pay: gopay.pay },
  };

  const createPayment = async ({ gateway, order, amount, description }: Order): Promise<string> => {
    if (gateway === "gopay") {
      const { id } = await gopayClient.payments.create({
        payer: { contact: { email: "customer@shop.example" } },
        amount: amount.value,
        currency: amount.currency,
        order_number: order,
        order_description: description,
        items: [{ name: description, amount: amount.value }],
        callback: { return_url: server.url, notification_url: scenario.webhook ?? "" },
      });
      return String(id);
    }
    const { id } = await itpayClient.paymentIntents.create({
      service_id: "svc_sandbox",
      type: "one_time",
      amount,
      description,
      payer: { agent_id: "agent_scenario" },
      metadata: { order },
    });
    await itpayClient.qr.generate(id);
    return id;
  };

  const schedule: { [Kind in Step["kind"]]: (step: Extract<Step, { kind: Kind }>) => void } = {
    payments: ({ at, until, count, gateway, currency, from, to, outcomes }) => {
      for (let index = 0; index < count; index += 1) {
        const order = {
          order: `order_${orders++}`,
          gateway,
          amount: { currency, value: between(from, to) },
          description: `Order ${orders}`,
        };
        const outcome = choose(outcomes, draw());
        later(midnight + between(at, until), () => buy(order, outcome));
      }
    },
    outage: ({ at, length, outage }) => {
      later(midnight + at, () => {
        server.outage = outage;
        log("red", "■", `the gateway is out of order for ${length / 1000} s: ${outage}`);
      });
      later(midnight + at + length, () => {
        server.outage = undefined;
        log("green", "■", "the gateway is back");
      });
    },
    redeliver: ({ at, count }) => {
      later(midnight + at, async () => {
        const sent = [itpay, gopay].flatMap((gateway) =>
          gateway.deliveries.map(
            ({ id }) =>
              () =>
                gateway.redeliver(id),
          ),
        );
        some(sent, count).forEach(begin);
      });
    },
    refund: ({ at, count }) => {
      later(midnight + at, () => {
        const paid = gopay.payments.filter(({ state }) => state === "PAID");
        some(paid, count).forEach(({ id, amount }) => begin(() => gopayClient.payments.refund(id, { amount })));
      });
    },
  };
  /** Picks at most `count` at random. */
  const some = <T>(all: T[], count: number): T[] => {
    while (all.length > count) all.splice(between(0, all.length - 1), 1);
    return all;
  };
  let orders = 0;
  for (const step of steps) schedule[step.kind](step as never);

  const run = async (): Promise<void> => {
    for (;;) {
      const now = clock.now();
      if (stale || now >= due) {
        stale = false;
        due = Infinity;
        begin(async () => {
          for (const next of await Promise.all([itpay.tick(), gopay.tick()])) due = Math.min(due, next ?? Infinity);
        });
      }
      agenda.sort((a, b) => b.at - a.at);
      while ((agenda.at(-1)?.at ?? Infinity) <= now) begin(agenda.pop()!.begin);
      if (quiet()) {
        const next = Math.min(due, agenda.at(-1)?.at ?? Infinity);
        if (next === Infinity) return;
        clock.skipTo(next);
      } else {
        await sleep(1);
      }
    }
  };
  void run().then(() => log("green", "■", `The day is over. ${summary(itpay, gopay, gaveUp)}`));
  return { changed: () => void (stale = true) };
}

interface Order {
  gateway: Gateway;
  order: string;
  amount: { currency: string; value: number };
  description: string;
}

/** Posts an order to the merchant's checkout, which creates the payment and responds with `{"id": …}`. */
async function checkOut(url: string, order: Order): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(order),
      signal: AbortSignal.timeout(CHECKOUT_TIMEOUT),
    });
    const { id } = JSON.parse(await startOfBody(response, MAX_CHECKOUT)) as { id?: unknown };
    return response.ok && (typeof id === "string" || typeof id === "number") ? String(id) : undefined;
  } catch {
    return undefined;
  }
}

function summary(itpay: Sandbox, gopay: GoPaySandbox, gaveUp: number): string {
  const states = [...itpay.intents.map(({ status }) => status), ...gopay.payments.map(({ state }) => state)];
  const deliveries = [...itpay.deliveries, ...gopay.deliveries];
  const counted = [...new Set(states)]
    .sort()
    .map((state) => `${states.filter((one) => one === state).length} ${state}`);
  const attempts = deliveries.reduce((sum, { attempts: tried }) => sum + tried.length, 0);
  const undelivered = deliveries.filter(({ progress }) => progress.state !== "delivered").length;
  return `${states.length} payments: ${counted.join(", ")}. ${deliveries.length} webhooks in ${attempts} attempts, ${undelivered} undelivered. ${gaveUp} customers gave up.`;
}

function choose(outcomes: [Outcome, number][], drawn: number): Outcome {
  let left = drawn * outcomes.reduce((sum, [, weight]) => sum + weight, 0);
  return outcomes.find(([, weight]) => (left -= weight) < 0)?.[0] ?? "pay";
}

/** Draws numbers from 0 to below 1, the same for the same seed. */
function randomness(seed: number): () => number {
  let drawn = 0;
  return () => createHash("sha256").update(`${seed} ${drawn++}`).digest().readUInt32BE() / 2 ** 32;
}
