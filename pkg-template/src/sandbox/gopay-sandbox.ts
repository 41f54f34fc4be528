// The GoPay gateway (REST API v3) in process: a `fetch` to hand to a client, a payer to act for, notifications that
// are really sent.

import { ValidationError } from "../internal/errors.js";
import { given, reading } from "../internal/untrusted.js";
import { call, checkedText, checkFunctions, checkTexts, type Fault, host, randomness, type SandboxRequest } from "./run-sandbox.js";

export interface GoPaySandboxOptions {
  /** The one client that it knows. Default `1000000001`. */
  clientId?: string | undefined;
  /** Default `gopay_sandbox`. */
  clientSecret?: string | undefined;
  /** The one e-shop that there is, in digits. Default `8123456789`. */
  goId?: string | undefined;
  /** Where all notifications go, instead of to the URLs of their payments. */
  notificationUrl?: string | undefined;
  /** What `gw_url` begins with; the payment's id follows. Default `https://gw.sandbox.gopay.com/gw/v3`. */
  payUrl?: string | undefined;
  /** Answers have what surprises in the real ones: spaces around text, `goid` as a string now and then. Default true. */
  quirks?: boolean | undefined;
  /** What GoPay enables for an e-shop only on request. Default: everything. */
  enabled?: { recurrence?: boolean | undefined; preauthorization?: boolean | undefined; partialCapture?: boolean | undefined } | undefined;
  /** Its clock, in Unix milliseconds: for dates, tokens and whatever happens by itself. Default: the machine's. See `tick()`. */
  now?: (() => number) | undefined;
  /** Makes ids, and whatever else is drawn, the same each time. */
  seed?: number | undefined;
  /** What `snapshot()` gave, to go on from there. */
  state?: string | undefined;
  /** Fetches the notification URLs. Default: `globalThis.fetch`, looked up each time. */
  deliver?: typeof fetch | undefined;
  /** Told of each state that a payment enters and of each attempt at a notification, in order. */
  onChange?: ((change: GoPaySandboxChange) => void) | undefined;
}

export type GoPaySandboxState =
  | "CREATED"
  | "PAYMENT_METHOD_CHOSEN"
  | "AUTHORIZED"
  | "PAID"
  | "CANCELED"
  | "TIMEOUTED"
  | "PARTIALLY_REFUNDED"
  | "REFUNDED";

/** A payment that entered a state, or an attempt at a notification: then `status` is the answer's, null for none. */
export type GoPaySandboxChange =
  | { type: "payment"; id: string; state: GoPaySandboxState; at: number }
  | { type: "attempt"; id: string; status: number | null; at: number };

/** A payment as the gateway keeps it: as on the wire, tidied up, and what is not on the wire. */
export interface GoPaySandboxPayment {
  id: number;
  /** Of a recurrence's charge: the first payment's id. */
  parent_id?: number | undefined;
  order_number: string;
  order_description: string | null;
  state: GoPaySandboxState;
  sub_state?: string | undefined;
  /** In minor units. */
  amount: number;
  currency: string;
  payment_instrument?: string | undefined;
  payer: Record<string, unknown>;
  target: { type: string; goid: number };
  recurrence?: { recurrence_cycle: string; recurrence_period?: number | undefined; recurrence_date_to: string; recurrence_state: "REQUESTED" | "STARTED" | "STOPPED" } | undefined;
  preauthorization?: { requested: boolean; state: "REQUESTED" | "AUTHORIZED" | "CAPTURED" | "CANCELED" } | undefined;
  additional_params: { name: string; value: string }[];
  lang: string;
  gw_url: string;
  /** Where the payer goes afterwards, with the payment's id. */
  return_url: string;
  notification_url: string | null;
  /** The ways to pay that the payer may choose. */
  choices: string[];
  /** Unix milliseconds. */
  created_at: number;
  /** When an unpaid payment times out or blocked money is free again, in Unix milliseconds. */
  expires_at: number;
  /** What came in, in minor units; what went back is not taken off. */
  paid: number;
  refunds: { id: number; state: "REQUESTED" | "SUCCESS" | "FAILED"; amount: number; requested_at: number; changed_at: number }[];
  /** What was accepted and is not done yet, but for refunds. */
  queued: { operation: "capture" | "void_authorization" | "void_recurrence"; amount?: number | undefined } | null;
  /** Every state that it has had and since when, in Unix milliseconds; the present one last. */
  history: { state: GoPaySandboxState; at: number }[];
}

