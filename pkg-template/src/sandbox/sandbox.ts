// The ItPay gateway in process: a `fetch` to hand to a client, a wallet to press, webhooks that are really posted.

import type { PaymentIntent, PaymentIntentStatus, QRCharge } from "../client/types.js";
import { given } from "../internal/untrusted.js";
import { call, checkedText, checkFunctions, checkTexts, type Fault, host, randomness, type SandboxRequest } from "./run-sandbox.js";

export type { Fault, SandboxRequest } from "./run-sandbox.js";

export interface SandboxOptions {
  /** The one key that it knows. Default `sk_test_sandbox`. */
  apiKey?: string | undefined;
  /** What it signs webhooks with. Default `whsec_sandbox`. */
  webhookSecret?: string | undefined;
  /** Where all webhooks go, instead of to the endpoints of their manifests. */
  webhookUrl?: string | undefined;
  /** What `scan_url` begins with. Default `itpay://pay`. */
  walletUrl?: string | undefined;
  /** Its clock, in Unix milliseconds, for whatever it dates and for expiry. Default: the machine's. See `tick()`. */
  now?: (() => number) | undefined;
  /** Makes ids, and whatever else is drawn, the same each time. */
  seed?: number | undefined;
  /** What `snapshot()` gave, to go on from there. */
  state?: string | undefined;
  /** Posts the webhooks. Default: `globalThis.fetch`, looked up each time. */
  deliver?: typeof fetch | undefined;
  /** Told of each status that an intent enters and of each attempt at a delivery, in order. */
  onChange?: ((change: SandboxChange) => void) | undefined;
}

/** An intent that entered a status, or an attempt at posting an event: then `status` is the answer's, null for none. */
export type SandboxChange =
  | { type: "intent"; id: string; status: PaymentIntentStatus; at: number }
  | { type: "attempt"; id: string; status: number | null; at: number };

/** A payment as the gateway keeps it. */
export interface SandboxIntent extends PaymentIntent {
  merchant_name: string;
  charge?: QRCharge | undefined;
  /** Every status that it has had and since when, in Unix milliseconds; the present one last. */
  history: { status: PaymentIntentStatus; at: number }[];
}

/** An event and each attempt at posting it. */
export interface SandboxDelivery {
  id: string;
  event_type: string;
  intent_id: string;
  url: string;
  body: string;
  /** Unix milliseconds. */
  created_at: number;
  /** Given up after ten tries. `due` is when it is tried next, in Unix milliseconds. */
  progress: { state: "waiting"; due: number } | { state: "in_flight" | "delivered" | "abandoned" };
  /** In milliseconds; no status where there was no answer. */
  attempts: { at: number; duration: number; status: number | null }[];
}

/** Steps of the wallet. */
export type WalletAction = "scan" | "authorize" | "capture" | "succeed" | "pay" | "fail" | "expire" | "cancel";

export interface Sandbox {
  readonly apiKey: string;
  readonly webhookSecret: string;
  /** For `new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch })`. */
  readonly fetch: typeof fetch;
  /** Does a step; resolves when the webhooks that are due have been tried once. */
  act(intentId: string, action: WalletAction, reason?: string): Promise<PaymentIntent>;
  /** The wallet reads the code. */
  scan(intentId: string): Promise<PaymentIntent>;
  /** Every step that is left, to the success. */
  pay(intentId: string): Promise<PaymentIntent>;
  /** The wallet refuses. */
  fail(intentId: string, reason?: string): Promise<PaymentIntent>;
  /** The time is up, now. */
  expire(intentId: string): Promise<PaymentIntent>;
  /** The payment is called off. */
  cancel(intentId: string): Promise<PaymentIntent>;
  /** Posts an event once more. */
  redeliver(eventId: string): Promise<void>;
  /** Makes the next requests go wrong. */
  inject(fault: Fault): void;
  /** Does what is due by its clock: for a clock of your own, after it was moved. Resolves with when something is due next. */
  tick(): Promise<number | undefined>;
  /** An intent by its id. */
  intent(id: string): SandboxIntent | undefined;
  /** Every intent, in the order of creation. */
  readonly intents: readonly SandboxIntent[];
  /** What came in, in order: the last 10,000. */
  readonly requests: readonly SandboxRequest[];
  /** What went out, in order. */
  readonly deliveries: readonly SandboxDelivery[];
  /** The whole state as text, without key and secret. */
  snapshot(): string;
  /** Posts nothing any more; `fetch` finds nobody. */
  close(): void;
}

/** A gateway that checks whatever the real one's pages describe. @throws ValidationError */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const own = given("options", options);
  const { apiKey = "sk_test_sandbox", webhookSecret = "whsec_sandbox", now = Date.now, deliver, onChange } = own;
  const { webhookUrl, walletUrl, state } = own;
  checkTexts({ apiKey, webhookSecret, webhookUrl, walletUrl, state });
  checkFunctions({ now, deliver, onChange });
  const random = randomness(own.seed);
  const gateway = call((module) => new module.Gateway(apiKey, webhookSecret, webhookUrl, walletUrl, state));
  const hosted = host(gateway, {
    now,
    random,
    deliver,
    changed: (change) => onChange?.({ type: "intent", ...change } as SandboxChange),
    attempted: (attempt) => onChange?.({ type: "attempt", ...attempt }),
  });

  const act = async (intentId: string, action: WalletAction, reason?: string): Promise<PaymentIntent> => {
    checkTexts({ reason });
    const intent = JSON.parse(call(() => gateway.wallet(checkedText("intentId", intentId), checkedText("action", action), reason, now(), random()))) as PaymentIntent;
    await hosted.pump();
    return intent;
  };

  return {
    apiKey,
    webhookSecret,
    fetch: hosted.fetch,
    act,
    scan: (id) => act(id, "scan"),
    pay: (id) => act(id, "pay"),
    fail: (id, reason) => act(id, "fail", reason),
    expire: (id) => act(id, "expire"),
    cancel: (id) => act(id, "cancel"),
    redeliver: hosted.redeliver,
    inject: hosted.inject,
    tick: hosted.tick,
    intent: (id) => {
      const intent = call(() => gateway.intent(checkedText("id", id)));
      return intent === undefined ? undefined : (JSON.parse(intent) as SandboxIntent);
    },
    get intents() {
      return JSON.parse(call(() => gateway.intents())) as SandboxIntent[];
    },
    requests: hosted.requests,
    get deliveries() {
      return JSON.parse(call(() => gateway.deliveries())) as SandboxDelivery[];
    },
    snapshot: hosted.snapshot,
    close: hosted.close,
  };
}
