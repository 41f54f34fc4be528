// The ItPay gateway in process: a `fetch` for a client, a wallet, and webhooks over the network.

import type { PaymentIntent, PaymentIntentStatus, QRCharge, ServiceManifest } from "../client/types.js";
import { type OptionNames, readOptions } from "../internal/option-names.js";
import {
  call,
  checkedClock,
  checkedText,
  checkFunctions,
  checkTexts,
  invalid,
  type Fault,
  randomness,
  runSandbox,
  type SandboxRequest,
} from "./run-sandbox.js";

export type { Fault, SandboxRequest } from "./run-sandbox.js";

/** Options of `createSandbox`. */
export interface SandboxOptions {
  /** The only API key that the sandbox accepts. Default `sk_test_sandbox`. */
  apiKey?: string | undefined;
  /** The secret that signs webhooks. Default `whsec_sandbox`. */
  webhookSecret?: string | undefined;
  /** Receives all webhooks. Default: the endpoint of each payment's service. */
  webhookUrl?: string | undefined;
  /** The prefix of each `scan_url`. Default `itpay://pay`. */
  walletUrl?: string | undefined;
  /** The clock for dates and expiry, in Unix milliseconds. Default: the machine's. See `tick()`. */
  now?: (() => number) | undefined;
  /** Seed of ids and all other random values. The same seed gives the same run. Default: random. */
  seed?: number | undefined;
  /** State to continue from: the result of `snapshot()`. Default: an empty gateway. */
  state?: string | undefined;
  /** Posts the webhooks. Default: `globalThis.fetch`, looked up each time. Redirects are not followed. */
  deliver?: typeof fetch | undefined;
  /** Called for each status that a payment enters and for each attempt at a delivery, in order. Default: nothing. */
  onChange?: ((change: SandboxChange) => void) | undefined;
}

const OPTIONS: OptionNames<SandboxOptions> = {
  apiKey: ["key"],
  webhookSecret: ["secret"],
  webhookUrl: ["webhook", "url"],
  walletUrl: [],
  now: ["clock"],
  seed: [],
  state: ["snapshot"],
  deliver: ["fetch"],
  onChange: [],
};

/**
 * An intent entered a status, or an event was posted. `status` of an attempt is the response's, or null without a
 * response. `response` is the start of its body, up to 80 characters.
 */
export type SandboxChange =
  | { type: "intent"; id: string; status: PaymentIntentStatus; at: number }
  | { type: "attempt"; id: string; url: string; status: number | null; at: number; response?: string | undefined };

/** A payment with its internal state. */
export interface SandboxIntent extends PaymentIntent {
  /** Name of the service. */
  merchant_name: string;
  /** The QR code, once it is generated. */
  charge?: QRCharge | undefined;
  /** Whether the payment was paid back, by `preview.refunds.create`. */
  refunded: boolean;
  /** All statuses with their times in Unix milliseconds. The current one is last. */
  history: { status: PaymentIntentStatus; at: number }[];
}

/** A call of `client.preview` that the sandbox accepted. */
export interface SandboxPreviewCall {
  /** Path below `/v1`, such as `/refunds`. */
  path: string;
  /** Body of the request. */
  params: { [field: string]: unknown };
  /** Body of the response: fields that ItPay's pages show, with invented values. */
  response: { [field: string]: unknown };
  /** Unix milliseconds. */
  at: number;
}

/** An event and all attempts at posting it. */
export interface SandboxDelivery {
  /** Id of the event. */
  id: string;
  /** Type of the event. */
  event_type: string;
  /** Id of the payment. */
  intent_id: string;
  /** Where the event goes. */
  url: string;
  /** The event as JSON. */
  body: string;
  /** Unix milliseconds. */
  created_at: number;
  /** An event is abandoned after ten attempts. `due` is the time of the next attempt, in Unix milliseconds. */
  progress: { state: "waiting"; due: number } | { state: "in_flight" | "delivered" | "abandoned" };
  /** `at` and `duration` are in milliseconds. `status` is null without a response. */
  attempts: { at: number; duration: number; status: number | null }[];
}

/** A step of the wallet. */
export type WalletAction = "scan" | "authorize" | "capture" | "succeed" | "pay" | "fail" | "expire" | "cancel";

