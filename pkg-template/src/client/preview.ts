// Calls of which ItPay's documentation is known in part only: parameters and objects as far as its pages show them.

import type { ApiPromise } from "../internal/api-promise.js";
import type { RequestOptions } from "../internal/client-config.js";
import type { Money, Open, Party } from "./types.js";

/** Fields that no known page shows are passed through. */
export type WithUnknownFields<T> = T & { [field: string]: unknown };

/** Parameters of `preview.payments.oneTime`. */
export type CreateOneTimePaymentParams = WithUnknownFields<{
  /** The ServiceManifest's id. */
  service_id: string;
  /** The price. That it has the form of an intent's amount is assumed. */
  amount: Money;
  /** Who pays. That it has the form of an intent's payer is assumed. */
  payer: Party;
}>;

/** A payment by deep link. */
export type OneTimePayment = WithUnknownFields<{
  /** Id of the payment. */
  id: string;
  /** Opens the wallet, such as `itpay://pay/…`. */
  deeplink: string;
  /** State of the payment. */
  status: Open<"pending" | "completed" | "failed">;
}>;

/** Parameters of `preview.refunds.create`. */
export type CreateRefundParams = WithUnknownFields<{
  /** The id of the payment. */
  payment_intent: string;
  /** Why the payment is refunded. */
  reason?: Open<"customer_request"> | undefined;
  /** The access that ends with the refund. The fields of a target beside `type` are unknown. */
  revoke?: { targets: WithUnknownFields<{ type: Open<"access_token" | "signed_url"> }>[] } | undefined;
}>;

/** A refund. No known page shows its fields. */
export type PreviewRefund = { [field: string]: unknown };

/** Parameters of `preview.cumulative.record`. */
export type RecordUsageParams = WithUnknownFields<{
  /** A number of units above 0, such as 1500. */
  quantity: number;
}>;

/** Usage that was recorded. */
export type UsageRecord = WithUnknownFields<{
  /** A plain number. Its unit is unknown. */
  amount: number;
  /** The sum of all amounts. */
  running_total: number;
}>;

/** Parameters of `preview.subscriptions.create`. No known page shows them. */
export type CreateSubscriptionParams = { [field: string]: unknown };

/** A subscription. */
export type PreviewSubscription = WithUnknownFields<{
  /** State of the subscription. */
  status: Open<"pending" | "active" | "past_due" | "cancelled" | "expired">;
  /** The payment of the first period, with the code to scan. The fields of `qr` are unknown. */
  first_payment: WithUnknownFields<{ qr: { [field: string]: unknown } }>;
}>;

/** Parameters of `preview.installs.create`. */
export type CreateInstallParams = WithUnknownFields<{
  /** The most that the service may charge without asking. Its form is unknown, also whether it is in minor units. */
  auto_pay_limit: unknown;
  /** The payment channel. */
  channel?: Open<"alipay" | "wechat" | "card" | "promptpay"> | undefined;
}>;

/** An install. */
export type Install = WithUnknownFields<{
  /** Such as `ins_01`. */
  install_id: string;
  /** State of the install. */
  status: Open<"active">;
}>;

/** Parameters of `preview.deliveries.create`. */
export type CreateDeliveryParams = WithUnknownFields<{
  /** How the goods are delivered. */
  type: Open<"signed_url">;
  /** The id of the payment. */
  payment_intent_id: string;
  /** Where the goods are. */
  source_url: string;
}>;

/** A delivery. No known page shows its fields. */
export type Delivery = { [field: string]: unknown };

/** Parameters of `preview.webhookEndpoints.create`. */
export type CreateWebhookEndpointParams = WithUnknownFields<{
  /** Where the webhooks go. */
  url: string;
  /** Text for people. */
  description?: string | undefined;
  /** Event types, such as `payment_intent.succeeded`. */
  enabled_events: string[];
}>;

/** A receiver of webhooks. It has an id and a secret that begins with `whsec_`; the names of these fields are unknown. */
export type WebhookEndpoint = { [field: string]: unknown };

