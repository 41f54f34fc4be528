// `npx itpay sandbox --scenario`: plays a day of payments against a merchant. docs/sandbox.md has the format.
//
// Scenario time runs `speed` times as fast as real time while a request, a delivery or an outage is in progress. Idle
// time is skipped.

import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { GoPayClient } from "../../entry/gopay.js";
import { ItPayClient } from "../../entry/index.js";
import { type GoPaySandbox, isItPayError, type Sandbox } from "../../entry/sandbox.js";
import { UsageError } from "../command.js";
import { parseJson, readFile } from "../input.js";
import { startOfBody } from "../response-text.js";
import { log } from "./log.js";
import type { SandboxServer } from "./server.js";

const DAY = 86_400_000;
/** The time limit of a merchant's checkout, in milliseconds of real time. */
const CHECKOUT_TIMEOUT = 60_000;
/** The size of a checkout's response, in characters. */
const MAX_CHECKOUT = 64 * 1024;
const MAX_SCENARIO = 1024 * 1024;
/** How often a customer tries to check out, and the pause between two tries in milliseconds of scenario time. */
const CHECKOUT_TRIES = 5;
const CHECKOUT_PAUSE = 60_000;

const OUTCOMES = ["pay", "fail", "cancel", "expire"] as const;
type Outcome = (typeof OUTCOMES)[number];

const GATEWAYS = ["itpay", "gopay"] as const;
type Gateway = (typeof GATEWAYS)[number];

/** Times are in milliseconds, from midnight. */
type Step =
  | {
      kind: "payments";
      at: number;
      until: number;
      count: number;
      gateway: Gateway;
      currency: string;
      from: number;
      to: number;
      outcomes: [Outcome, number][];
    }
  | { kind: "outage"; at: number; length: number; outage: number | "reset" }
  | { kind: "redeliver"; at: number; count: number }
  | { kind: "refund"; at: number; count: number };

export interface Scenario {
  /** The start of the day, in Unix milliseconds. */
  midnight: number;
  speed: number;
  seed: number;
  /** The merchant's checkout. Without it the sandbox creates the payments. */
  checkout: string | undefined;
  webhook: string | undefined;
  steps: Step[];
}

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

/** @throws UsageError that names the field */
export function readScenario(file: string, webhook: string | undefined): Scenario {
  const parsed = parseJson(file, readFile(file, MAX_SCENARIO).toString());
  try {
    return scenarioOf(parsed, webhook);
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}.`, { cause: error });
  }
}

function scenarioOf(value: unknown, webhook: string | undefined): Scenario {
  const { date, speed = 20, seed = 1, checkout, steps, ...rest } = fields(value, "the scenario");
  nothingElse(rest, "");
  if (date !== undefined && !(typeof date === "string" && /^\d{4}-\d\d-\d\d$/.test(date)))
    throw new Error("date must be like 2026-03-01");
  const midnight = date === undefined ? new Date().setHours(0, 0, 0, 0) : new Date(`${date}T00:00:00`).getTime();
  if (Number.isNaN(midnight)) throw new Error("date is not in the calendar");
  if (!(typeof speed === "number" && speed >= 1 && speed <= 10_000))
    throw new Error("speed must be a number from 1 to 10000");
  if (!Number.isSafeInteger(seed)) throw new Error("seed must be a whole number");
  if (checkout !== undefined && !(typeof checkout === "string" && /^https?:\/\/./.test(checkout)))
    throw new Error("checkout must be a URL");
  if (!Array.isArray(steps) || steps.length === 0) throw new Error("steps must be a list with at least one step");
  if (checkout === undefined && webhook === undefined)
    throw new Error("give it a checkout, or start the sandbox with --webhook");
  return {
    midnight,
    speed,
    seed: seed as number,
    checkout,
    webhook,
    steps: steps.map((step, index) => stepOf(step, `steps[${index}]`)),
  };
}

function stepOf(value: unknown, where: string): Step {
  const { at: time, ...step } = fields(value, where);
  const at = timeOfDay(time, `${where}.at`);
  if ("payments" in step) {
    const { payments, until = time, gateway = "itpay", amount = {}, outcomes = { pay: 1 }, ...rest } = step;
    nothingElse(rest, `${where}.`);
    if (!GATEWAYS.includes(gateway as Gateway)) throw new Error(`${where}.gateway must be ${GATEWAYS.join(" or ")}`);
    const {
      currency = gateway === "gopay" ? "CZK" : "CNY",
      from = 100,
      to = 10_000,
      ...more
    } = fields(amount, `${where}.amount`);
    nothingElse(more, `${where}.amount.`);
    if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency))
      throw new Error(`${where}.amount.currency must be three capital letters`);
    const end = timeOfDay(until, `${where}.until`);
    if (end < at) throw new Error(`${where}.until must not be before its at`);
    return {
      kind: "payments",
      at,
      until: end,
      gateway: gateway as Gateway,
      count: whole(payments, `${where}.payments`, 1, 100_000),
      currency,
      from: whole(from, `${where}.amount.from`, 1, Number.MAX_SAFE_INTEGER),
      to: whole(to, `${where}.amount.to`, Number(from), Number.MAX_SAFE_INTEGER),
      outcomes: weights(outcomes, `${where}.outcomes`),
    };
  }
  if ("outage" in step) {
    const { outage, seconds = 30, ...rest } = step;
    nothingElse(rest, `${where}.`);
    const length = whole(seconds, `${where}.seconds`, 1, 86_400) * 1000;
    return {
      kind: "outage",
      at,
      length,
      outage: outage === "reset" ? outage : whole(outage, `${where}.outage`, 500, 599, ' or "reset"'),
    };
  }
  for (const kind of ["redeliver", "refund"] as const) {
    if (!(kind in step)) continue;
    const { [kind]: count, ...rest } = step;
    nothingElse(rest, `${where}.`);
    return { kind, at, count: whole(count, `${where}.${kind}`, 1, 100_000) };
  }
  throw new Error(`${where} must say payments, outage, redeliver or refund`);
}

function fields(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${where} must be a JSON object`);
  return value as Record<string, unknown>;
}

function nothingElse(rest: object, where: string): void {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`${where}${unknown} is not known`);
}

function whole(value: unknown, where: string, min: number, max: number, other = ""): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${where} must be a whole number from ${min} to ${max}${other}`);
}

function weights(value: unknown, where: string): [Outcome, number][] {
  const entries = Object.entries(fields(value, where)).map(([name, weight]): [Outcome, number] => {
    if (!OUTCOMES.includes(name as Outcome))
      throw new Error(`${where}.${name} is not known: it can be ${OUTCOMES.join(", ")}`);
    if (!(typeof weight === "number" && weight >= 0 && weight <= 1e9))
      throw new Error(`${where}.${name} must be a number from 0 on`);
    return [name as Outcome, weight];
  });
  if (!entries.some(([, weight]) => weight > 0)) throw new Error(`${where} must give something a weight above 0`);
  return entries;
}

/** `8:30`, `08:30` or `08:30:15`, in milliseconds. */
function timeOfDay(value: unknown, where: string): number {
  const [, hours, minutes, seconds = "0"] =
    (typeof value === "string" && /^(\d?\d):(\d\d)(?::(\d\d))?$/.exec(value)) || [];
  const time = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  if (!(time < DAY) || Number(minutes) > 59 || Number(seconds) > 59)
    throw new Error(`${where} must be a time of day such as 08:30 or 08:30:15`);
  return time;
}
