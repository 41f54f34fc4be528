// Calls of which ItPay's documentation is known in part only: parameters and objects as far as its pages show them.

import type { ApiPromise } from "../internal/api-promise.js";
import type { RequestOptions } from "../internal/client-config.js";
import type { Open } from "./types.js";

/** Fields that no known page shows are passed through. */
export type WithUnknownFields<T> = T & { [field: string]: unknown };

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

type Post = <T>(name: string, params: object, options: RequestOptions | undefined) => ApiPromise<T>;

/** @internal */
export const previewCalls = (post: Post) => ({
  /** Installs: a payer lets a service charge within limits. */
  installs: {
    /**
     * Binds a payer to a service, with limits (docs.itpay.ai/capabilities/install). The page shows `auto_pay_limit`, a
     * daily and a monthly cap without their names, `channel`, and this response.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreateInstallParams, options?: RequestOptions): ApiPromise<Install> =>
      post("installs.create", params, options),
  },

  /** Refunds. */
  refunds: {
    /**
     * Refunds a whole payment (docs.itpay.ai/capabilities/refund-with-revocation). The page shows these parameters and no
     * response. Partial refunds exist, but the name of the amount's field is unknown. States of a refund: `requested`,
     * `processing`, `succeeded`, `failed`.
     * @throws ValidationError naming the `field`, before anything is sent
     */
    create: (params: CreateRefundParams, options?: RequestOptions): ApiPromise<PreviewRefund> =>
      post("refunds.create", params, options),
  },
});
