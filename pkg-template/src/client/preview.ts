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
});