/** An ItPay gateway in this process. */
export interface Sandbox {
  /** The API key that it accepts. */
  readonly apiKey: string;
  /** The secret with which it signs webhooks. */
  readonly webhookSecret: string;
  /** For `new ItPayClient({ apiKey: sandbox.apiKey, fetch: sandbox.fetch })`. */
  readonly fetch: typeof fetch;
  /**
   * Acts as the wallet. Resolves after one attempt at each webhook that is due.
   * @param intentId Id of the payment.
   * @param action Step of the wallet.
   * @param reason Reason of `fail`.
   */
  act(intentId: string, action: WalletAction, reason?: string): Promise<PaymentIntent>;
  /**
   * The wallet scans the code.
   * @param intentId Id of the payment.
   */
  scan(intentId: string): Promise<PaymentIntent>;
  /**
   * All remaining steps up to `succeeded`.
   * @param intentId Id of the payment.
   */
  pay(intentId: string): Promise<PaymentIntent>;
  /**
   * The wallet declines. Default reason `declined`.
   * @param intentId Id of the payment.
   * @param reason Reason that the webhook gives.
   */
  fail(intentId: string, reason?: string): Promise<PaymentIntent>;
  /**
   * The payment expires now.
   * @param intentId Id of the payment.
   */
  expire(intentId: string): Promise<PaymentIntent>;
  /**
   * The payment is canceled.
   * @param intentId Id of the payment.
   */
  cancel(intentId: string): Promise<PaymentIntent>;
  /**
   * Posts an event again.
   * @param eventId Id of the event.
   */
  redeliver(eventId: string): Promise<void>;
  /** Makes the next requests fail. @throws ValidationError that names the field */
  inject(fault: Fault): void;
  /** Runs everything that is due by the sandbox's clock. Call it after you move your own clock. Resolves with the next due time. */
  tick(): Promise<number | undefined>;
  /**
   * Returns an intent by its id.
   * @param id Id of the payment.
   */
  intent(id: string): SandboxIntent | undefined;
  /** All intents, in the order of creation. */
  readonly intents: readonly SandboxIntent[];
  /** `svc_sandbox`, which always exists and accepts every channel, and all registered services. */
  readonly services: readonly ServiceManifest[];
  /** The accepted calls of `client.preview`, in order. The same call again is another one: it bills twice. */
  readonly previewCalls: readonly SandboxPreviewCall[];
  /** The last requests in order: at most 10,000, and at most 4 MiB together. */
  readonly requests: readonly SandboxRequest[];
  /** All events, in order. */
  readonly deliveries: readonly SandboxDelivery[];
  /** The state as text, without key and secret. */
  snapshot(): string;
  /** Stops all deliveries. `fetch` then fails with a refused connection. */
  close(): void;
}

/**
 * Creates an ItPay gateway that checks everything that ItPay's pages document.
 *
 * @throws ValidationError that names the option
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const own = readOptions(options, OPTIONS, invalid);
  const { apiKey = "sk_test_sandbox", webhookSecret = "whsec_sandbox", deliver, onChange } = own;
  const { webhookUrl, walletUrl, state } = own;
  checkTexts({ apiKey, webhookSecret, webhookUrl, walletUrl, state });
  checkFunctions({ now: own.now, deliver, onChange });
  const now = checkedClock(own.now ?? Date.now);
  const random = randomness(own.seed);
  const gateway = call((module) => new module.Gateway(apiKey, webhookSecret, webhookUrl, walletUrl, state));
  const running = runSandbox(gateway, {
    now,
    random,
    deliver,
    onChange: (change) => onChange?.({ type: "intent", ...change } as SandboxChange),
    onAttempt: (attempt) => onChange?.({ type: "attempt", ...attempt }),
  });

  const act = async (intentId: string, action: WalletAction, reason?: string): Promise<PaymentIntent> => {
    checkTexts({ reason });
    const intent = JSON.parse(
      call(() =>
        gateway.wallet(checkedText("intentId", intentId), checkedText("action", action), reason, now(), random()),
      ),
    ) as PaymentIntent;
    await running.flush();
    return intent;
  };

  return {
    apiKey,
    webhookSecret,
    fetch: running.fetch,
    act,
    scan: (id) => act(id, "scan"),
    pay: (id) => act(id, "pay"),
    fail: (id, reason) => act(id, "fail", reason),
    expire: (id) => act(id, "expire"),
    cancel: (id) => act(id, "cancel"),
    redeliver: running.redeliver,
    inject: running.inject,
    tick: running.tick,
    intent: (id) => {
      const intent = call(() => gateway.intent(checkedText("id", id)));
      return intent === undefined ? undefined : (JSON.parse(intent) as SandboxIntent);
    },
    get intents() {
      return JSON.parse(call(() => gateway.intents())) as SandboxIntent[];
    },
    get services() {
      return JSON.parse(call(() => gateway.services())) as ServiceManifest[];
    },
    get previewCalls() {
      return JSON.parse(call(() => gateway.preview_calls())) as SandboxPreviewCall[];
    },
    requests: running.requests,
    get deliveries() {
      return JSON.parse(call(() => gateway.deliveries())) as SandboxDelivery[];
    },
    snapshot: running.snapshot,
    close: running.close,
  };
}
