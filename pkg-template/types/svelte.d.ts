// <itpay-qr> in Svelte's markup: `import type {} from "itpay/qr/svelte"` once, anywhere.

import type { HTMLAttributes } from "svelte/elements";

import type { ItPayQR, ItPayQRAttributes, ItPayQREvents } from "../esm/entry/qr-element.js";

type Listeners = { [Name in keyof ItPayQREvents as `on${Name}`]?: ((event: ItPayQREvents[Name]) => void) | undefined };

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "itpay-qr": Omit<HTMLAttributes<ItPayQR>, "lang"> & ItPayQRAttributes & Listeners;
  }
}
