// <itpay-qr> in the types of React, Vue and Svelte. Nothing here is run.

import type { ItPayQR, ItPayQREvents } from "itpay/qr/element";
import type {} from "itpay/qr/react";
import type {} from "itpay/qr/svelte";
import type {} from "itpay/qr/vue";
import type { SvelteHTMLElements } from "svelte/elements";
import type { GlobalComponents } from "vue";

export const react = (
  <itpay-qr data="x" amount={699} currency="CNY" status-url="/s" texts={{ waiting: "…" }} className="c" onitpay-succeeded={({ detail }) => detail.status.length} ref={(node) => void node?.state} />
);
// @ts-expect-error an error has no status
export const event = <itpay-qr data="x" onitpay-error={({ detail }) => void detail.status} />;
// @ts-expect-error there is no such way to show it
export const display = <itpay-qr data="x" display="both" />;

export const svelte: SvelteHTMLElements["itpay-qr"] = { data: "x", "expires-at": "2026-01-01T00:00:00Z", "onitpay-error": ({ detail }) => void detail.error.message };
// @ts-expect-error data is text
export const wrongSvelte: SvelteHTMLElements["itpay-qr"] = { data: 7 };

type VueProps = InstanceType<GlobalComponents["itpay-qr"]>["$props"];
export const vue: VueProps = { data: "x", channel: "alipay" };
// @ts-expect-error data is text
export const wrongVue: VueProps = { data: 7 };

export function page(listen: (event: ItPayQREvents["itpay-scanned"]) => void): ItPayQR | null {
  document.addEventListener("itpay-scanned", listen);
  const element = document.querySelector("itpay-qr");
  element?.addEventListener("itpay-error", ({ detail }) => void detail.error);
  // @ts-expect-error only the element itself says how the payment stands
  if (element !== null) element.state = "succeeded";
  return element;
}
