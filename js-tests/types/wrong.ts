// Code that must not compile: each line below a marker has one mistake. Nothing here is run.

import { ItPayClient, type PaymentIntent } from "itpay";
import { toSvg } from "itpay/qr";
import { constructEvent, createWebhookHandler, verifySignature } from "itpay/webhooks";

const itpay = new ItPayClient();
const payer = { agent_id: "a" };
const amount = { currency: "CNY", value: 1 };

// @ts-expect-error timeout is a number
new ItPayClient({ timeout: "30s" });
// @ts-expect-error there is no such level
new ItPayClient({ logLevel: "trace" });
// @ts-expect-error there is no such option
new ItPayClient({ apikey: "sk" });
// @ts-expect-error the service is missing
void itpay.paymentIntents.create({ type: "one_time", amount, payer });
// @ts-expect-error the amount is in minor units with its currency
void itpay.paymentIntents.create({ service_id: "s", type: "one_time", amount: 6.99, payer });
// @ts-expect-error metadata is strings
void itpay.paymentIntents.create({ service_id: "s", type: "one_time", amount, payer, metadata: { a: 1 } });
// @ts-expect-error the payer is an object
void itpay.paymentIntents.create({ service_id: "s", type: "one_time", amount, payer: "a" });
// @ts-expect-error a refund is of a payment
void itpay.preview.refunds.create({ reason: "customer_request" });
// @ts-expect-error a quantity is a number
void itpay.preview.cumulative.record({ quantity: "1500" });
// @ts-expect-error an intent has no such field
export const typo = (intent: PaymentIntent): unknown => intent.stauts;
// @ts-expect-error verification is synchronous and wants a secret
verifySignature("body", "header");
// @ts-expect-error a parsed body is no raw body
constructEvent({ id: "evt" }, "header", "secret");
// @ts-expect-error on is required
createWebhookHandler({ secret: "s" });
// @ts-expect-error there is no such level
toSvg("x", { errorCorrection: "Z" });
// @ts-expect-error there is no such event
createWebhookHandler({ on: { "payment_intent.suceeded": () => undefined } });
