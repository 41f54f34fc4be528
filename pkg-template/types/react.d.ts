// <itpay-qr> in React's JSX: `import type {} from "itpay/qr/react"` once, anywhere.

import type { DetailedHTMLProps, HTMLAttributes } from "react";

import type { ItPayQR, ItPayQRAttributes, ItPayQREvents } from "../esm/entry/qr-element.js";

type Listeners = { [Name in keyof ItPayQREvents as `on${Name}`]?: ((event: ItPayQREvents[Name]) => void) | undefined };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "itpay-qr": Omit<DetailedHTMLProps<HTMLAttributes<ItPayQR>, ItPayQR>, "lang"> & ItPayQRAttributes & Listeners;
    }
  }
}