/** A notification and each attempt at it. */
export interface GoPaySandboxDelivery {
  id: string;
  payment_id: number;
  /** The state that it was sent for. Who reads the payment then may see a later one. */
  payment_state: GoPaySandboxState;
  url: string;
  /** Unix milliseconds. */
  created_at: number;
  /** Given up after twenty tries. `due` is when it is tried next, in Unix milliseconds. */
  progress: { state: "waiting"; due: number } | { state: "in_flight" | "delivered" | "abandoned" };
  /** In milliseconds; no status where there was no answer. Only 200 counts. */
  attempts: { at: number; duration: number; status: number | null }[];
}

/** A fault, as `createSandbox` has them, or one of GoPay's error codes. */
export interface GoPayFault extends Fault {
  /** Answers with the refusal that has this code: 333 is a balance that doesn't suffice, 340 a charge that failed. */
  error?: number | undefined;
}

/** What happens at the payer, at a bank or by time. */
export type PayerAction =
  | "cancel"
  | "chooseMethod"
  | "decline"
  | "lapse"
  | "pay"
  | "recur"
  | "reject"
  | "settle"
  | "stopRecurrence"
  | "timeout"
  | "transfer";

/** A payment's id, as the wire or as PayKit has it. */
export type GoPayPaymentId = number | string;

