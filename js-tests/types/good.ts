// Code that must compile against the built package. Nothing here is run.

import {
  type ApiPromise,
  type Invoice,
  ItPayClient,
  isItPayError,
  type Money,
  money,
  type PaymentIntent,
  type PaymentScheme,
  paymentScheme,
  RateLimitError,
  type ServiceManifest,
  TimeoutError,
} from "itpay";
import { gopay } from "itpay/gopay";
import { PayKit } from "itpay/paykit";
import { toMatrix, toSvg, toTerminal } from "itpay/qr";
import { toPng, toPngDataUrl } from "itpay/qr/png";
import { createGopaySandbox, createSandbox, type GoPaySandboxPayment } from "itpay/sandbox";
import { constructEvent, createWebhookHandler, type EventStore, memoryStore, verifySignature } from "itpay/webhooks";

export async function client(signal: AbortSignal): Promise<string> {
  const itpay = new ItPayClient({ apiKey: "sk", channel: "alipay", timeout: 1000, maxRetries: 0, logLevel: "info", logger: console, fetch });
  const amount: Money = money("6.99", "CNY");
  const call: ApiPromise<PaymentIntent> = itpay.paymentIntents.create(
    { service_id: "svc", type: "one_time", amount, payer: { agent_id: "a" }, channel: "a_new_channel" },
    { signal, idempotencyKey: "k", headers: { "X-Trace": "1" } },
  );
  const { data, response, requestId } = await call.withResponse();
  if (data.status === "succeeded" || data.status === "a_new_status") return `${response.status} ${requestId ?? ""}`;
  const refund = await itpay.request<{ id: string }>("POST", "/refunds", { body: { payment_intent: data.id }, query: { a: 1 } });
  const done = await itpay.paymentIntents.waitForCompletion(data.id, { onUpdate: (intent) => void intent.status });
  return refund.id + (done.expires_at ?? "");
}

export function webhook(body: Uint8Array, headers: Headers): number | string {
  const event = constructEvent(body, headers, ["whsec_a", "whsec_b"], { maxAge: Infinity });
  if (event.type === "payment_intent.succeeded") return event.data.amount.value;
  const type: string = event.type;
  return verifySignature("text", { "x-itpay-signature": ["t=1"] }, "whsec") ? type : toSvg("x", { errorCorrection: "H" });
}

/** The calls of preview: attested fields have types, and any other field may be there. */
export async function preview(itpay: ItPayClient): Promise<string> {
  const refund = await itpay.preview.refunds.create({ payment_intent: "pi_1", reason: "customer_request", unknown_field: 1 });
  const { running_total } = await itpay.preview.cumulative.record({ quantity: 1500 }, { idempotencyKey: "k" });
  const { deeplink, status } = await itpay.preview.payments.oneTime({ service_id: "s", amount: money("1", "CNY"), payer: { agent_id: "a" } });
  const subscription = await itpay.preview.subscriptions.create({ plan: "pro" });
  const { data } = await itpay.preview.installs.create({ auto_pay_limit: 1000 }).withResponse();
  const scheme: PaymentScheme = await paymentScheme(new Response());
  return `${refund["status"]} ${running_total.toFixed()} ${deeplink} ${status === "completed"} ${subscription.first_payment.qr["scan_url"]} ${data.install_id} ${scheme}`;
}
export const total = (invoice: Invoice): number | undefined => invoice.total?.amount;
export const provider = (manifest: ServiceManifest): string => `${manifest.provider?.kyc_level} ${manifest.version}`;
export const bare = (itpay: ItPayClient): ApiPromise<ServiceManifest> => itpay.manifests.create({ name: "Bare" });

const store: EventStore = memoryStore({ max: 10 });
export const handler: (request: Request) => Promise<Response> = createWebhookHandler({
  store,
  on: {
    "escrow.held": (event) => void event.data["id"],
    "payment_intent.failed": (event) => void event.data.failure_reason?.length,
    default: async (event) => void event.id,
  },
  onError: (error, event) => void (isItPayError(error) ? error.code : event?.id),
});

export const dark: boolean = toMatrix("x", { errorCorrection: undefined }).isDark(0, 0);
export const png: Uint8Array = toPng(toPngDataUrl("x", { width: 300 }), { scale: 4, dark: "#123" });
export const picture: string = toTerminal("x", { invert: true, errorCorrection: "H" }) + String(createSandbox({ seed: 1 }).requests.length);
export const wait = (error: unknown): number | undefined => (error instanceof RateLimitError ? error.retryAfter : undefined);

export async function payer(id: number): Promise<GoPaySandboxPayment> {
  const sandbox = createGopaySandbox({ goId: "8123456789", enabled: { recurrence: false }, onChange: (change) => void (change.type === "payment" && change.state) });
  sandbox.answerWith("refund", "ACCEPTED");
  sandbox.inject({ error: 333, times: 2 });
  await sandbox.chooseMethod(id, "BANK_ACCOUNT");
  return sandbox.act(String(id), "decline", "_5006");
}

interface Env {
  ITPAY_API_KEY?: string;
}

/** An environment is any object, and every option may be undefined. */
export const fromEnv = (env: Env): ItPayClient => new ItPayClient({ env, apiKey: env.ITPAY_API_KEY, baseUrl: undefined, timeout: undefined, logger: undefined });
export const lastStatus = (error: unknown): string | undefined => (error instanceof TimeoutError ? error.intent?.status : undefined);
export const code = async (client: ItPayClient): Promise<string> => toTerminal((await client.qr.generate("pi_1")).qr_data);
export const paykit = new PayKit(gopay());
