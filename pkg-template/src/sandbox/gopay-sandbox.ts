// The GoPay gateway (REST API v3) in process: a `fetch` for a client, a payer, and notifications over the network.

import { ValidationError } from "../internal/errors.js";
import { type OptionNames, readOptions } from "../internal/option-names.js";
import { copyOptions, readUntrusted } from "../internal/untrusted.js";
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

/** Options of `createGopaySandbox`. */
export interface GoPaySandboxOptions {
  /** The only client that the sandbox accepts. Default `1000000001`. */
  clientId?: string | undefined;
  /** Default `gopay_sandbox`. */
  clientSecret?: string | undefined;
  /** The id of the only e-shop, in digits. Default `8123456789`. */
  goId?: string | undefined;
  /** Receives all notifications. Default: the notification URL of each payment. */
  notificationUrl?: string | undefined;
  /** The prefix of each `gw_url`, which ends with the payment's id. Default `https://gw.sandbox.gopay.com/gw/v3`. */
  payUrl?: string | undefined;
  /** Responses have the oddities of the real ones: spaces around text, `goid` as a string in some. Default true. */
  quirks?: boolean | undefined;
  /** The features that GoPay enables on request. Default: all are true. */
  enabled?:
    | { recurrence?: boolean | undefined; preauthorization?: boolean | undefined; partialCapture?: boolean | undefined }
    | undefined;
  /** The clock for dates, tokens and due times, in Unix milliseconds. Default: the machine's. See `tick()`. */
  now?: (() => number) | undefined;
  /** Seed of ids and all other random values. The same seed gives the same run. Default: random. */
  seed?: number | undefined;
  /** State to continue from: the result of `snapshot()`. Default: an empty gateway. */
  state?: string | undefined;
  /** Fetches the notification URLs. Default: `globalThis.fetch`, looked up each time. Redirects are not followed. */
  deliver?: typeof fetch | undefined;
  /** Called for each state that a payment enters and for each attempt at a delivery, in order. Default: nothing. */
  onChange?: ((change: GoPaySandboxChange) => void) | undefined;
}

const OPTIONS: OptionNames<GoPaySandboxOptions> = {
  clientId: [],
  clientSecret: ["secret"],
  goId: ["eshopId"],
  notificationUrl: ["webhookUrl"],
  payUrl: ["walletUrl"],
  quirks: [],
  enabled: ["features"],
  now: ["clock"],
  seed: [],
  state: ["snapshot"],
  deliver: ["fetch"],
  onChange: [],
};

/** States of a payment. */
export type GoPaySandboxState =
  | "CREATED"
  | "PAYMENT_METHOD_CHOSEN"
  | "AUTHORIZED"
  | "PAID"
  | "CANCELED"
  | "TIMEOUTED"
  | "PARTIALLY_REFUNDED"
  | "REFUNDED";

/**
 * A payment entered a state, or a notification was sent. `status` of an attempt is the response's, or null without a
 * response. `response` is the start of its body, up to 80 characters.
 */
export type GoPaySandboxChange =
  | { type: "payment"; id: string; state: GoPaySandboxState; at: number }
  | { type: "attempt"; id: string; url: string; status: number | null; at: number; response?: string | undefined };

/** A payment: the wire object without its oddities, and the internal state. */
export interface GoPaySandboxPayment {
  /** Id of the payment. */
  id: number;
  /** The first payment's id, if this is a charge of a recurrence. */
  parent_id?: number | undefined;
  /** Number of the order. */
  order_number: string;
  /** Text for the customer. */
  order_description: string | null;
  /** State of the payment. */
  state: GoPaySandboxState;
  /** Reason of the state. */
  sub_state?: string | undefined;
  /** In minor units. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  /** Instrument that the customer chose. */
  payment_instrument?: string | undefined;
  /** The payer. */
  payer: Record<string, unknown>;
  /** The e-shop. */
  target: { type: string; goid: number };
  /** The recurrence. */
  recurrence?:
    | {
        recurrence_cycle: string;
        recurrence_period?: number | undefined;
        recurrence_date_to: string;
        recurrence_state: "REQUESTED" | "STARTED" | "STOPPED";
      }
    | undefined;
  /** The preauthorization. */
  preauthorization?: { requested: boolean; state: "REQUESTED" | "AUTHORIZED" | "CAPTURED" | "CANCELED" } | undefined;
  /** The merchant's data. */
  additional_params: { name: string; value: string }[];
  /** Language of the payment page. */
  lang: string;
  /** The payment page. */
  gw_url: string;
  /** The page that the payer returns to, with the payment's id. */
  return_url: string;
  /** Where notifications go. */
  notification_url: string | null;
  /** The payment instruments that the payer may choose. */
  choices: string[];
  /** The code by which a banking app pays the payment; null unless a bank transfer can pay it now. */
  qr_text: string | null;
  /** Unix milliseconds. */
  created_at: number;
  /** When an unpaid payment times out or a preauthorization lapses, in Unix milliseconds. */
  expires_at: number;
  /** The amount received, in minor units. Refunds are not subtracted. */
  paid: number;
  /** Refunds of the payment. */
  refunds: {
    id: number;
    state: "REQUESTED" | "SUCCESS" | "FAILED";
    amount: number;
    requested_at: number;
    changed_at: number;
  }[];
  /** An accepted operation that is not finished yet. Refunds have their own state. */
  queued: { operation: "capture" | "void_authorization" | "void_recurrence"; amount?: number | undefined } | null;
  /** All states with their times in Unix milliseconds. The current one is last. */
  history: { state: GoPaySandboxState; at: number }[];
}

