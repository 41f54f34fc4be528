// PayKit's calls by path, for a server that forwards them.

import { readUntrusted } from "../internal/untrusted.js";
import type { PayKit } from "./paykit.js";
import type { PayKitProvider } from "./provider.js";

/**
 * Every call except webhooks, by path: `/checkout/create`, `/payment/retrieve`, … Results are plain JSON, so dates are
 * strings.
 */
export function createEndpointHandlers<P extends PayKitProvider>(paykit: PayKit<P>): EndpointHandlers<P> {
  const handlers: Record<string, (...args: never[]) => Promise<unknown>> = {};
  readUntrusted("paykit", () => {
    const { checkouts, customers, payments, subscriptions, refunds } = paykit;
    for (const [path, operations] of Object.entries({
      checkout: checkouts,
      customer: customers,
      payment: payments,
      subscription: subscriptions,
      refund: refunds,
    })) {
      for (const [name, call] of Object.entries(operations as Record<string, (...args: never[]) => Promise<unknown>>)) {
        handlers[`/${path}/${name}`] = async (...args) => JSON.parse(JSON.stringify(await call(...args))) as unknown;
      }
    }
  });
  return handlers as EndpointHandlers<P>;
}

/** A value after a round trip through JSON. */
export type AsJson<T> = T extends Date ? string : T extends object ? { [Key in keyof T]: AsJson<T[Key]> } : T;

type Handlers<Path extends string, Operations> = {
  [Name in keyof Operations & string as `/${Path}/${Name}`]: Operations[Name] extends (
    ...args: infer Args
  ) => Promise<infer Result>
    ? (...args: Args) => Promise<AsJson<Result>>
    : never;
};

/** The handlers of `createEndpointHandlers`, by path. */
export type EndpointHandlers<P extends PayKitProvider> = Handlers<"checkout", PayKit<P>["checkouts"]> &
  Handlers<"customer", PayKit<P>["customers"]> &
  Handlers<"payment", PayKit<P>["payments"]> &
  Handlers<"subscription", PayKit<P>["subscriptions"]> &
  Handlers<"refund", PayKit<P>["refunds"]>;