export interface GoPaySandbox {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The e-shop's. */
  readonly goId: string;
  /** Answers below `/api` of any origin. */
  readonly fetch: typeof fetch;
  /** Does a step; resolves when the notifications that are due have been tried once. `detail` is the instrument or the sub-state. */
  act(paymentId: GoPayPaymentId, action: PayerAction, detail?: string): Promise<GoPaySandboxPayment>;
  /** The payer chooses how to pay. Default `PAYMENT_CARD`. */
  chooseMethod(paymentId: GoPayPaymentId, instrument?: string): Promise<GoPaySandboxPayment>;
  /** The money is in; with a preauthorization it is blocked: `AUTHORIZED`. */
  pay(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** The bank says no. `subState` says why; default `_5006`, no funds. */
  decline(paymentId: GoPayPaymentId, subState?: string): Promise<GoPaySandboxPayment>;
  /** The payer leaves. */
  cancel(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** The time is up, now. */
  timeout(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** The payer will send a bank transfer later; `pay` is when it comes. */
  transfer(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** The four days of a preauthorization are up, now. */
  lapse(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** Charges a recurrence as GoPay does when the cycle brings it, now. Resolves with the charge. */
  recur(parentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** The recurrence ends by the payer or at GoPay. */
  stopRecurrence(parentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** What was `ACCEPTED` is done now: refunds, a capture, a void. */
  settle(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** What was `ACCEPTED` fails. */
  reject(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** How an operation is answered from now on. At first `FINISHED`. A charge is answered the same way each time, and
   * then paid at once (`FINISHED`), declined (`FAILED`), or neither until `pay` or `decline` (`ACCEPTED`). */
  answerWith(operation: "capture" | "createRecurrence" | "refund" | "voidAuthorization" | "voidRecurrence", result: "ACCEPTED" | "FAILED" | "FINISHED"): void;
  /** Makes every token that was given out useless. */
  revokeTokens(): void;
  /** Sends a notification once more. */
  redeliver(notificationId: string): Promise<void>;
  /** Makes the next requests go wrong. */
  inject(fault: GoPayFault): void;
  /** Does what is due by its clock: for a clock of your own, after it was moved. Resolves with when something is due next. */
  tick(): Promise<number | undefined>;
  /** A payment by its id. */
  payment(id: GoPayPaymentId): GoPaySandboxPayment | undefined;
  /** Every payment, in the order of creation. */
  readonly payments: readonly GoPaySandboxPayment[];
  /** What came in, in order: the last 10,000. */
  readonly requests: readonly SandboxRequest[];
  /** What went out, in order. */
  readonly deliveries: readonly GoPaySandboxDelivery[];
  /** The whole state as text, without the secret and without tokens. */
  snapshot(): string;
  /** Sends nothing any more; `fetch` finds nobody. */
  close(): void;
}

/** A gateway that checks whatever GoPay's documentation describes. @throws ValidationError */
export function createGopaySandbox(options: GoPaySandboxOptions = {}): GoPaySandbox {
  const own = given("options", options);
  const { clientId = "1000000001", clientSecret = "gopay_sandbox", goId = "8123456789", now = Date.now } = own;
  const { notificationUrl, payUrl, quirks, state, deliver, onChange } = own;
  checkTexts({ clientId, clientSecret, notificationUrl, payUrl, state });
  checkFunctions({ now, deliver, onChange });
  const random = randomness(own.seed);
  const setUp = reading("options", () => JSON.stringify({ clientId, goId: String(goId), notificationUrl, payUrl, quirks, ...own.enabled }));
  const gateway = call((module) => new module.GoPayGateway(setUp, clientSecret, state));
  const hosted = host(gateway, {
    now,
    random,
    deliver,
    changed: (change) => onChange?.({ type: "payment", ...change } as GoPaySandboxChange),
    attempted: (attempt) => onChange?.({ type: "attempt", ...attempt }),
  });

  const act = async (paymentId: GoPayPaymentId, action: PayerAction, detail?: string): Promise<GoPaySandboxPayment> => {
    checkTexts({ detail });
    const payment = JSON.parse(call(() => gateway.act(paymentIdText(paymentId), checkedText("action", action), detail, now(), random()))) as GoPaySandboxPayment;
    await hosted.pump();
    return payment;
  };

  return {
    clientId,
    clientSecret,
    goId,
    fetch: hosted.fetch,
    act,
    chooseMethod: (id, instrument) => act(id, "chooseMethod", instrument),
    pay: (id) => act(id, "pay"),
    decline: (id, subState) => act(id, "decline", subState),
    cancel: (id) => act(id, "cancel"),
    timeout: (id) => act(id, "timeout"),
    transfer: (id) => act(id, "transfer"),
    lapse: (id) => act(id, "lapse"),
    recur: (id) => act(id, "recur"),
    stopRecurrence: (id) => act(id, "stopRecurrence"),
    settle: (id) => act(id, "settle"),
    reject: (id) => act(id, "reject"),
    answerWith: (operation, result) => call(() => gateway.answer_with(checkedText("operation", operation), checkedText("result", result))),
    revokeTokens: () => call(() => gateway.revoke_tokens()),
    redeliver: hosted.redeliver,
    inject: (wanted) => {
      const { error, ...fault } = given("fault", wanted);
      if (error === undefined) return hosted.inject(fault);
      if (!Number.isInteger(error) || error < 100 || error > 999) {
        throw new ValidationError("error must be one of GoPay's codes, such as 333", { code: "invalid_request", field: "error" });
      }
      const { status, headers, body } = JSON.parse(call(() => gateway.refusal(error, now()))) as { status: number; headers: [string, string][]; body: string };
      hosted.inject({ status, body, ...fault, headers: { ...Object.fromEntries(headers), ...fault.headers } });
    },
    tick: hosted.tick,
    payment: (id) => {
      const payment = call(() => gateway.payment(paymentIdText(id)));
      return payment === undefined ? undefined : (JSON.parse(payment) as GoPaySandboxPayment);
    },
    get payments() {
      return JSON.parse(call(() => gateway.payments())) as GoPaySandboxPayment[];
    },
    requests: hosted.requests,
    get deliveries() {
      return JSON.parse(call(() => gateway.deliveries())) as GoPaySandboxDelivery[];
    },
    snapshot: hosted.snapshot,
    close: hosted.close,
  };
}

function paymentIdText(id: GoPayPaymentId): string {
  return typeof id === "number" ? String(id) : checkedText("paymentId", id);
}