/** A notification and all its attempts. */
export interface GoPaySandboxDelivery {
  /** Id of the notification. */
  id: string;
  /** Id of the payment. */
  payment_id: number;
  /** The state that it announces. A merchant may already read a later one. */
  payment_state: GoPaySandboxState;
  /** Where the notification goes. */
  url: string;
  /** Unix milliseconds. */
  created_at: number;
  /** A notification is abandoned after twenty attempts. `due` is the time of the next attempt, in Unix milliseconds. */
  progress: { state: "waiting"; due: number } | { state: "in_flight" | "delivered" | "abandoned" };
  /** `at` and `duration` are in milliseconds. `status` is null without a response. Only 200 confirms a notification. */
  attempts: { at: number; duration: number; status: number | null }[];
}

/** A fault as in `createSandbox`, or one of GoPay's error codes. */
export interface GoPayFault extends Fault {
  /** Responds with the error of this code, such as 333 (insufficient balance) or 340 (failed charge). */
  error?: number | undefined;
}

/** An event at the payer, at a bank or by the passing of time. */
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

/** A payment's id: a number as on the wire, or text as in PayKit. */
export type GoPayPaymentId = number | string;

/** A GoPay gateway in this process. */
export interface GoPaySandbox {
  /** The client id that it accepts. */
  readonly clientId: string;
  /** The client secret that it accepts. */
  readonly clientSecret: string;
  /** The e-shop's id. */
  readonly goId: string;
  /** Handles requests below `/api` of any origin. */
  readonly fetch: typeof fetch;
  /**
   * Acts as the payer. Resolves after one attempt at each notification that is due. `detail` is the instrument or the sub-state.
   * @param id Id of the payment.
   * @param action Step of the payer or of time.
   * @param detail Instrument of `chooseMethod`, sub-state of `decline`.
   */
  act(paymentId: GoPayPaymentId, action: PayerAction, detail?: string): Promise<GoPaySandboxPayment>;
  /**
   * The payer chooses a payment instrument. Default `PAYMENT_CARD`.
   * @param id Id of the payment.
   * @param instrument Payment instrument, such as `PAYMENT_CARD`.
   */
  chooseMethod(paymentId: GoPayPaymentId, instrument?: string): Promise<GoPaySandboxPayment>;
  /** The payer pays: `PAID`, or `AUTHORIZED` with a preauthorization. */
  pay(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /**
   * The bank declines. `subState` is the reason. Default `_5006`, insufficient funds.
   * @param id Id of the payment.
   * @param subState Sub-state that gives the reason, such as `_5006`.
   */
  decline(paymentId: GoPayPaymentId, subState?: string): Promise<GoPaySandboxPayment>;
  /** The payer cancels. */
  cancel(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** The payment times out now. */
  timeout(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** The payer announces a bank transfer. It arrives with `pay`. */
  transfer(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** The preauthorization lapses now, as it does after four days. */
  lapse(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** Charges a recurrence now, as GoPay does in each cycle. Resolves with the charge. */
  recur(parentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** The payer or GoPay stops the recurrence. */
  stopRecurrence(parentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** `ACCEPTED` operations finish now: refunds, a capture, a void. */
  settle(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /** `ACCEPTED` operations fail. */
  reject(paymentId: GoPayPaymentId): Promise<GoPaySandboxPayment>;
  /**
   * Sets the result of an operation from now on. Default `FINISHED`. The response to a charge is always the same: the
   * charge is then paid at once (`FINISHED`), declined (`FAILED`), or open until `pay` or `decline` (`ACCEPTED`).
   * @param operation The call.
   * @param result `FINISHED`, `ACCEPTED` or `FAILED`.
   */
  answerWith(
    operation: "capture" | "createRecurrence" | "refund" | "voidAuthorization" | "voidRecurrence",
    result: "ACCEPTED" | "FAILED" | "FINISHED",
  ): void;
  /** Revokes every token. */
  revokeTokens(): void;
  /**
   * Sends a notification again.
   * @param notificationId Id of the notification.
   */
  redeliver(notificationId: string): Promise<void>;
  /** Makes the next requests fail. @throws ValidationError that names the field */
  inject(fault: GoPayFault): void;
  /** Runs everything that is due by the sandbox's clock. Call it after you move your own clock. Resolves with the next due time. */
  tick(): Promise<number | undefined>;
  /** Returns a payment by its id. */
  payment(id: GoPayPaymentId): GoPaySandboxPayment | undefined;
  /** All payments, in the order of creation. */
  readonly payments: readonly GoPaySandboxPayment[];
  /** The last requests in order: at most 10,000, and at most 4 MiB together. */
  readonly requests: readonly SandboxRequest[];
  /** All notifications, in order. */
  readonly deliveries: readonly GoPaySandboxDelivery[];
  /** The state as text, without the secret and without tokens. */
  snapshot(): string;
  /** Stops all notifications. `fetch` then fails with a refused connection. */
  close(): void;
}

/**
 * Creates a GoPay gateway that checks everything that GoPay documents.
 *
 * @throws ValidationError that names the option
 */
export function createGopaySandbox(options: GoPaySandboxOptions = {}): GoPaySandbox {
  const own = readOptions(options, OPTIONS, invalid);
  const { clientId = "1000000001", clientSecret = "gopay_sandbox", goId = "8123456789" } = own;
  const { notificationUrl, payUrl, quirks, state, deliver, onChange } = own;
  checkTexts({ clientId, clientSecret, notificationUrl, payUrl, state });
  checkFunctions({ now: own.now, deliver, onChange });
  const now = checkedClock(own.now ?? Date.now);
  const random = randomness(own.seed);
  const setUp = readUntrusted("options", () =>
    JSON.stringify({ clientId, goId: String(goId), notificationUrl, payUrl, quirks, ...own.enabled }),
  );
  const gateway = call((module) => new module.GoPayGateway(setUp, clientSecret, state));
  const running = runSandbox(gateway, {
    now,
    random,
    deliver,
    onChange: (change) => onChange?.({ type: "payment", ...change } as GoPaySandboxChange),
    onAttempt: (attempt) => onChange?.({ type: "attempt", ...attempt }),
  });

  const act = async (paymentId: GoPayPaymentId, action: PayerAction, detail?: string): Promise<GoPaySandboxPayment> => {
    checkTexts({ detail });
    const payment = JSON.parse(
      call(() => gateway.act(paymentIdText(paymentId), checkedText("action", action), detail, now(), random())),
    ) as GoPaySandboxPayment;
    await running.flush();
    return payment;
  };

  return {
    clientId,
    clientSecret,
    goId,
    fetch: running.fetch,
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
    answerWith: (operation, result) =>
      call(() => gateway.set_outcome(checkedText("operation", operation), checkedText("result", result))),
    revokeTokens: () => call(() => gateway.revoke_tokens()),
    redeliver: running.redeliver,
    inject: (wanted) => {
      const { error, ...fault } = copyOptions("fault", wanted);
      if (error === undefined) return running.inject(fault);
      if (!Number.isInteger(error) || error < 100 || error > 999) {
        throw new ValidationError("error must be one of GoPay's codes, such as 333", {
          code: "invalid_request",
          field: "error",
        });
      }
      const { status, headers, body } = JSON.parse(call(() => gateway.error_response(error, now()))) as {
        status: number;
        headers: [string, string][];
        body: string;
      };
      running.inject({
        ...fault,
        status: fault.status ?? status,
        body: fault.body ?? body,
        headers: { ...Object.fromEntries(headers), ...fault.headers },
      });
    },
    tick: running.tick,
    payment: (id) => {
      const payment = call(() => gateway.payment(paymentIdText(id)));
      return payment === undefined ? undefined : (JSON.parse(payment) as GoPaySandboxPayment);
    },
    get payments() {
      return JSON.parse(call(() => gateway.payments())) as GoPaySandboxPayment[];
    },
    requests: running.requests,
    get deliveries() {
      return JSON.parse(call(() => gateway.deliveries())) as GoPaySandboxDelivery[];
    },
    snapshot: running.snapshot,
    close: running.close,
  };
}

function paymentIdText(id: GoPayPaymentId): string {
  return typeof id === "number" ? String(id) : checkedText("paymentId", id);
}