/** Parameters of `preview.kyc.verify`. */
export type VerifyIdentityParams = WithUnknownFields<{
  /** How much is verified. */
  level: Open<"basic" | "enhanced" | "institutional">;
  /** Data of the person. */
  data: WithUnknownFields<{ email?: string | undefined; phone?: string | undefined }>;
}>;

/** The first step of a verification. No known page shows its fields. */
export type IdentityVerification = { [field: string]: unknown };

type Post = <T>(name: string, params: object, options: RequestOptions | undefined) => ApiPromise<T>;

/** @internal */
export const previewCalls = (post: Post) => ({
  /** Payments by deep link. */
  payments: {
    /**
     * Creates a payment by deep link, without a QR code (docs.itpay.ai/capabilities/one-time-pay). The page shows
     * the names of these parameters and this response. No known page shows how to read the payment again.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    oneTime: (params: CreateOneTimePaymentParams, options?: RequestOptions): ApiPromise<OneTimePayment> =>
      post("payments.oneTime", params, options),
  },

  /** Refunds. */
  refunds: {
    /**
     * Refunds a whole payment (docs.itpay.ai/capabilities/refund-with-revocation). The page shows these parameters
     * and no response. Partial refunds exist, but the name of the amount's field is unknown. States of a refund:
     * `requested`, `processing`, `succeeded`, `failed`.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreateRefundParams, options?: RequestOptions): ApiPromise<PreviewRefund> =>
      post("refunds.create", params, options),
  },

  /** Usage that is billed later. */
  cumulative: {
    /**
     * Records usage (docs.itpay.ai/capabilities/cumulative-pay). **Recording the same usage twice bills it twice.**
     * The page shows `quantity` and this response. States: `recording`, `invoiced`, `payment_pending`, `paid`,
     * `overdue`.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    record: (params: RecordUsageParams, options?: RequestOptions): ApiPromise<UsageRecord> =>
      post("cumulative.record", params, options),
  },

  /** Subscriptions. */
  subscriptions: {
    /**
     * Creates a subscription (docs.itpay.ai/capabilities/subscribe-pay). The page shows this response and no
     * parameters.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreateSubscriptionParams, options?: RequestOptions): ApiPromise<PreviewSubscription> =>
      post("subscriptions.create", params, options),
  },

  /** Installs: a payer lets a service charge within limits. */
  installs: {
    /**
     * Binds a payer to a service, with limits (docs.itpay.ai/capabilities/install). The page shows `auto_pay_limit`,
     * a daily and a monthly cap without their names, `channel`, and this response.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreateInstallParams, options?: RequestOptions): ApiPromise<Install> =>
      post("installs.create", params, options),
  },

  /** Deliveries of digital goods. */
  deliveries: {
    /**
     * Delivers digital goods after their payment (docs.itpay.ai/capabilities/deliveries). The page shows these
     * parameters and no response.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreateDeliveryParams, options?: RequestOptions): ApiPromise<Delivery> =>
      post("deliveries.create", params, options),
  },

  /** Receivers of webhooks. */
  webhookEndpoints: {
    /**
     * Registers a receiver of webhooks (docs.itpay.ai/capabilities/webhook-encryption). The page shows these
     * parameters, and that the response has an id and a secret, but not the names of these fields. Pass the secret
     * to the webhook handler together with those that you have: `secret` takes a list.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreateWebhookEndpointParams, options?: RequestOptions): ApiPromise<WebhookEndpoint> =>
      post("webhookEndpoints.create", params, options),
  },

  /** Identity verification. */
  kyc: {
    /**
     * Begins the verification of an identity (docs.itpay.ai/capabilities/kyc-kyb). The page shows these parameters.
     * The path of the next step, a code of six digits, is unknown.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    verify: (params: VerifyIdentityParams, options?: RequestOptions): ApiPromise<IdentityVerification> =>
      post("kyc.verify", params, options),
  },
});
