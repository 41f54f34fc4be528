// PayKit code that must compile against the built package; a line below a marker must not. Nothing here is run.

import { createGopay, createGopayWebhookHandler, type GoPayClient } from "itpay/gopay";
import {
  type CreateCheckoutSchema, createEndpointHandlers, createItpay, type EndpointArgs, type EndpointHandler, type EndpointPath, itpay, type PaykitMetadata, type Payment, PayKit, type PayKitProvider,
  ProviderNotSupportedError, type StandardEventHandlers, type Subscription, WebhookError, type WebhookEventPayload,
} from "itpay/paykit";
import { memoryStore } from "itpay/stores";

const provider = createGopay({ clientId: "1", clientSecret: "s", goId: "8", isSandbox: true, webhookUrl: "https://shop.example/", timeout: 1000, maxRetries: 0, fetch, logLevel: "off" });
const paykit = new PayKit(provider);
export const client: GoPayClient = paykit._native;
export const name: "gopay" = paykit.providerName;
export const providers: PayKitProvider[] = [provider, itpay({ env: {} }), createItpay({ apiKey: "sk", agentId: "a" })];
const customer = { email: "a@b.cz" };
const urls = { success_url: "https://shop.example/s", cancel_url: "https://shop.example/c" };

/** The shapes that PayKit's core is strict about. */
export async function strict(): Promise<void> {
  await paykit.checkouts.create({ customer, item_id: "a", session_type: "one_time", quantity: 1, ...urls, metadata: null, provider_metadata: { amount: 2900 } });
  const payment: Payment = await paykit.payments.create({ customer: null, item_id: null, amount: 1, currency: "CZK", capture_method: "manual", metadata: { a: 1 }, provider_metadata: { success_url: urls.success_url } });
  await paykit.payments.capture(payment.id, { amount: payment.amount });
  await paykit.refunds.create({ payment_id: payment.id, amount: 1, reason: null, metadata: null });
  const interval = { type: "custom", durationMs: 1000 } as const;
  const subscription: Subscription = await paykit.subscriptions.create({ customer, item_id: "a", amount: 1, currency: "CZK", billing_interval: interval, quantity: 1, metadata: null, provider_metadata: { success_url: urls.success_url, end_date: new Date(), recurrence_period: 2 } });
  const charged = await paykit.subscriptions.update(subscription.id, { metadata: {}, provider_metadata: { amount: 500, currency: "CZK" } });
  const end: number = charged.current_period_end.getTime();
  const found: Payment | null = await paykit.payments.retrieve(String(end));
  const text: string | undefined = (await createEndpointHandlers(paykit)["/subscription/retrieve"]("1"))?.current_period_end;
  await paykit.webhooks.setup({ webhookSecret: null }).on("refund.created", (event) => void event.data.amount).on("gopay.something", (data) => void data).handle({ body: text ?? "", headersAsObject: {}, fullUrl: found?.id ?? "" });
}

export const handler: (request: Request) => Promise<Response> = createGopayWebhookHandler({
  provider,
  store: memoryStore(),
  on: { "payment.succeeded": (event) => void event.data.item_id, default: (event) => void (event.type === "invoice.generated" && event.data.amount_paid) },
  onError: (error, event) => void (error instanceof WebhookError && error.retryable && event?.id),
});
export const unsupported = (error: unknown): string | undefined => (error instanceof ProviderNotSupportedError ? error.method : undefined);

// The types that PayKit's documents import.
const endpoints = createEndpointHandlers(paykit);
export async function forward(path: string, body: unknown): Promise<unknown> {
  const endpoint = path as EndpointPath;
  const handler = endpoints[endpoint] as EndpointHandler<typeof endpoint>;
  const { args } = body as { args: EndpointArgs<typeof endpoint> };
  return handler(...args);
}
export const metadata: PaykitMetadata = { order: "1042" };
export const session: CreateCheckoutSchema = { customer, item_id: "a", session_type: "one_time", quantity: 1, ...urls, metadata, provider_metadata: { anything: 1 } };
export const onPaid: StandardEventHandlers = { "payment.succeeded": (event) => void event.data.item_id };
export const payload = (event: WebhookEventPayload<{ state: string }>): string => event.type;
void paykit.payments.create({ customer, item_id: "a", amount: 1, currency: "CZK", provider_metadata: { success_url: urls.success_url, default_payment_instrument: "GPAY", order_number: undefined } });
void createItpay({ apiKey: "sk" }).capturePayment("pi_1", { amount: 1 });

// @ts-expect-error a checkout's amount is missing
void paykit.checkouts.create({ customer, item_id: "a", session_type: "one_time", quantity: 1, ...urls, provider_metadata: {} });
// @ts-expect-error a payment's success_url is missing
void paykit.payments.create({ customer, item_id: "a", amount: 1, currency: "CZK" });
// @ts-expect-error an amount is a number
void paykit.payments.create({ customer, item_id: "a", amount: "1", currency: "CZK", provider_metadata: { success_url: urls.success_url } });
// @ts-expect-error there is no such interval
void paykit.subscriptions.create({ customer, item_id: "a", amount: 1, currency: "CZK", billing_interval: "fortnight", provider_metadata: { success_url: urls.success_url } });
// @ts-expect-error provider_metadata has no such field
void paykit.payments.create({ customer, item_id: "a", amount: 1, currency: "CZK", provider_metadata: { succes_url: urls.success_url } });
// @ts-expect-error there is no such event
paykit.webhooks.setup({ webhookSecret: "" }).on("payment.paid", () => undefined);
// @ts-expect-error a Promise is no provider
new PayKit(Promise.resolve(provider));
// @ts-expect-error the client's secret is missing
createGopay({ clientId: "1", goId: "8", isSandbox: true, webhookUrl: "https://shop.example/" });
